from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from portal.accounts.states import ExportState, MemberRole, SubjectKind


class ExportQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "ExportQuerySet":
        """One's own, and those of organizations that one owns now. The staff never sees what is in one."""
        memberships = apps.get_model("accounts", "Membership").objects.filter(user_id=user.pk, role=MemberRole.OWNER)
        own = Q(subject_kind=SubjectKind.PERSON, subject_id=user.pk)
        owned = Q(subject_kind=SubjectKind.ORGANIZATION, subject_id__in=memberships.values("organization_id"))
        return self.filter(own | owned)

    def of(self, subject: Any) -> "ExportQuerySet":
        return self.filter(subject_kind=subject.kind, subject_id=subject.pk).defer("archive")

    def fetchable(self, now: datetime) -> "ExportQuerySet":
        return self.filter(state=ExportState.MADE, expires_at__gt=now)


class ErasureQuerySet(models.QuerySet):
    def open(self) -> "ErasureQuerySet":
        """Neither taken back nor carried out."""
        return self.filter(revoked_at=None, finished_at=None)

    def of(self, subject: Any) -> "ErasureQuerySet":
        return self.filter(subject_kind=subject.kind, subject_id=subject.pk)

    def to_carry_out(self, now: datetime) -> "ErasureQuerySet":
        """Those whose day has come, locked; others work on what is left out."""
        due = self.open().filter(due_at__lte=now).order_by("due_at", "pk")
        return due.select_for_update(skip_locked=True)


def row_of(wish: Any) -> Any:
    """The person or organization that an export or an erasure is about; None when there is no such row."""
    name = "User" if wish.subject_kind == SubjectKind.PERSON else "Organization"
    return apps.get_model("accounts", name).objects.filter(pk=wish.subject_id).first()


def held(row: Any) -> Any:
    """The row of a person or an organization, locked: two clicks come one after the other."""
    return row._meta.model._default_manager.select_for_update(no_key=True, of=("self",)).get(pk=row.pk)
