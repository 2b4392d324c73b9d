"""What may happen (`declare`) and who wants to know (`on`). Filled at start by autodiscovery of each app's modules."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from portal.events.models import Event

Receiver = Callable[["Event"], None]
Names = Callable[[Collection[Any]], Mapping[Any, str]]  # what people call the things with these ids or slugs


class _Known(dict):
    """Details for a sentence: one that is missing shows as an ellipsis instead of failing the whole timeline."""

    def __missing__(self, key: str) -> str:
        return "…"


@dataclass(frozen=True)
class EventType:
    """A kind of event: its name in the past tense and its sentence, e.g. "{by} changed the plan to {tier}"."""

    name: str
    template: Any  # a lazily translated text
    is_public: bool  # customers may read it in their timelines and receive it by webhook
    names: Mapping[str, tuple[str, Names]] = field(default_factory=dict)  # placeholder → detail, what names it

    def sentence(self, by_name: str, details: dict[str, Any]) -> str:
        return str(self.template).format_map(_Known(details, by=by_name or _("The portal")))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Listener:
    """A receiver and the name under which its deliveries are kept. `outside`: it calls a foreign service."""

    name: str
    receiver: Receiver
    outside: bool


_types: dict[str, EventType] = {}
_listeners: dict[str, dict[str, Listener]] = {}
_listeners_to_public: dict[str, Listener] = {}


def declare(
    name: str, sentence: Any, *, is_public: bool = False, names: Mapping[str, tuple[str, Names]] | None = None
) -> EventType:
    """Makes an event known. Raises ValueError when the name is taken.

    Details hold ids and slugs; `names` tells what readers call them: `{"assignee": ("assignee_id", names_of_users)}`.
    """
    if name in _types:
        raise ValueError(f"The event {name} is declared twice.")
    _types[name] = EventType(name, sentence, is_public, names or {})
    return _types[name]


def declared(name: str) -> EventType:
    """The kind of that name; an unknown one (of an app since removed) tells only its name."""
    return _types.get(name) or EventType(name, name.replace("{", "").replace("}", ""), is_public=False)


def told(events: Collection["Event"], people: Mapping[int, str]) -> list[tuple[datetime, str]]:
    """When, and what happened as a sentence that calls plans and persons by name; one look-up per kind of thing.

    `people` are the names of the actors by id.
    """
    known = {source: source(wanted) for source, wanted in _to_name(events).items()}
    lines = []
    for event in events:
        kind = declared(event.name)
        words = {
            place: _called(event.details[detail], known[source])
            for place, (detail, source) in kind.names.items()
            if detail in event.details
        }
        lines.append((event.happened_at, kind.sentence(people.get(event.by_id or 0, ""), {**event.details, **words})))
    return lines


def _to_name(events: Collection["Event"]) -> dict[Names, set[Any]]:
    wanted: dict[Names, set[Any]] = {}
    for event in events:
        for detail, source in declared(event.name).names.values():
            value = event.details.get(detail)
            wanted.setdefault(source, set()).update(value if isinstance(value, list) else [value])
    return wanted


def _called(value: Any, names: Mapping[Any, str]) -> Any:
    """What people call it; several one after the other, and nobody where there is none."""
    if isinstance(value, list):
        return ", ".join(names.get(one, "…") for one in value) or names.get(None, "")
    return names.get(value, value)


def on(*names: str, outside: bool = False) -> Callable[[Receiver], Receiver]:
    """Registers a receiver for events by name.

    A receiver runs in the transaction that ticks its delivery off. With `outside=True` it is claimed first and runs
    without a transaction: at least once, so it must be idempotent.
    """

    def register(receiver: Receiver) -> Receiver:
        for name in names:
            listener = Listener(f"{receiver.__module__}.{receiver.__name__}", receiver, outside)
            _listeners.setdefault(name, {})[listener.name] = listener
        return receiver

    return register


def on_public(receiver: Receiver) -> Receiver:
    """Registers a receiver for every event that customers may hear of, whichever app declares it."""
    name = f"{receiver.__module__}.{receiver.__name__}"
    _listeners_to_public[name] = Listener(name, receiver, outside=False)
    return receiver


def listeners_of(name: str) -> Iterable[Listener]:
    """Who wants to know of events of that name, in a stable order."""
    found = _heard_by(name)
    return [found[key] for key in sorted(found)]


def listener_named(event_name: str, listener: str) -> Listener | None:
    """One listener of an event; None when the code that listened is gone."""
    return _heard_by(event_name).get(listener)


def _heard_by(name: str) -> dict[str, Listener]:
    general = _listeners_to_public if declared(name).is_public else {}
    return {**_listeners.get(name, {}), **general}


def all_types() -> dict[str, EventType]:
    return dict(_types)


def reactions() -> dict[str, list[str]]:
    """The table event → listeners, for the house test that keeps it in sight."""
    return {name: sorted(found) for name, found in sorted(_listeners.items())}


def reactions_to_public() -> list[str]:
    """Who hears of every public event."""
    return sorted(_listeners_to_public)
