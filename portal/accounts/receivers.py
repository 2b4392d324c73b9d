import portal.accounts.actions as accounts
from portal.accounts import emails
from portal.accounts.models import Membership
from portal.accounts.states import INVITING_ROLES
from portal.events.listeners import on
from portal.events.models import Event
from portal.outbox.models import Endpoint


@on("privacy.export_asked", outside=True)
def make_the_export(event: Event) -> None:
    """Reading everything may take a while, so no transaction is open meanwhile; a second time does nothing."""
    accounts.make_export(export_id=int(event.about_id))


@on("endpoint.quarantined")
def tell_the_owners_that_nobody_answers(event: Event) -> None:
    """An endpoint of a customer was switched off: its owners learn of it while they can still mend it."""
    endpoint = Endpoint.objects.filter(pk=event.about_id).exclude(quarantined_at=None).first()
    if endpoint is None or endpoint.organization_id is None:
        return
    owners = Membership.objects.filter(organization=endpoint.organization_id, role__in=INVITING_ROLES)
    for one in owners.filter(user__is_active=True).select_related("user", "organization"):
        emails.webhook_switched_off(endpoint=endpoint, owner=one, cause=event.pk, now=event.happened_at)
