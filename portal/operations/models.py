from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.operations.querysets import ProbeResultQuerySet, TaskQuerySet
from portal.operations.states import TaskState


class Task(models.Model):
    """Staff work of every kind: about what, whose, until when, and what was found."""

    key = models.CharField(_("key"), max_length=200, unique=True, null=True, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    about_type = models.CharField(_("about"), max_length=60, blank=True)
    about_id = models.CharField(_("about id"), max_length=40, blank=True)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("owner")
    )
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=TaskState, default=TaskState.OPEN)
    found = models.TextField(_("what was found"), blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        constraints = [
            models.CheckConstraint(
                name="task_closed_has_its_moment",
                condition=models.Q(state=TaskState.OPEN, closed_at=None)
                | (~models.Q(state=TaskState.OPEN) & models.Q(closed_at__isnull=False)),
            )
        ]
        indexes = [
            models.Index(fields=["owner", "due_at"], name="task_open", condition=models.Q(state=TaskState.OPEN)),
            models.Index(fields=["about_type", "about_id"], name="task_about"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == TaskState.OPEN


class ProbeResult(models.Model):
    """What one probe found at one moment. The newest of each name make the verdict."""

    name = models.CharField(_("name"), max_length=60)
    is_ok = models.BooleanField(_("healthy"))
    detail = models.CharField(_("detail"), max_length=300, blank=True)
    figures = models.JSONField(_("figures"), default=dict)
    took_ms = models.FloatField(_("took (ms)"))
    probed_at = models.DateTimeField(_("probed at"))

    objects = ProbeResultQuerySet.as_manager()

    class Meta:
        verbose_name = _("probe result")
        verbose_name_plural = _("probe results")
        indexes = [
            models.Index(fields=["name", "-probed_at"], name="probe_newest"),
            models.Index(fields=["probed_at"], name="probe_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.probed_at:%F %T}"
