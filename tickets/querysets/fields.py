from typing import Any

from django.apps import apps
from django.db import models

from portal.lib.prepared import Prepared
from tickets.querysets.tickets import reads_as_staff


class TicketFieldQuerySet(models.QuerySet):
    def live(self) -> "TicketFieldQuerySet":
        return self.filter(archived_at=None)

    def for_customers(self) -> "TicketFieldQuerySet":
        return self.filter(is_for_customers=True)

    def of_category(self, category_id: int | None) -> "TicketFieldQuerySet":
        """What is asked of every ticket, and of those of that category."""
        through = apps.get_model("tickets", "TicketField").categories.through.objects.filter(
            ticketfield=models.OuterRef("pk")
        )
        everywhere = ~models.Exists(through)
        return self.filter(
            everywhere | models.Exists(through.filter(category=category_id)) if category_id else everywhere
        )


class FieldValueQuerySet(models.QuerySet):
    def shown_to(self, user: Any, ticket: Any) -> list[Any]:
        """Of a ticket that the reader may see (loaded `with_field_values`), in the order of the fields."""
        if not ticket.has_field_values:
            return []
        return _shown(ticket.pk, as_staff=reads_as_staff(user))

    def in_order(self) -> "FieldValueQuerySet":
        return self.select_related("field").order_by("field__position", "field__name", "pk")

    def for_customers(self) -> "FieldValueQuerySet":
        return self.filter(field__is_for_customers=True)


def _made(ticket_id: int, *, as_staff: bool) -> Any:
    found = apps.get_model("tickets", "FieldValue").objects.filter(ticket=ticket_id).in_order()
    return found if as_staff else found.for_customers()


_shown = Prepared(_made)
