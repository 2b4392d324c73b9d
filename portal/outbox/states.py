from django.db import models
from django.utils.translation import gettext_lazy as _


class LetterState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Sending")  # claimed by a worker under a lease
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Bounced")


class WebhookState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    DEAD = "dead", _("Dead")


# What a webhook tells of an event: figures, states and ids that the API knows. Whatever else an event notes stays here.
TOLD_DETAILS = frozenset(
    (
        *("number", "message", "version", "state", "was", "priority", "channel", "category", "tier"),
        *("old", "new", "fields", "role", "score"),
    )
)
PAYLOAD_VERSION = 1

OPEN_WEBHOOK_STATES = [WebhookState.WAITING, WebhookState.SENDING]
OPEN_LETTER_STATES = [LetterState.WAITING, LetterState.SENDING]
RESENDABLE_LETTER_STATES = [LetterState.SENT, LetterState.FAILED, LetterState.BOUNCED]
