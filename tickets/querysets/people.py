"""Whom the desk tells of something."""

from collections.abc import Iterable
from typing import Any

from portal.accounts.models import User
from portal.accounts.states import StaffRole


def leads() -> Iterable[User]:
    return User.objects.with_role(StaffRole.LEAD).order_by("pk")


def team_of(ticket: Any) -> Iterable[User]:
    """The support team that has the ticket."""
    return User.objects.with_role(f"agent-{ticket.level}").order_by("pk")


def in_charge_of(ticket: Any) -> Iterable[User]:
    """Who has the ticket; the team while nobody has it, or somebody who left."""
    return [ticket.assignee] if ticket.assignee is not None and ticket.assignee.is_active else team_of(ticket)
