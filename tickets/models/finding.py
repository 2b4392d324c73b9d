"""What the desk finds tickets by."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.tickets import Ticket


class SearchDocument(models.Model):
    """The words of a ticket's subject and of all its messages, notes included: for staff alone.

    Written by triggers of the database (migration 0010_finding) and by nothing else, so that whatever writes, moves or
    erases messages need not know of it. Of a very long conversation the first words are kept, see `size`.
    """

    ticket = models.OneToOneField(
        Ticket, models.CASCADE, primary_key=True, related_name="document", verbose_name=_("ticket")
    )
    size = models.PositiveIntegerField(_("characters of messages"), default=0)
    vector = SearchVectorField(_("words"), default="")

    class Meta:
        verbose_name = _("words of a ticket")
        verbose_name_plural = _("words of tickets")
        indexes = [GinIndex(fields=["vector"], name="ticket_document_words", gin_pending_list_limit=512)]

    def __str__(self) -> str:
        return f"#{self.ticket_id}"
