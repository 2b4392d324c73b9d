from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

LETTER_BOUNCED = declare("letter.bounced", _("A letter came back: {reason}"))
ENDPOINT_QUARANTINED = declare(
    "endpoint.quarantined", _("A webhook endpoint was quarantined after {attempts} attempts")
)
ENDPOINT_ADDED = declare("endpoint.added", _("{by} added a webhook endpoint"))
ENDPOINT_RELEASED = declare("endpoint.released", _("{by} released a webhook endpoint from quarantine"))
