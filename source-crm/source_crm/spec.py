"""The connector's form, put together from `spec.yaml` and the systems' manifests; needs nothing of the CDK, whose import takes seconds."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from source_crm.systems import SYSTEMS

PACKAGE = "source_crm"
DOCUMENTATION = "https://github.com/crm-campaigns-bridge/crm-campaigns-bridge/blob/main/docs/connectors/source-crm.md"


def read_yaml(path: str) -> dict[str, Any]:
    """One of this package's YAML files, by its path inside the package."""
    loaded: dict[str, Any] = yaml.safe_load(files(PACKAGE).joinpath(path).read_text("utf-8"))
    return loaded


@cache
def specification() -> dict[str, Any]:
    """The `spec` of a SPEC message."""
    form = read_yaml("spec.yaml")["connectionSpecification"]
    form["properties"]["system"]["oneOf"] = [read_yaml(system.manifest)["spec"]["connection_specification"] for system in SYSTEMS.values()]
    return {"documentationUrl": DOCUMENTATION, "connectionSpecification": form, "supportsIncremental": True}
