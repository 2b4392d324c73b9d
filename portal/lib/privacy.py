"""Socket: what the tables know of people. Each app tells in its `privacy.py` what becomes of every column that may hold
something personal, what an export brings, how an erasure takes it away, and what goes by itself with age."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

ERASED = "[erased]"  # stands where words were
ERASED_HOST = "erased.invalid"  # no letter ever goes there (RFC 2606)


class Fate(StrEnum):
    """What becomes of a column when the person or the organization that it tells of is erased."""

    ERASED = "erased"  # emptied, or replaced by words that say nothing
    DELETED = "deleted"  # the whole row goes
    LINK = "link"  # leads to the row of a person or an organization, which says nothing any more
    AGED = "aged"  # belongs to nobody who could be found; goes with age
    HOUSE = "house"  # the house's own words, names and settings
    FIGURE = "figure"  # ids, digests, states: tells of nobody by itself


PERSON, ORGANIZATION = "person", "organization"


@dataclass(frozen=True)
class Subject:
    """Whom it is about: the row of a person or of an organization, with the addresses known of a person."""

    kind: str
    pk: int
    emails: tuple[str, ...] = ()

    @property
    def is_person(self) -> bool:
        return self.kind == PERSON


@dataclass(frozen=True)
class Sheet:
    """One file of an export: a text is written as it is, anything else as JSON."""

    path: str
    content: Any


@dataclass(frozen=True)
class Ageing:
    """Something that goes with age. `due` answers the rows (a queryset) older than a moment, `forget` takes some of
    them by their ids and answers how many; `days` and `is_on` are what a fresh portal begins with."""

    name: str
    label: Any
    days: int
    due: Callable[[datetime], Any]
    forget: Callable[[list[int]], int]
    is_on: bool = False


Exporter = Callable[[Subject], Iterable[Sheet]]
Eraser = Callable[[Subject, int], int]  # takes away so many rows at most; answers how many, 0 when nothing is left
Hindrance = Callable[[Subject], Any]  # a sentence that says what must be done first; empty when nothing

_fates: dict[str, dict[str, Fate]] = {}
_exporters: dict[str, Exporter] = {}
_erasers: dict[str, tuple[int, Eraser]] = {}
_hindrances: dict[str, Hindrance] = {}
_ageings: dict[str, Ageing] = {}


def decide(table: Mapping[str, Mapping[Fate, str]]) -> None:
    """Says what becomes of columns: `{"tickets.Survey": {Fate.ERASED: "comment"}}`, names separated by blanks."""
    for model, by_fate in table.items():
        named = {column: fate for fate, columns in by_fate.items() for column in columns.split()}
        _fates.setdefault(model, {}).update(named)


def exports(name: str) -> Callable[[Exporter], Exporter]:
    """Registers what an export brings."""

    def register(source: Exporter) -> Exporter:
        _exporters[name] = source
        return source

    return register


def erases(name: str, *, position: int = 50) -> Callable[[Eraser], Eraser]:
    """Registers how an erasure takes things away. It is called until it answers 0, after a death from the beginning:
    what is gone already must not be found again. The lowest position comes first."""

    def register(source: Eraser) -> Eraser:
        _erasers[name] = (position, source)
        return source

    return register


def hinders(name: str) -> Callable[[Hindrance], Hindrance]:
    """Registers what may stand against an erasure."""

    def register(source: Hindrance) -> Hindrance:
        _hindrances[name] = source
        return source

    return register


def ages(ageing: Ageing) -> None:
    """Registers something that goes with age."""
    _ageings[ageing.name] = ageing


def fates() -> dict[str, dict[str, Fate]]:
    """The fate of every column that was decided about, by model and column."""
    return {model: dict(columns) for model, columns in _fates.items()}


def exporters() -> list[tuple[str, Exporter]]:
    return sorted(_exporters.items())


def erasers() -> list[tuple[str, Eraser]]:
    """In the order in which they are called."""
    return [(name, source) for name, (_at, source) in sorted(_erasers.items(), key=lambda one: (one[1][0], one[0]))]


def hindrances(subject: Subject) -> list[str]:
    """What must be done before this can be erased."""
    found = [source(subject) for _name, source in sorted(_hindrances.items())]
    return [str(sentence) for sentence in found if sentence]


def ageings() -> dict[str, Ageing]:
    return dict(_ageings)


def erased_address(key: str) -> str:
    """What stands in place of an address that must be unique."""
    return f"{key.lower()}@{ERASED_HOST}"
