from django.db import models


class CopyQuerySet(models.QuerySet):
    def live(self) -> "CopyQuerySet":
        """Those that get letters."""
        return self.filter(ended_at=None, left_at=None)

    def of_address(self, address: str) -> "CopyQuerySet":
        return self.filter(address__iexact=address)
