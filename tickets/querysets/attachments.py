from datetime import datetime, timedelta
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
        """Taken by no message, nor by an answer that is on its way, nor by what a guest has still to confirm."""
        is_held = Q(held__isnull=False) & ~Q(held__state=HeldState.TAKEN_BACK)
        return self.exclude(is_held).filter(message=None, filing=None, dropped_at=None)

    def unsent_of(self, user: Any) -> "AttachmentQuerySet":
        """What that person uploaded and has not sent."""
        return self.free().filter(uploaded_by=user.pk).order_by("pk")

    def uploaded_lately(self, user: Any, now: datetime) -> "AttachmentQuerySet":
        """What that person uploaded within a day, wherever it is by now."""
        return self.filter(uploaded_by=user, uploaded_at__gt=now - timedelta(days=1))

    def of_strangers(self) -> "AttachmentQuerySet":
        """Of visitors who have not proven an address."""
        return self.exclude(network="")

    def unclaimed(self) -> "AttachmentQuerySet":
        """Of visitors who have not sent their form (yet)."""
        return self.of_strangers().filter(filing=None, dropped_at=None)

    def of_network_lately(self, network: str, now: datetime) -> "AttachmentQuerySet":
        return self.of_strangers().filter(network=network, uploaded_at__gt=now - timedelta(hours=1))

    def bytes_of(self) -> int:
        return self.aggregate(found=Sum("size"))["found"] or 0

    def named(self, public_ids: list[str]) -> "AttachmentQuerySet":
        return self.filter(public_id__in=filter(is_public_id, public_ids)).order_by("pk")

    def to_check(self, now: datetime) -> "AttachmentQuerySet":
        """Due for the scan or the small picture; others work on what is left out. What a stranger sent is looked at
        once their address is proven."""
        due = self.filter(check_at__lte=now, dropped_at=None, network="").order_by("check_at", "pk")
        return due.select_for_update(skip_locked=True)

    def to_sweep(self, before: datetime, strangers_before: datetime) -> "AttachmentQuerySet":
        """Uploaded before those moments and never sent, or dropped already while the process died."""
        unsent = self.free().filter(uploaded_at__lt=before) | self.free().of_strangers().filter(
            uploaded_at__lt=strangers_before
        )
        lost = Q(dropped_at__isnull=False) | Q(pk__in=unsent.values("pk"))
        return self.filter(lost, message=None).order_by("pk")


def told_files(of: str = "pk") -> ArraySubquery:
    """The files of each message as pages tell them, within the query of the messages."""
    found = apps.get_model("tickets", "Attachment").objects.filter(message=OuterRef(of)).order_by("pk")
    line = JSONObject(
        **{name: name for name in ("public_id", "name", "size", "content_type", "state", "thumbnail")},
    )
    return ArraySubquery(found.values(line=line))
