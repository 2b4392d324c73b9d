"""Socket: what each app measures for the health check. An app registers in its own `probes.py`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reading:
    """What a probe found. `figures` are numbers for dashboards."""

    is_ok: bool
    detail: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


Probe = Callable[[], Reading]
_probes: dict[str, Probe] = {}


def probe(name: str) -> Callable[[Probe], Probe]:
    """Registers a probe under a name that is shown to staff and used in metrics."""

    def register(function: Probe) -> Probe:
        _probes[name] = function
        return function

    return register


def all_probes() -> dict[str, Probe]:
    return dict(sorted(_probes.items()))
