"""Another desk's words for ours."""

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
