from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.models.incidents import Incident
from portal.accounts.models import User
from tickets.models import Ticket


class TicketLink(models.Model):
    """A ticket that tells of an incident. Tickets themselves know nothing of it."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="ticket_links", verbose_name=_("incident"))
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+", verbose_name=_("ticket"))
    linked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("linked by")
    )
    linked_at = models.DateTimeField(_("linked at"))

    class Meta:
        verbose_name = _("link to a ticket")
        verbose_name_plural = _("links to tickets")
        ordering = ["-linked_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["incident", "ticket"], name="ticketlink_once")]

    def __str__(self) -> str:
        return f"{self.incident} · {self.ticket}"
