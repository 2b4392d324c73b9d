"""How a customer rates a solution: one survey per resolution."""

from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tickets.models.tickets import Ticket
from tickets.querysets import SurveyQuerySet
from tickets.states import Score, TicketState

_signer = Signer(salt="tickets.survey")


class Survey(models.Model):
    """One resolution and what the requester thinks of it. Begun when a ticket is solved, withdrawn when it is reopened
    unrated; a rating that was given stays that resolution's."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="surveys", verbose_name=_("ticket"))
    solved_at = models.DateTimeField(_("solved at"))
    ask_at = models.DateTimeField(_("asks at"), null=True, help_text=_("When a letter asks; empty once decided."))
    asked_at = models.DateTimeField(_("asked at"), null=True)
    score = models.PositiveSmallIntegerField(_("rating"), choices=Score, null=True)
    comment = models.TextField(_("comment"), blank=True)
    answered_at = models.DateTimeField(_("rated at"), null=True)
    answers_until = models.DateTimeField(
        _("open until"), help_text=_("Until when it can be rated, and once it was, until when that can be changed.")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "solved_at"], name="survey_once_per_resolution"),
            models.CheckConstraint(name="survey_score_known", condition=Q(score=None) | Q(score__in=Score.values)),
            models.CheckConstraint(
                name="survey_rated_has_its_moment",
                condition=Q(score=None, answered_at=None, comment="")
                | Q(score__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="survey_rated_or_withdrawn", condition=Q(withdrawn_at=None) | Q(score=None, ask_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["ask_at"], name="survey_to_ask", condition=Q(ask_at__isnull=False)),
            models.Index(fields=["answered_at"], name="survey_answered", condition=Q(answered_at__isnull=False)),
            models.Index(fields=["asked_at"], name="survey_asked", condition=Q(asked_at__isnull=False)),
        ]
        permissions = [("view_reports", _("Can read reports"))]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.solved_at:%F}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:rate", args=[self.ticket.public_id])

    @property
    def key(self) -> str:
        """What a letter's link carries in place of a log-in."""
        return _signer.sign(str(self.pk)).partition(":")[2]

    def is_opened_by(self, key: str) -> bool:
        """Whether that key is this survey's."""
        try:
            return bool(key) and _signer.unsign(f"{self.pk}:{key}") == str(self.pk)
        except BadSignature:
            return False

    def can_be_rated(self, now: datetime) -> bool:
        """Whether a rating would be taken now. A ticket that was closed after it was solved can still be rated."""
        is_present = self.ticket.solved_at == self.solved_at and self.ticket.state in (
            TicketState.SOLVED,
            TicketState.CLOSED,
        )
        return is_present and self.withdrawn_at is None and now <= self.answers_until
