"""Agents to whom the portal hands tickets, for tests."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import AgentProfileFactory, AgentSkillFactory, TicketFactory
from tickets.models import Skill, Ticket


def hire(*teams: str, name: str = "", knows: dict[Skill, int] | None = None, **profile: Any) -> User:
    """An agent of these teams with a profile; online unless told otherwise."""
    user = StaffFactory(**({"name": name} if name else {}))
    user.groups.set(Group.objects.filter(name__in=[f"agent-{team}" for team in teams or ["l1"]]))
    made = AgentProfileFactory(user=user, **profile)
    for skill, level in (knows or {}).items():
        AgentSkillFactory(profile=made, skill=skill, level=level)
    return user


def busy_with(user: User, count: int, now: datetime, **fields: Any) -> list[Ticket]:
    """Tickets that this agent has to work on."""
    return TicketFactory.create_batch(count, assignee=user, state="open", filed_at=now, **fields)
