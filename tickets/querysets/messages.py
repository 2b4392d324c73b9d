from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q

from portal.lib.prepared import Prepared
from tickets.querysets.attachments import told_files
from tickets.querysets.tickets import reads_as_staff
from tickets.states import MESSAGES_FOR_CUSTOMERS, MessageKind


class MessageQuerySet(models.QuerySet):
    def shown_to(self, user: Any) -> "MessageQuerySet":
        """Of a ticket that the reader may see."""
        return self if reads_as_staff(user) else self.for_customers()

    def visible_to(self, user: Any) -> "MessageQuerySet":
        """Messages of visible tickets, without what is meant for staff alone."""
        tickets = apps.get_model("tickets", "Ticket").objects.visible_to(user)
        if reads_as_staff(user):
            return self.filter(ticket__in=tickets)
        written_there = Q(ticket__in=tickets, is_internal=False) | Q(merged_from__in=tickets)
        return self.filter(written_there, kind__in=MESSAGES_FOR_CUSTOMERS)

    def of_page(self, ticket: Any, reader: Any) -> "MessageQuerySet":
        """The conversation of a ticket that the reader may see; of a merged one, what was written there."""
        return self._page(ticket.pk, **_page_shape(ticket, reader))

    def _page(self, ticket_id: int, *, is_merged: bool, as_staff: bool) -> "MessageQuerySet":
        if not is_merged:
            found = self.filter(ticket=ticket_id)
            return found if as_staff else found.for_customers()
        found = self.filter(Q(ticket=ticket_id) | Q(merged_from=ticket_id))
        return found if as_staff else found.filter(kind__in=MESSAGES_FOR_CUSTOMERS)

    def for_customers(self) -> "MessageQuerySet":
        """Without notes and notices, which are for staff who work tickets."""
        return self.filter(kind__in=MESSAGES_FOR_CUSTOMERS, is_internal=False)

    def conversation(self, ticket: Any, reader: Any) -> list[Any]:
        """What `of_page` holds, as `told` does."""
        return _conversation(ticket.pk, **_page_shape(ticket, reader))

    def in_order(self) -> "MessageQuerySet":
        return self.order_by("created_at", "pk")

    def told(self) -> "MessageQuerySet":
        """A conversation as pages tell it, oldest first, with the names of its authors and its files."""
        return self.select_related("author").annotate(files=told_files()).in_order()

    def written_after(self, version: int, *, not_by: Any) -> "MessageQuerySet":
        """What others wrote after that version of the ticket, oldest first (not_by None: the house itself reads)."""
        found = self.filter(ticket_version__gt=version).select_related("author").in_order()
        return found.exclude(author=not_by) if not_by else found

    def heard_after(self, version: int) -> "MessageQuerySet":
        """What customers wrote (or what came in by a merge) after that version of the ticket, oldest first."""
        return self.replies().filter(ticket_version__gt=version, is_from_staff=False).in_order()

    def replies(self) -> "MessageQuerySet":
        return self.filter(kind=MessageKind.REPLY)


def _page_shape(ticket: Any, reader: Any) -> dict[str, bool]:
    return {"is_merged": ticket.merged_into_id is not None, "as_staff": reads_as_staff(reader)}


_conversation = Prepared(
    lambda ticket_id, **shape: apps.get_model("tickets", "Message").objects.all()._page(ticket_id, **shape).told()
)
