import portal.accounts.actions as accounts
from portal.events.listeners import on
from portal.events.models import Event


@on("privacy.export_asked", outside=True)
def make_the_export(event: Event) -> None:
    """Reading everything may take a while, so no transaction is open meanwhile; a second time does nothing."""
    accounts.make_export(export_id=int(event.about_id))
