from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare

LETTER_BOUNCED = declare("letter.bounced", _("A letter came back: {reason}"))
ENDPOINT_QUARANTINED = declare(
    "endpoint.quarantined", _("A webhook endpoint was quarantined after {attempts} attempts")
)
ENDPOINT_ADDED = declare("endpoint.added", _("{by} added a webhook endpoint"))
ENDPOINT_RELEASED = declare("endpoint.released", _("{by} released a webhook endpoint from quarantine"))
ENDPOINT_REVISED = declare("endpoint.revised", _("{by} changed a webhook endpoint"))
ENDPOINT_SECRET_ROTATED = declare("endpoint.secret_rotated", _("{by} replaced the secret of a webhook endpoint"))
ENDPOINT_TESTED = declare("endpoint.tested", _("{by} sent a test to a webhook endpoint"))
ENDPOINT_REMOVED = declare("endpoint.removed", _("{by} removed a webhook endpoint"))
