"""Another desk's words for ours."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.states import Channel, Priority, TicketState


class ImportKind(models.TextChoices):
    """What comes over from another system, in the order in which it does."""

    ORGANIZATION = "organization", _("Organization")
    USER = "user", _("Person")
    TICKET = "ticket", _("Ticket")
    SECTION = "section", _("Category of articles")
    ARTICLE = "article", _("Article")


STATE_OF: dict[str, TicketState] = {
    "new": TicketState.NEW,
    "open": TicketState.OPEN,
    "pending": TicketState.WAITING,
    "waiting": TicketState.WAITING,
    "hold": TicketState.OPEN,
    "solved": TicketState.SOLVED,
    "closed": TicketState.CLOSED,
}
PRIORITY_OF: dict[str, Priority] = {
    "urgent": Priority.CRITICAL,
    "critical": Priority.CRITICAL,
    "high": Priority.HIGH,
    "normal": Priority.NORMAL,
    "low": Priority.LOW,
    "": Priority.NORMAL,
}
CHANNEL_OF: dict[str, Channel] = {
    "email": Channel.EMAIL,
    "mail": Channel.EMAIL,
    "api": Channel.API,
    "chat": Channel.CHAT,
    "messaging": Channel.CHAT,
    "native_messaging": Channel.CHAT,
    "voice": Channel.PHONE,
    "phone": Channel.PHONE,
    "twitter": Channel.SOCIAL,
    "facebook": Channel.SOCIAL,
    "telegram": Channel.TELEGRAM,
}


class Origin(models.TextChoices):
    """How the files of the other system are written."""

    ZENDESK = "zendesk", _("Zendesk’s export, or JSON")
    CSV = "csv", _("CSV")


ENDINGS: dict[str, tuple[str, ...]] = {Origin.ZENDESK: ("json", "ndjson", "jsonl"), Origin.CSV: ("csv",)}

# How the files are named, by what is in them.
FILES: dict[str, Any] = {
    "organizations": _("Organizations"),
    "users": _("People"),
    "tickets": _("Tickets"),
    "comments": _("Comments of tickets"),
    "sections": _("Categories of articles"),
    "articles": _("Articles"),
}


class ImportState(models.TextChoices):
    """Where an import stands: looked at first, brought in once somebody has read what would happen."""

    HANDED_IN = "handed_in", _("Waits to be looked at")
    LOOKED_AT = "looked_at", _("Looked at: nothing is changed yet")
    CONFIRMED = "confirmed", _("Is brought in")
    DONE = "done", _("Brought in")
    FAILED = "failed", _("Failed")


WAITS_FOR_A_WORKER = (ImportState.HANDED_IN, ImportState.CONFIRMED)
