from portal.accounts.models import Organization
from portal.events.listeners import on
from portal.events.models import Event
from tickets import actions as tickets


@on("organization.tier_changed")
def move_open_promises(event: Event) -> None:
    """Another tier promises another first response, also for what is already waiting."""
    organization = Organization.objects.select_related("tier").filter(pk=event.about_id).first()
    if organization is not None:
        tickets.retarget_organization(organization=organization, now=event.happened_at)
