from collections.abc import Iterable

from django.db import models


class CopyQuerySet(models.QuerySet):
    def live(self) -> "CopyQuerySet":
        """Those that get letters."""
        return self.filter(ended_at=None, left_at=None)

    def of_address(self, address: str) -> "CopyQuerySet":
        return self.filter(address__iexact=address)

    def of_addresses(self, addresses: Iterable[str]) -> "CopyQuerySet":
        found = models.Q(pk__in=[])
        for address in addresses:
            found |= models.Q(address__iexact=address)
        return self.filter(found)
