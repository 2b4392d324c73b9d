from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Count, F, Q

from portal.lib.privacy import ERASED
from portal.lib.text.classifier import Outcome, thresholds
from tickets.states.classifying import AGREED, TAUGHT, VersionState

# The lowest threshold may need many decisions at lower scores to be passed over; older ones than these say nothing.
WINDOWS_LOOKED_AT = 5


class ClassifierQuerySet(models.QuerySet):
    def with_live(self, live: models.QuerySet) -> "ClassifierQuerySet":
        """With the version in use, if any, as `in_use`."""
        return self.prefetch_related(models.Prefetch("versions", queryset=live, to_attr="in_use"))


class VersionQuerySet(models.QuerySet):
    def live(self) -> "VersionQuerySet":
        return self.filter(state=VersionState.LIVE)

    def learned(self) -> "VersionQuerySet":
        """Those that came about, taken into use or not."""
        return self.exclude(state=VersionState.FAILED)

    def told(self) -> "VersionQuerySet":
        """Without the models themselves."""
        return self.defer("trained")


class SuggestionQuerySet(models.QuerySet):
    def decided(self) -> "SuggestionQuerySet":
        return self.filter(decided_at__isnull=False)

    def undecided(self) -> "SuggestionQuerySet":
        return self.filter(decided_at=None)

    def taught(self) -> "SuggestionQuerySet":
        """What somebody looked at and decided: to be learned from, while its words are there."""
        return self.filter(verdict__in=TAUGHT).exclude(ticket__subject=ERASED)

    def threshold(self, classifier: Any, label: str) -> float | None:
        """From which probability on that label may be applied by itself; None while agents did not agree enough."""
        about = self.decided().filter(trait=classifier.trait, label=label).order_by("-decided_at", "-pk")
        rows = about.values_list("confidence", "verdict")[: classifier.window * WINDOWS_LOOKED_AT]
        outcomes = [Outcome(label, confidence, verdict in AGREED) for confidence, verdict in reversed(rows)]
        found = thresholds(outcomes, window=classifier.window, agreement=classifier.agreement / 100)
        return found.get(label)

    def agreement(self, trait: str) -> "Iterable[dict[str, Any]]":
        """Per label that was suggested: how often, how many were decided, and how many of these agents agreed with."""
        return (
            self.filter(trait=trait)
            .values("label")
            .annotate(
                suggested=Count("pk"),
                decided=Count("pk", filter=Q(decided_at__isnull=False)),
                agreed=Count("pk", filter=Q(verdict__in=AGREED)),
                applied=Count("pk", filter=Q(applied_at__isnull=False)),
            )
            .order_by(F("suggested").desc(), "label")
        )
