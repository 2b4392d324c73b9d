from django.db import models
from django.utils.translation import gettext_lazy as _

WELL_FROM, BADLY_BELOW = 70, 40  # of 100
LEAST_PARTS = 2
LEAST_KNOWN = 40  # percent of all weight: below that a score would say more than is known


class Band(models.TextChoices):
    """How a customer fares, in one word."""

    WELL = "well", _("Fares well")
    WATCH = "watch", _("Needs an eye")
    BADLY = "badly", _("At risk")
    UNKNOWN = "unknown", _("Not enough known")


# In the words of the pages.
TONES: dict[str, str] = {Band.WELL: "good", Band.WATCH: "warn", Band.BADLY: "bad", Band.UNKNOWN: ""}


def band_of(score: int | None) -> Band:
    if score is None:
        return Band.UNKNOWN
    if score >= WELL_FROM:
        return Band.WELL
    return Band.WATCH if score >= BADLY_BELOW else Band.BADLY
