"""A source connector's form, put together from its `spec.yaml` and its systems' manifests; needs nothing of the CDK, whose import takes seconds."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import orjson
import yaml

from mailsync.airbyte.systems import System

# The safe loader on libyaml, where PyYAML was built with it: a tenth of the time for the same result.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Form:
    """The form of one connector: its package's `spec.yaml`, in which each system's manifest adds a branch to `system`."""

    package: str
    documentation: str
    systems: Mapping[str, System]

    def read_yaml(self, path: str) -> dict[str, Any]:
        """One of the package's YAML files, by its path inside the package."""
        loaded: dict[str, Any] = yaml.load(files(self.package).joinpath(path).read_text("utf-8"), Loader=LOADER)  # noqa: S506 - a safe one
        return loaded

    def specification(self) -> dict[str, Any]:
        """The `spec` of a SPEC message."""
        form = self.read_yaml("spec.yaml")["connectionSpecification"]
        form["properties"]["system"]["oneOf"] = [
            self.read_yaml(system.manifest)["spec"]["connection_specification"] for system in self.systems.values()
        ]
        return {"documentationUrl": self.documentation, "connectionSpecification": form, "supportsIncremental": True}

    def answers(self, arguments: Sequence[str]) -> bool:
        """Print the form where `spec` is asked for; False for every other verb."""
        if list(arguments[:1]) != ["spec"] or {"--help", "-h"} & set(arguments):
            return False
        sys.stdout.write(orjson.dumps({"type": "SPEC", "spec": self.specification()}).decode() + "\n")
        return True
