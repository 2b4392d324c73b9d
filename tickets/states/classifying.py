from django.db import models
from django.utils.translation import gettext_lazy as _


class Trait(models.TextChoices):
    """What is read off a ticket when it arrives."""

    CATEGORY = "category", _("Category")
    PRIORITY = "priority", _("Priority")
    LANGUAGE = "language", _("Language")
    SENTIMENT = "sentiment", _("Mood")


# A proposal to people, whatever they agreed with: who can word a text could else choose how soon they are answered.
NEVER_APPLIED = [Trait.PRIORITY]

LANGUAGES_READ = {
    "en": _("English"),
    "de": _("German"),
    "fr": _("French"),
    "es": _("Spanish"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "pt": _("Portuguese"),
    "other": _("Another language"),
}
MOODS_FELT = {"negative": _("Upset"), "neutral": _("Neutral"), "positive": _("Pleased")}


class Verdict(models.TextChoices):
    """What agents made of a suggestion."""

    ACCEPTED = "accepted", _("Accepted")
    CORRECTED = "corrected", _("Corrected")
    LET_STAND = "let_stand", _("Let stand")  # applied by itself, and still so when an agent solved the ticket


AGREED = [Verdict.ACCEPTED, Verdict.LET_STAND]
TAUGHT = [Verdict.ACCEPTED, Verdict.CORRECTED]  # somebody looked: to be learned from


class VersionState(models.TextChoices):
    """How a trained version fared."""

    LIVE = "live", _("In use")
    RETIRED = "retired", _("Was in use")
    REFUSED = "refused", _("Not taken: it measured worse")
    FAILED = "failed", _("Could not be trained")
