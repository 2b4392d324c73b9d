"""Socket: what is wrong right now, for ticket form, bot and pages. An app registers in its own `current.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Trouble:
    """A known problem, as a customer may read it."""

    title: str
    components: tuple[str, ...]
    url: str
    since: datetime


Source = Callable[[datetime], list[Trouble]]
_sources: list[Source] = []


def current(source: Source) -> Source:
    """Registers a source of troubles; it gets the moment asked about."""
    _sources.append(source)
    return source


def troubles(now: datetime) -> list[Trouble]:
    """All that is known to be wrong at that moment, newest first."""
    found = [trouble for source in _sources for trouble in source(now)]
    return sorted(found, key=lambda trouble: trouble.since, reverse=True)
