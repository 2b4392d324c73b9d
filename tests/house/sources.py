"""What the house tests look at: our own Python files and templates, parsed once."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = [
    "portal.accounts",
    "portal.events",
    "portal.operations",
    "portal.outbox",
    "portal.success",
    "portal.web",
    "billing",
    "helpcenter",
    "incidents",
    "tickets",
]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One Python file: `name` is its module, `room` the part of it that says where a line lives (actions, views …)."""

    path: Path
    name: str
    app: str
    room: str
    text: str
    tree: ast.Module

    def functions(self) -> Iterator[Function]:
        """All functions and methods of the file."""
        yield from (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def top_functions(self) -> list[Function]:
        return [node for node in self.tree.body if isinstance(node, Function)]

    def imported(self) -> set[str]:
        """Every module and name the file imports, as dotted words."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            if isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        return found


@cache
def sources() -> list[Source]:
    """Our code: the packages, without tests and migrations."""
    return [one for one in _read(["portal", "billing", "helpcenter", "incidents", "tickets"]) if _is_ours(one)]


@cache
def sources_of_tests() -> list[Source]:
    return list(_read(["tests"]))


def in_rooms(*rooms: str) -> list[Source]:
    """The files of all apps that are one of these rooms (or a part of a room that has grown into a package)."""
    return [one for one in sources() if one.app and one.room in rooms]


@cache
def templates() -> dict[str, str]:
    """Our templates by their name, e.g. "tickets/ticket_detail.html"."""
    folder = ROOT / "templates"
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.*"))}


def place(source: Source, node: ast.AST | None = None) -> str:
    """Where to look, clickable in most terminals."""
    line = getattr(node, "lineno", 1)
    return f"{source.path.relative_to(ROOT)}:{line}"


def called(node: ast.Call) -> str:
    """The last word of what is called: `save` in `ticket.save()`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_ours(source: Source) -> bool:
    return ".migrations." not in f"{source.name}."


def _read(folders: list[str]) -> Iterator[Source]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            app = next((one for one in APPS if f"{name}.".startswith(f"{one}.")), "")
            room = name.removeprefix(app).strip(".").split(".")[0]
            text = path.read_text()
            yield Source(path, name, app, room, text, ast.parse(text))
