from portal.outbox.actions.letters import (
    claim_next,
    mark_bounced,
    mark_failed,
    mark_sent,
    post,
    resend,
    words_of,
)
from portal.outbox.actions.webhooks import (
    add_endpoint,
    claim_webhook,
    mark_webhook_failed,
    mark_webhook_sent,
    post_webhooks,
    release,
    replay_dead,
)

__all__ = [
    "add_endpoint",
    "claim_next",
    "claim_webhook",
    "mark_bounced",
    "mark_failed",
    "mark_sent",
    "mark_webhook_failed",
    "mark_webhook_sent",
    "post",
    "post_webhooks",
    "release",
    "replay_dead",
    "resend",
    "words_of",
]
