"""Answers of staff that were sent and can still be taken back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.models.macros import Macro
from tickets.models.tickets import Message, Ticket
from tickets.querysets import HeldReplyQuerySet
from tickets.states import AFTER_A_REPLY, HeldState


class HeldReply(models.Model):
    """An answer that an agent has sent. It is none of the conversation before it leaves; then it counts from when it
    was sent. Its words are kept here only as long as nothing else has them."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="held_replies", verbose_name=_("ticket"))
    author = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("author"))
    state = models.CharField(_("state"), max_length=10, choices=HeldState, default=HeldState.WAITING)
    body = models.TextField(_("text"), blank=True)
    leaves = models.CharField(_("leaves the ticket"), max_length=10)
    macro = models.ForeignKey(Macro, models.SET_NULL, null=True, related_name="+", verbose_name=_("macro"))
    digest = models.CharField(max_length=64, null=True, editable=False, help_text=_("Sent twice, it is one answer."))
    ticket_version = models.PositiveIntegerField(_("ticket version"), help_text=_("What sending it made of it."))
    sent_at = models.DateTimeField(_("sent at"))
    leaves_at = models.DateTimeField(_("leaves at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    message = models.OneToOneField(
        Message, models.SET_NULL, null=True, related_name="held", verbose_name=_("message that it became")
    )
    reason = models.CharField(_("why it did not leave"), max_length=300, blank=True)

    objects = HeldReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer on its way")
        verbose_name_plural = _("answers on their way")
        constraints = [
            models.UniqueConstraint(fields=["author", "digest"], name="heldreply_sent_once"),
            models.CheckConstraint(name="heldreply_state_known", condition=Q(state__in=HeldState.values)),
            models.CheckConstraint(name="heldreply_leaves_known", condition=Q(leaves__in=AFTER_A_REPLY)),
            models.CheckConstraint(name="heldreply_words_kept", condition=Q(state=HeldState.LEFT) ^ ~Q(body="")),
        ]
        indexes = [
            models.Index(fields=["leaves_at", "id"], name="heldreply_to_leave", condition=Q(state=HeldState.WAITING)),
            models.Index(
                fields=["ticket", "sent_at"],
                name="heldreply_of_ticket",
                condition=Q(state__in=[HeldState.WAITING, HeldState.STOPPED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.sent_at:%F %T}"

    @property
    def is_waiting(self) -> bool:
        return self.state == HeldState.WAITING
