"""Agents say whether they are there, and leads say what an agent is handed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.events import AGENT_CHANGED, AVAILABILITY_CHANGED
from tickets.models import AgentProfile
from tickets.states import Availability


@transaction.atomic
def set_availability(
    *, agent: User, availability: str, stand_in: User | None, by: User | None, now: datetime | None = None
) -> AgentProfile:
    """Whether an agent gets tickets from now on, and who does while they are out of office.

    Agents say so for themselves, leads for others. Refused for somebody without a profile.
    """
    at, wanted = moment(now), Availability(availability)
    profile = AgentProfile.objects.select_for_update(no_key=True).filter(user=agent).first()
    if profile is None:
        raise Refused(_("The portal hands no tickets to this person. A lead can change that."), code="no_profile")
    if by is not None and by != agent and not by.has_perm("tickets.change_agentprofile"):
        raise Refused(_("Only a lead says so for others."), code="not_oneself")
    _check_stand_in(profile, stand_in)
    old = profile.availability
    if (old, profile.stand_in_id) == (wanted, stand_in.pk if stand_in else None):
        return profile
    profile.availability, profile.stand_in = wanted, stand_in
    if wanted == Availability.ONLINE != old:
        profile.idle_since = at
    profile.save(update_fields=["availability", "stand_in", "idle_since"])
    details = {"agent_id": agent.pk, "old": old, "availability": str(wanted), "stand_in_id": profile.stand_in_id}
    record(AVAILABILITY_CHANGED, about=profile, by=by, details=details, now=at)
    return profile


@transaction.atomic
def keep_profile(*, profile: AgentProfile, by: User | None, now: datetime | None = None) -> AgentProfile:
    """Saves an agent's profile, new or changed: capacity and stand-in. Availability moves by its own action."""
    _check_stand_in(profile, profile.stand_in)
    if profile.pk is None:
        profile.save(force_insert=True)
    else:
        AgentProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)
        profile.save(update_fields=["capacity", "stand_in"])
    details = {"agent_id": profile.user_id, "capacity": profile.capacity}
    record(AGENT_CHANGED, about=profile, by=by, details=details, now=now)
    return profile


def _check_stand_in(profile: AgentProfile, stand_in: User | None) -> None:
    if stand_in is not None and stand_in.pk == profile.user_id:
        raise Refused(_("Nobody stands in for themselves."), code="own_stand_in")
