from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path

from portal.lib.markdown.census import Census


@dataclass(frozen=True)
class Order:
    """What to import. Without `audience` the top folder says it (customer, operations, engineering), else internal.

    `audiences` are those that whoever imports may write for; None: all.
    """

    folder: Path
    category: str = ""
    audience: str = ""
    dry_run: bool = False
    audiences: Container[str] | None = None

    def may_write_for(self, audience: str) -> bool:
        return self.audiences is None or audience in self.audiences


@dataclass
class Delivered:
    """What an import did, or would do: notes of what, which file and why, how many of each kind, and whether all that
    was written of callouts and code is also on the pages."""

    notes: list[tuple[str, str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    written: Census = field(default_factory=Census)
    rendered: Census = field(default_factory=Census)

    def note(self, what: str, path: str, why: str = "") -> None:
        self.counts[what] = self.counts.get(what, 0) + 1
        self.notes.append((what, path, why))

    @property
    def lines(self) -> list[str]:
        return [f"{what:11} {path}{': ' + why if why else ''}" for what, path, why in self.notes]

    def count(self, path: str, written: Census, rendered: Census) -> None:
        """Adds a page; one that shows less than was written is noted."""
        self.written += written
        self.rendered += rendered
        if written.callouts > rendered.callouts:
            self.note("lost callout", path, f"{written.callouts} written, {rendered.callouts} shown")
        if written.blocks > rendered.blocks:
            self.note("lost code", path, f"{written.blocks} written, {rendered.blocks} shown")
