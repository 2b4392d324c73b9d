from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """Who reads. Only `members` can be narrowed to tiers."""

    CUSTOMER = "customer", _("Customers and the public")
    MEMBERS = "members", _("Customers who have signed in")
    OPERATIONS = "operations", _("Internal operations")
    ENGINEERING = "engineering", _("Engineering")


class ArticleState(models.TextChoices):
    """A published article is shown from `published_at` to `expires_at`; both may lie in the future."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class RevisionState(models.TextChoices):
    """The newest revision of an article is the one at work; what was written before it is kept."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    APPROVED = "approved", _("Approved")
    PUBLISHED = "published", _("Published")
    REPLACED = "replaced", _("Replaced")


OPEN_REVISIONS = [RevisionState.DRAFT, RevisionState.IN_REVIEW, RevisionState.APPROVED]


class VoteReason(models.TextChoices):
    WRONG = "wrong", _("Something is wrong or out of date")
    UNCLEAR = "unclear", _("It is hard to follow")
    MISSING = "missing", _("My question is not answered")
    OTHER = "other", _("Something else")


class SnippetKind(models.TextChoices):
    SNIPPET = "snippet", _("Snippet: a piece of text")
    TERM = "term", _("Term: a word or name")


class Source(models.TextChoices):
    """Where somebody searched."""

    PAGE = "page", _("Search page")
    SUGGESTIONS = "suggestions", _("Suggestions")
    TICKET = "ticket", _("Ticket form")
    ASK = "ask", _("Ask")
    API = "api", _("API")


class Outcome(models.TextChoices):
    """What became of a question."""

    ANSWERED = "answered", _("Answered")
    UNKNOWN = "unknown", _("Not known")
    INCIDENT = "incident", _("Known incident")
    HANDED_OVER = "handed_over", _("Handed over")


class HandOver(models.TextChoices):
    """Why a person is fetched."""

    ASKED = "asked", _("Asked for a person")
    ANGER = "anger", _("Is angry")
    SECURITY = "security", _("Security")
    BILLING_DISPUTE = "billing_dispute", _("Disputes a bill")
    REPEAT = "repeat", _("Has asked about this before")
    THIRD_TURN = "third_turn", _("Third turn without an answer")


class GapKind(models.TextChoices):
    """Where it showed that an article is missing."""

    NOTHING_FOUND = "nothing_found", _("Search without result")
    NOTHING_OPENED = "nothing_opened", _("Search without a click")
    NOT_ANSWERED = "not_answered", _("Question without an answer")
    TICKETS = "tickets", _("Repeated tickets")


class GapState(models.TextChoices):
    OPEN = "open", _("Open")
    WRITTEN = "written", _("Article begun")
    DISMISSED = "dismissed", _("Dismissed")


# Words that are pages of the help center, so that no category may be called so.
RESERVED_SLUGS = ["search", "suggest", "ask", "a"]
