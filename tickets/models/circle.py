"""Who else hears of a ticket: followers, who may see it, and addresses that get copies, which open nothing."""

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.tokens import PublicIdField
from tickets.models.tickets import Ticket
from tickets.querysets import CopyQuerySet


class Follower(models.Model):
    """Somebody who may see the ticket and gets a letter about each message that they may read."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="followers", verbose_name=_("ticket"))
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("follower"))
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="follower_once")]

    def __str__(self) -> str:
        return f"{self.user_id} → {self.ticket_id}"


class Copy(models.Model):
    """An address that gets what is said in public from now on, by letter and by nothing else. Who holds the mailbox
    may end it; then it is never added to this ticket again."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="copies", verbose_name=_("ticket"))
    address = models.EmailField(_("address"), max_length=254)
    public_id = PublicIdField()
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"))
    ended_at = models.DateTimeField(_("taken off at"), null=True)
    left_at = models.DateTimeField(_("left at"), null=True, help_text=_("The mailbox itself wanted no more."))

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy")
        verbose_name_plural = _("copies")
        constraints = [models.UniqueConstraint("ticket", Lower("address"), name="copy_once_per_address")]

    def __str__(self) -> str:
        return self.address

    def get_absolute_url(self) -> str:
        return reverse("tickets:copy", args=[self.public_id])
