"""How customers fare is counted by the clock into rows, never in a request."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from portal.accounts.models import Organization
from portal.events.actions import record
from portal.lib.clock import moment
from portal.success.events import HEALTH_CHANGED
from portal.success.health import Finding, measures
from portal.success.models import Health, HealthWeight
from portal.success.states import LEAST_KNOWN, LEAST_PARTS, Band

COUNTED_EVERY = timedelta(minutes=50)
BATCH = 200


@transaction.atomic
def count_health(*, now: datetime | None = None, most: int = BATCH) -> int:
    """Counts how the next customers fare whose turn it is, the longest waiting first; answers how many.

    The rows are locked: of two workers one takes others. A customer without a row gets one first.
    """
    at = moment(now)
    _make_rows(at, most)
    due = Health.objects.counted_before(at - COUNTED_EVERY).select_related("organization")
    rows = list(due.select_for_update(skip_locked=True, of=("self",))[:most])
    weights, known = _weights(), measures()
    pks = [row.organization_id for row in rows]
    found = {slug: known[slug].look(pks, at) for slug in weights if pks and slug in known}
    for row in rows:
        _count(
            row,
            {slug: ones[row.organization_id] for slug, ones in found.items() if row.organization_id in ones},
            weights,
            at,
        )
    return len(rows)


def _score_of(parts: list[dict[str, Any]], weights: Mapping[str, int]) -> tuple[int | None, int]:
    """The weighted mean of what is known, and how much of all weight that is in percent. No score of too little."""
    weight, all_weight = sum(one["weight"] for one in parts), sum(weights.values())
    known = round(100 * weight / all_weight) if all_weight else 0
    if len(parts) < LEAST_PARTS or known < LEAST_KNOWN:
        return None, known
    return round(sum(one["score"] * one["weight"] for one in parts) / weight), known


def _make_rows(at: datetime, most: int) -> None:
    """As if they had been counted long ago: then they come first."""
    missing = Organization.objects.filter(health=None).order_by("pk").values_list("pk", flat=True)[:most]
    never = at - timedelta(days=36500)
    Health.objects.bulk_create([Health(organization_id=pk, scored_at=never) for pk in missing], ignore_conflicts=True)


def _weights() -> dict[str, int]:
    known = measures()
    kept = dict(HealthWeight.objects.values_list("part", "weight"))
    weights = {slug: kept.get(slug, one.weight) for slug, one in known.items()}
    return {slug: weight for slug, weight in weights.items() if weight}


def _count(row: Health, found: Mapping[str, Finding], weights: Mapping[str, int], at: datetime) -> None:
    old, was_counted = row.band, bool(row.parts) or row.score is not None
    row.parts = [
        {"part": slug, "score": one.score, "weight": weights[slug], "figures": one.figures}
        for slug, one in found.items()
    ]
    row.score, row.known = _score_of(row.parts, weights)
    row.scored_at = at
    row.save(update_fields=["score", "parts", "known", "scored_at"])
    if row.band != old and was_counted and Band.UNKNOWN not in (old, row.band):
        details = {"old": old.value, "new": row.band.value, "score": row.score}
        record(HEALTH_CHANGED, about=row, by=None, organization=row.organization, details=details, now=at)


@transaction.atomic
def make_weights(**_signal: Any) -> None:
    """One row per respect, also as what Django's post_migrate calls; staff change how much each counts."""
    for slug, one in measures().items():
        HealthWeight.objects.get_or_create(part=slug, defaults={"weight": one.weight})
