from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import OuterRef

from tickets.states import HeldState


class HeldReplyQuerySet(models.QuerySet):
    def waiting(self) -> "HeldReplyQuerySet":
        """Sent, and not left yet."""
        return self.filter(state=HeldState.WAITING)

    def to_leave(self, now: datetime) -> "HeldReplyQuerySet":
        """Their time to be taken back is over."""
        return self.waiting().filter(leaves_at__lte=now).order_by("leaves_at", "pk")

    def shown(self) -> "HeldReplyQuerySet":
        """What stands below a conversation: answers that wait, and those that could not leave."""
        return self.filter(state__in=[HeldState.WAITING, HeldState.STOPPED])

    def told(self) -> "HeldReplyQuerySet":
        return self.shown().select_related("author").order_by("sent_at", "pk")

    def taken_back_by(self, user: Any) -> "HeldReplyQuerySet":
        return self.filter(state=HeldState.TAKEN_BACK, author_id=user.pk)

    def sent_after(self, version: int, *, not_by: Any) -> "HeldReplyQuerySet":
        """Answers that others sent after that version of the ticket and that wait to leave."""
        found = self.waiting().filter(ticket_version__gt=version)
        return found.exclude(author=not_by) if not_by else found

    def in_time(self) -> "HeldReplyQuerySet":
        """For use about timers: answers on their way that were sent before the clock's next step."""
        return self.waiting().filter(ticket=OuterRef("ticket"), sent_at__lte=OuterRef("next_at"))
