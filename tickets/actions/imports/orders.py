"""What is imported, and what became of it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from helpcenter.states import Audience

MOST_TOLD = 1000


class Unreadable(Exception):
    """Says in its text why a row does not come over."""


@dataclass(frozen=True)
class Order:
    """A folder with the files of another system. `source` names that system: ids are unique within it. Articles come
    in for `audience`, unless they are there already. `after_each_batch` hears what is delivered so far."""

    folder: Path
    endings: tuple[str, ...]
    source: str = "zendesk"
    batch: int = 200
    audience: str = Audience.OPERATIONS
    dry_run: bool = False
    after_each_batch: "Callable[[Delivered], None] | None" = None


@dataclass(frozen=True)
class Problem:
    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}"


@dataclass
class Delivered:
    """How many rows of each kind are new, were known and could not be read, and why not."""

    new: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)

    @property
    def counted(self) -> int:
        """All rows that were looked at."""
        return sum(one.total() for one in (self.new, self.known, self.bad))

    def refuse(self, kind: str, problem: Problem) -> None:
        self.bad[kind] += 1
        if len(self.problems) < MOST_TOLD:
            self.problems.append(problem)

    def remark(self, problem: Problem) -> None:
        if len(self.remarks) < MOST_TOLD:
            self.remarks.append(problem)
