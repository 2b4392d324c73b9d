from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpcenter.states import Audience
from portal.accounts.models import User
from tickets.models.attachments import random_name, store
from tickets.querysets.imports import DeskImportQuerySet
from tickets.states.imports import WAITS_FOR_A_WORKER, ImportKind, ImportState, Origin


class ImportedRow(models.Model):
    """A row of another system that came over, and what it became: the same one never comes twice."""

    source = models.SlugField(_("source"), max_length=40, help_text=_("The name given to the other system."))
    kind = models.CharField(_("kind"), max_length=14, choices=ImportKind)
    source_id = models.CharField(_("id there"), max_length=64)
    about_id = models.BigIntegerField(_("id here"))
    speaks_for_us = models.BooleanField(_("was a colleague"), default=False)
    imported_at = models.DateTimeField(_("imported at"))

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [models.UniqueConstraint(fields=["source", "kind", "source_id"], name="imported_once")]
        indexes = [models.Index(fields=["kind", "about_id"], name="imported_about")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.source_id}"


class DeskImport(models.Model):
    """Files of another system that somebody handed in: looked at first, brought in when they say so. The files and what
    was said of single rows are kept for some days, so that it can be done again; the figures stay."""

    origin = models.CharField(_("format"), max_length=10, choices=Origin)
    source = models.SlugField(_("source"), max_length=40, help_text=_("The name given to the other system."))
    audience = models.CharField(_("who reads the articles"), max_length=16, choices=Audience)
    name = models.CharField(_("file name"), max_length=120)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    stored = models.FileField(
        _("kept as"), storage=store, upload_to=random_name, max_length=60, blank=True, editable=False
    )
    state = models.CharField(_("state"), max_length=10, choices=ImportState, default=ImportState.HANDED_IN)
    tally = models.JSONField(_("figures"), default=dict)  # kind → new, known, bad
    rows = models.PositiveIntegerField(_("rows that were looked at"), default=0)
    through = models.PositiveIntegerField(_("rows that are through"), default=0)
    problems = models.JSONField(_("rows that are left out"), default=list)  # file, line, why
    remarks = models.JSONField(_("remarks"), default=list)  # likewise
    reason = models.CharField(_("why it failed"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("taken up"), null=True, help_text=_("By a worker, then or later."))
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("handed in by"))
    uploaded_at = models.DateTimeField(_("handed in at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = DeskImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(name="deskimport_state_known", condition=Q(state__in=ImportState.values)),
            models.CheckConstraint(
                name="deskimport_waits_with_a_time",
                condition=Q(state__in=WAITS_FOR_A_WORKER, next_at__isnull=False)
                | (~Q(state__in=WAITS_FOR_A_WORKER) & Q(next_at=None)),
            ),
        ]
        indexes = [models.Index(fields=["next_at"], name="deskimport_next", condition=Q(next_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.name} ({self.source})"

    @property
    def is_at_work(self) -> bool:
        return self.state in WAITS_FOR_A_WORKER

    @property
    def may_be_repeated(self) -> bool:
        """What ended is looked at anew, as long as the file is there."""
        return self.state in (ImportState.DONE, ImportState.FAILED, ImportState.LOOKED_AT) and bool(self.stored)
