from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.querysets.privacy import ErasureQuerySet, ExportQuerySet
from portal.accounts.states import ExportState, SubjectKind
from portal.lib.tokens import PublicIdField


class Export(models.Model):
    """All that is known of a person or an organization as one ZIP file, for a while."""

    public_id = PublicIdField()
    subject_kind = models.CharField(_("of a"), max_length=12, choices=SubjectKind)
    subject_id = models.BigIntegerField(_("id"))
    asked_by_id = models.BigIntegerField(_("asked for by"), null=True)
    asked_at = models.DateTimeField(_("asked for at"))
    state = models.CharField(_("state"), max_length=8, choices=ExportState, default=ExportState.ASKED)
    archive = models.BinaryField(_("archive"), null=True, editable=False)
    made_at = models.DateTimeField(_("made at"), null=True)
    expires_at = models.DateTimeField(_("can be fetched until"), null=True)
    error = models.CharField(_("error"), max_length=200, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of personal records")
        verbose_name_plural = _("exports of personal records")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=Q(state=ExportState.ASKED),
                name="export_one_under_way",
            ),
            models.CheckConstraint(
                name="export_made_has_its_archive",
                condition=~Q(state=ExportState.MADE)
                | Q(archive__isnull=False, made_at__isnull=False, expires_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="export_of_subject")]

    def __str__(self) -> str:
        return f"{self.get_subject_kind_display()} {self.subject_id} ({self.asked_at:%F})"

    def is_open(self, now: datetime) -> bool:
        """Whether it can be fetched."""
        return self.state == ExportState.MADE and self.expires_at is not None and now < self.expires_at


class Erasure(models.Model):
    """A wish to erase a person or an organization: it can be taken back until its day, and is kept without a name."""

    public_id = PublicIdField()
    subject_kind = models.CharField(_("of a"), max_length=12, choices=SubjectKind)
    subject_id = models.BigIntegerField(_("id"))
    asked_by_id = models.BigIntegerField(_("asked for by"), null=True)
    asked_at = models.DateTimeField(_("asked for at"))
    due_at = models.DateTimeField(_("carried out from"))
    follows = models.ForeignKey(
        "self", models.CASCADE, null=True, related_name="followed_by", verbose_name=_("because of")
    )
    revoked_at = models.DateTimeField(_("taken back at"), null=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    erased = models.JSONField(_("what was erased"), default=dict, help_text=_("Rows by part of the portal."))

    objects = ErasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"],
                condition=Q(revoked_at=None, finished_at=None),
                name="erasure_one_open",
            ),
            models.CheckConstraint(
                name="erasure_taken_back_before_it_starts", condition=Q(revoked_at=None) | Q(started_at=None)
            ),
            models.CheckConstraint(
                name="erasure_finishes_what_it_started",
                condition=Q(finished_at=None) | Q(started_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="erasure_due", condition=Q(revoked_at=None, finished_at=None))]

    def __str__(self) -> str:
        return f"{self.get_subject_kind_display()} {self.subject_id} ({self.asked_at:%F})"

    @property
    def is_revocable(self) -> bool:
        return self.revoked_at is None and self.started_at is None


class RetentionRule(models.Model):
    """How long something is kept. A rule that is switched on was shown with its count before."""

    what = models.CharField(_("what"), max_length=40, unique=True)
    days = models.PositiveIntegerField(_("kept for (days)"))
    is_on = models.BooleanField(_("switched on"), default=False)
    counted = models.PositiveIntegerField(_("rows that it would forget"), null=True)
    counted_at = models.DateTimeField(_("counted at"), null=True)
    forgotten = models.PositiveBigIntegerField(_("rows forgotten so far"), default=0)
    acted_at = models.DateTimeField(_("acted at"), null=True)

    class Meta:
        verbose_name = _("retention rule")
        verbose_name_plural = _("retention rules")
        ordering = ["what"]
        constraints = [models.CheckConstraint(name="retention_at_least_a_day", condition=Q(days__gte=1))]

    def __str__(self) -> str:
        return self.what

    def before(self, now: datetime) -> datetime:
        """What is older than that goes."""
        return now - timedelta(days=self.days)
