from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

_LATELY = timedelta(hours=1)


class GuestFilingQuerySet(models.QuerySet):
    def of_addresses(self, addresses: Iterable[str]) -> "GuestFilingQuerySet":
        """Written with any of these addresses, whatever the case of its letters."""
        found = Q(pk__in=[])
        for one in addresses:
            found |= Q(email__iexact=one)
        return self.filter(found)

    def of_address_lately(self, email: str, now: datetime) -> "GuestFilingQuerySet":
        return self.filter(email__iexact=email, created_at__gt=now - _LATELY)

    def of_network_lately(self, network: str, now: datetime) -> "GuestFilingQuerySet":
        return self.filter(network=network, created_at__gt=now - _LATELY)

    def to_forget(self, now: datetime) -> "GuestFilingQuerySet":
        """Never confirmed, and confirmed ones whose ticket has the words by now."""
        return self.filter(Q(expires_at__lt=now))


class GuestLinkQuerySet(models.QuerySet):
    def with_people(self) -> "GuestLinkQuerySet":
        return self.select_related(
            "ticket__requester", "ticket__organization__tier", "ticket__category", "ticket__assignee"
        )

    def usable(self, now: datetime) -> "GuestLinkQuerySet":
        """Neither withdrawn nor expired, the newest first."""
        return self.filter(revoked_at=None, expires_at__gt=now).order_by("-created_at", "-pk")

    def newest(self) -> Any:
        """The link that letters carry; None when all were withdrawn. An expired one offers to send another."""
        return self.filter(revoked_at=None).order_by("-created_at", "-pk").first()

    def of(self, ticket: Any) -> "GuestLinkQuerySet":
        return self.filter(ticket=ticket)
