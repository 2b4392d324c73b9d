"""Socket: what an app knows of how customers fare. An app registers in its own `health.py`; here stands what accounts
know: when somebody of theirs was here last."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization

LONGEST_AWAY = timedelta(days=60)
JUST_HERE = timedelta(days=7)


@dataclass(frozen=True)
class Finding:
    """How well a customer fares in one respect, from 0 to 100, and the figures that its sentence names."""

    score: int
    figures: dict[str, Any] = field(default_factory=dict)


Look = Callable[[Collection[int], datetime], Mapping[int, Finding]]


@dataclass(frozen=True)
class Measure:
    """One respect. `sentence` says why, with the figures of a finding; `weight` is what a fresh portal begins with.

    `look` is given ids of organizations; of which too little is known it leaves out.
    """

    slug: str
    label: Any
    sentence: Any
    weight: int
    look: Look

    def said(self, figures: Mapping[str, Any]) -> str:
        return str(self.sentence) % figures


_measures: dict[str, Measure] = {}


def measure(slug: str, *, label: Any, sentence: Any, weight: int) -> Callable[[Look], Look]:
    """Registers a respect under a name that is kept in rows."""

    def register(look: Look) -> Look:
        if slug in _measures:
            raise ValueError(f"The measure {slug} is registered twice.")
        _measures[slug] = Measure(slug, label, sentence, weight, look)
        return look

    return register


def measures() -> dict[str, Measure]:
    return dict(sorted(_measures.items()))


def falling(share: float, *, worst: float) -> int:
    """100 for nothing of it, 0 for `worst` of it and more."""
    return round(100 * (1 - min(max(share, 0) / worst, 1)))


@measure(
    "seen",
    label=_("Last log-in"),
    sentence=_("Somebody of theirs was here %(days)s days ago."),
    weight=2,
)
def seen(organizations: Collection[int], now: datetime) -> dict[int, Finding]:
    """By the latest log-in of any member. Where nobody ever was it says nothing: they may write by e-mail alone."""
    rows = Organization.objects.filter(pk__in=organizations, users__is_active=True, users__last_login__isnull=False)
    found = {}
    for pk, last in rows.annotate(last=Max("users__last_login")).values_list("pk", "last"):
        away = max(now - last, timedelta(0))
        share = max(away - JUST_HERE, timedelta(0)) / (LONGEST_AWAY - JUST_HERE)
        found[pk] = Finding(falling(share, worst=1), {"days": away.days})
    return found
