from collections.abc import Iterable

from django.db import models
from django.db.models.functions import Lower


class CopyQuerySet(models.QuerySet):
    def live(self) -> "CopyQuerySet":
        """Those that get letters."""
        return self.filter(ended_at=None, left_at=None)

    def of_addresses(self, addresses: Iterable[str]) -> "CopyQuerySet":
        """Whatever the case they are written in."""
        return self.annotate(lowered=Lower("address")).filter(lowered__in=[one.lower() for one in addresses])

    def of_address(self, address: str) -> "CopyQuerySet":
        return self.filter(address__iexact=address)
