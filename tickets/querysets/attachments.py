from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, Sum
from django.db.models.functions import JSONObject

from portal.lib.given import is_public_id
from tickets.states import HeldState


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "AttachmentQuerySet":
        """Files of messages that the reader may see (the gate of messages is theirs), and those they have not sent."""
        messages = apps.get_model("tickets", "Message").objects.visible_to(user)
        found = Q(message__in=messages)
        if user.is_authenticated:
            found |= Q(message=None, uploaded_by=user.pk)
        return self.filter(found, dropped_at=None)

    def free(self) -> "AttachmentQuerySet":
        """Taken by no message, nor by an answer that is on its way."""
        return self.filter(Q(held=None) | Q(held__state=HeldState.TAKEN_BACK), message=None, dropped_at=None)

    def unsent_of(self, user: Any) -> "AttachmentQuerySet":
        """What that person uploaded and has not sent."""
        return self.free().filter(uploaded_by=user).order_by("pk")

    def bytes_of(self) -> int:
        return self.aggregate(found=Sum("size"))["found"] or 0

    def named(self, public_ids: list[str]) -> "AttachmentQuerySet":
        return self.filter(public_id__in=filter(is_public_id, public_ids)).order_by("pk")

    def to_check(self, now: datetime) -> "AttachmentQuerySet":
        """Due for the scan or the small picture; others work on what is left out."""
        due = self.filter(check_at__lte=now, dropped_at=None).order_by("check_at", "pk")
        return due.select_for_update(skip_locked=True)

    def to_sweep(self, before: datetime) -> "AttachmentQuerySet":
        """Uploaded before that moment and never sent, or dropped already while the process died."""
        lost = Q(dropped_at__isnull=False) | Q(pk__in=self.free().filter(uploaded_at__lt=before).values("pk"))
        return self.filter(lost, message=None).order_by("pk")


def told_files(of: str = "pk") -> ArraySubquery:
    """The files of each message as pages tell them, within the query of the messages."""
    found = apps.get_model("tickets", "Attachment").objects.filter(message=OuterRef(of)).order_by("pk")
    line = JSONObject(
        **{name: name for name in ("public_id", "name", "size", "content_type", "state", "thumbnail")},
    )
    return ArraySubquery(found.values(line=line))
