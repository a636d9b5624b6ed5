"""Who may import whom: the arrows of the design, held by reading every import in src."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.run.program import environment

SRC = Path(__file__).parent.parent / "src"
MODULES = {
    ".".join(path.relative_to(SRC).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(SRC.rglob("*.py"))
}
ALL = {
    "core",
    "rules",
    "check",
    "watch",
    "diagnose",
    "repair",
    "audit",
    "ops",
    "gradcheck",
    "report",
    "integrations",
    "cli",
}
MAY_IMPORT = {
    "core": {"core"},
    "rules": {"core", "rules"},
    "check": {"core", "rules", "check"},
    "watch": {"core", "watch"},
    "diagnose": {"core", "rules", "watch", "repair", "check", "diagnose"},
    "repair": {"core", "rules", "check", "repair"},
    "audit": {"core", "rules", "watch", "audit"},
    "ops": {"core", "ops"},
    "gradcheck": {"core", "ops", "gradcheck"},
    "report": {"core", "report"},
    "integrations": ALL - {"cli"},
    "cli": ALL,
}
# The modules of `watch` that see the whole run, from the first step to the printed report.
WHOLE = MAY_IMPORT["watch"] | {"rules", "check", "repair", "diagnose", "report"}
EXCEPTIONS = {
    f"numsan.watch.{name}": WHOLE
    for name in (
        "program",
        "session",
        "rehearsal",
        "investigate",
        "trial",
        "doctoring",
    )
}
WITHOUT_TORCH = ("core", "rules", "check", "repair", "report", "cli")


def imported(path: Path) -> Iterator[str]:
    """Absolute names of everything imported in a file, at module level or inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module, names, level):
                assert level == 0, f"{path}:{node.lineno} uses a relative import"
                yield from (f"{module}.{alias.name}" for alias in names)


def part(module: str) -> str:
    pieces = module.split(".")
    return pieces[1] if len(pieces) > 1 else ""


@pytest.mark.parametrize("module", [name for name in MODULES if part(name) in MAY_IMPORT])
def test_imports_follow_the_arrows(module: str) -> None:
    allowed = EXCEPTIONS.get(module, MAY_IMPORT[part(module)]) | {"", "__version__"}
    ours = {name for name in imported(MODULES[module]) if name.split(".")[0] == "numsan"}
    assert {name for name in ours if part(name) not in allowed} == set()


@pytest.mark.parametrize("module", [name for name in MODULES if part(name) in WITHOUT_TORCH])
def test_static_side_never_names_torch(module: str) -> None:
    assert "torch" not in {name.split(".")[0] for name in imported(MODULES[module])}


def test_static_side_loads_the_standard_library_only() -> None:
    names = [name for name in MODULES if part(name) in ("", *WITHOUT_TORCH)]
    program = (
        "import importlib, sys\n"
        "before = set(sys.modules)\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "tops = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(tops - set(sys.stdlib_module_names)))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=False
    )
    assert (found.stderr, found.stdout) == ("", "['numsan']\n")


def test_parts_are_known() -> None:
    assert {part(name) for name in MODULES} - {"", "__main__"} <= MAY_IMPORT.keys()


def test_private_torch_is_touched_in_one_place() -> None:
    """torch changes what starts with an underscore without notice; one file to mend is enough."""
    guilty = [
        f"{name}: {used}"
        for name, path in MODULES.items()
        if name != "numsan.watch.hooks"
        for used in sorted(private_torch(path))
    ]
    assert guilty == []


def private_torch(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for name in {*names, *imported(path)}:
        pieces = name.split(".")
        if pieces[0] == "torch" and any(
            piece.startswith("_") and not piece.startswith("__") for piece in pieces
        ):
            yield name
