"""The repository's own rules, held by tests: who may import whom, names, sizes, links, lock files."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TRACKED = [
    ROOT / name
    for name in subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    if name and (ROOT / name).is_file()
]
CONNECTORS = sorted(path.name for path in ROOT.glob("*-*") if re.match(r"(source|destination)-", path.name) and path.is_dir())
PACKAGES = {name.replace("-", "_") for name in CONNECTORS}
PRODUCT_ROOMS = ("mailsync", *CONNECTORS)
FREE_ROOMS = {"demo", "benchmarks", "tests"}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base2"}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def relative(path):
    return path.relative_to(ROOT).as_posix()


def room(path):
    return relative(path).split("/", maxsplit=1)[0]


def python_files(*rooms):
    return [path for path in TRACKED if path.suffix == ".py" and room(path) in rooms]


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path):
    """Top-level names of everything a file imports, wherever the import stands."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


def functions(path):
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length(function):
    """Lines of a function without its docstring."""
    doc = function.body[0] if ast.get_docstring(function) is not None else None
    return function.end_lineno - function.lineno + 1 - (doc.end_lineno - doc.lineno + 1 if doc else 0)


def breaches(rooms, forbidden):
    return [f"{relative(path)} imports {name}" for path in python_files(*rooms) for name in set(imported(path)) & forbidden]


def test_the_rooms_are_not_empty():
    """The tests below must look at something."""
    assert len(CONNECTORS) >= 2
    assert all(len(python_files(name)) > 3 for name in (*PRODUCT_ROOMS, "emulators"))


def test_what_connectors_share_imports_no_connector():
    assert not breaches(["mailsync"], PACKAGES | FREE_ROOMS | {"emulators"})


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connector_imports_no_other_connector_and_no_emulator(connector):
    assert not breaches([connector], (PACKAGES - {connector.replace("-", "_")}) | FREE_ROOMS | {"emulators"})


def test_emulators_import_nothing_of_the_product():
    """If both sides read the same constant, a test between them proves nothing."""
    assert not breaches(["emulators"], PACKAGES | FREE_ROOMS | {"mailsync"})


def test_no_file_is_a_drawer():
    named = [relative(path) for path in TRACKED if DRAWERS & {part.split(".")[0] for part in path.relative_to(ROOT).parts}]
    assert not named


def test_no_class_is_a_drawer():
    drawer = re.compile(r"(Manager|Helper|Helpers|Utils|Util|Misc)$")
    found = [
        f"{relative(path)}: {node.name}"
        for path in python_files(*PRODUCT_ROOMS, "emulators", "demo")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and drawer.search(node.name)
    ]
    assert not found


def test_nine_functions_in_ten_are_under_25_lines_and_none_is_over_45():
    sized = [
        (length(function), f"{relative(path)}:{function.lineno} {function.name}")
        for path in python_files(*PRODUCT_ROOMS, "emulators", "demo")
        for function in functions(path)
    ]
    assert not [entry for entry in sized if entry[0] > 45]
    assert sum(lines < 25 for lines, _ in sized) >= 0.9 * len(sized)


def test_a_module_over_300_lines_says_why():
    """The reason stands in its docstring, in a sentence that begins with `Long because`."""
    long = [path for path in python_files(*PRODUCT_ROOMS, "emulators", "demo") if path.read_text().count("\n") > 300]
    assert not [relative(path) for path in long if "Long because" not in (ast.get_docstring(tree(path)) or "")]


def test_every_module_of_the_product_says_what_it_is_for():
    files = python_files(*PRODUCT_ROOMS, "emulators", "demo")
    assert not [relative(path) for path in files if path.read_text().strip() and not ast.get_docstring(tree(path))]


def test_nothing_is_left_for_later():
    mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|raise NotImplemented" + r"Error)\b")
    found = [
        f"{relative(path)}: {line.strip()}" for path in TRACKED if path.suffix == ".py" for line in path.read_text().splitlines() if mark.search(line)
    ]
    assert not found


def text_of(path):
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_tracked_file_names_a_place_on_a_machine():
    place = re.compile(r"(^|[\s\"'=(`:])/(work|root|home|Users|mnt)/\w", re.MULTILINE)
    assert not [relative(path) for path in TRACKED if place.search(text_of(path))]


def test_no_tracked_file_names_a_package_registry():
    registry = re.compile(r"(pypi\.org|pytho" + r"nhosted\.org|index-url|find-links\s*[=/])")
    allowed = {"Makefile"}  # it tells the lock command not to write addresses
    assert not [relative(path) for path in TRACKED if relative(path) not in allowed and path != Path(__file__) and registry.search(text_of(path))]


def requirement_names(entries):
    return {re.split(r"[\[<>=!~; ]", entry, maxsplit=1)[0].lower() for entry in entries}


def declared_dependencies():
    project = PYPROJECT["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values(), *PYPROJECT["dependency-groups"].values()]
    return set().union(*(requirement_names(group) for group in groups))


def test_every_dependency_has_a_sentence_that_says_why():
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \|$", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)
    told = {name.lower(): sentence for name, sentence in rows}
    assert declared_dependencies() == set(told)
    assert all(sentence.endswith(".") and len(sentence) > 30 for sentence in told.values())


@pytest.mark.parametrize("name", ["run", "dev", "pyairbyte", "clients"])
def test_lock_files_pin_by_hash_and_name_no_address(name):
    text = (ROOT / f"requirements/{name}.txt").read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert entries
    assert all(re.match(r"[A-Za-z0-9_.\[\],-]+==\S+", entry) and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


@pytest.mark.parametrize(("name", "needs"), [("run", PYPROJECT["project"]["dependencies"]), ("dev", declared_dependencies())])
def test_lock_files_hold_what_the_project_asks_for(name, needs):
    locked = requirement_names(re.findall(r"^(\S+)==", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE))
    assert requirement_names(needs) <= {entry.replace("_", "-") for entry in locked}


def slug(heading):
    """The anchor of a heading, as hosts of Markdown make it."""
    bare = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", lambda found: found.group(1) or "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", bare).replace(" ", "-")


def anchors(path):
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def broken(target, origin):
    """Whether a relative link leads nowhere."""
    place, _, anchor = target.partition("#")
    path = (origin.parent / place).resolve() if place else origin
    return not path.exists() or bool(anchor and path.suffix == ".md" and anchor not in anchors(path))


def test_links_between_documents_resolve():
    found = [
        f"{relative(path)} → {target}"
        for path in TRACKED
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL))
        if not re.match(r"[a-z]+:", target) and broken(target, path)
    ]
    assert not found


def test_sections_that_code_cites_exist():
    cited = re.compile(r"docs/[\w/.-]+\.md(?:#[\w-]+)?")
    found = {
        f"{relative(path)} cites {reference}"
        for path in TRACKED
        if path.suffix in {".py", ".yaml", ".yml", ".json"} and path != Path(__file__)
        for reference in cited.findall(text_of(path))
        if broken(reference, ROOT / "README.md")
    }
    assert not found


def test_the_test_command_of_the_readme_is_what_ci_runs():
    commands = re.findall(r"^(make \w+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    script = (ROOT / ".ci/run").read_text().splitlines()
    assert {"make demo", "make test"} <= set(commands)
    assert {"make demo", "make test", "make lint"} <= set(script)
    assert "set -euo pipefail" in script


def test_commands_in_the_documents_are_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {name for path in TRACKED if path.suffix == ".md" for name in re.findall(r"(?:^|`)make ([a-z-]+)", path.read_text(), re.MULTILINE)}
    assert named <= targets


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_connectors_folder_is_complete(connector):
    package = connector.replace("-", "_")
    expected = [
        "metadata.yaml",
        "icon.svg",
        "acceptance-test-config.yml",
        "README.md",
        f"{package}/__init__.py",
        f"{package}/systems.py",
        f"{package}/run.py",
    ]
    assert not [name for name in expected if not (ROOT / connector / name).is_file()]
    assert PYPROJECT["project"]["scripts"][connector] == f"{package}.run:run"
    assert f"docs/connectors/{connector}.md" in {relative(path) for path in TRACKED}


def test_every_system_has_its_rooms():
    """A system's slug names its folder in `mailsync`, its emulator, its page and its tests."""
    systems = {path.name for path in (ROOT / "mailsync").iterdir() if re.fullmatch(r"(zoho|pipedrive|mailigen)(_\w+)?", path.name)} - {"zoho"}
    assert systems >= {"zoho_crm", "zoho_campaigns"}
    missing = [
        place
        for system in sorted(systems)
        for place in (f"emulators/{system}", f"docs/systems/{system}.md", f"tests/mailsync/{system}")
        if not (ROOT / place).exists()
    ]
    assert not missing


def test_only_the_dockerfiles_connectors_are_shipped_in_the_wheel():
    shipped = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert shipped == ["mailsync", *sorted((f"{name}/{name.replace('-', '_')}" for name in CONNECTORS), reverse=True)]
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert all(f"COPY {name} {name}" in dockerfile for name in PRODUCT_ROOMS)
