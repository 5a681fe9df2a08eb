"""A connector can ship alone: staged with what it shares into an empty directory, built, installed and run there."""

import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DEPENDENCIES = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "airbyte-{connector}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = {dependencies}

[project.scripts]
{connector} = "{package}.run:run"

[tool.hatch.build.targets.wheel]
packages = ["mailsync", "{package}"]
"""


@pytest.fixture(params=["source-crm", "source-campaigns", "destination-campaigns", "destination-crm"])
def staged(request, tmp_path):
    """(connector, folder)"""
    package = request.param.replace("-", "_")
    folder = tmp_path / "staged"
    shutil.copytree(ROOT / request.param / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "mailsync", folder / "mailsync", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "pyproject.toml").write_text(PROJECT.format(connector=request.param, package=package, dependencies=json.dumps(DEPENDENCIES)))
    return request.param, folder


def run(*command, cwd):
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, timeout=240, check=True).stdout


@pytest.mark.slow
def test_a_staged_connector_builds_installs_and_answers_spec(staged, tmp_path):
    connector, folder = staged
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", tmp_path / "wheels", folder, cwd=tmp_path)
    (wheel,) = (tmp_path / "wheels").glob("*.whl")
    rooms = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist() if not name.split("/")[0].endswith(".dist-info")}
    assert rooms == {"mailsync", connector.replace("-", "_")}
    run(*pip, "install", "--no-deps", "--no-index", "--target", tmp_path / "alone", wheel, cwd=tmp_path)
    # -I would hide the target as well; the checkout is not on the path, because the working directory is elsewhere and -P leaves it out
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'alone')!r}); sys.argv = [{connector!r}, 'spec']; "
    code += f"import {connector.replace('-', '_')}.run as shell; assert {str(tmp_path)!r} in shell.__file__; shell.run()"
    (line,) = run(sys.executable, "-P", "-c", code, cwd=tmp_path).splitlines()
    assert json.loads(line)["spec"]["connectionSpecification"]["properties"]["system"]["oneOf"]
