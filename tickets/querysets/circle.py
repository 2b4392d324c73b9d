from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.functions import Lower

from tickets.querysets.tickets import reads_as_staff


class CopyQuerySet(models.QuerySet):
    def live(self) -> "CopyQuerySet":
        """Those that get letters."""
        return self.filter(ended_at=None, left_at=None)

    def of_addresses(self, addresses: Iterable[str]) -> "CopyQuerySet":
        """Whatever the case they are written in."""
        return self.annotate(lowered=Lower("address")).filter(lowered__in=[one.lower() for one in addresses])

    def of_address(self, address: str) -> "CopyQuerySet":
        return self.filter(address__iexact=address)


def customers_who_hear(ticket: Any) -> list[Any]:
    """Who asked, and who follows without being a colleague: each once."""
    followers = [one.user for one in ticket.followers.select_related("user").order_by("pk")]
    others = [one for one in followers if one.pk != ticket.requester_id and not reads_as_staff(one)]
    return [ticket.requester, *others]
