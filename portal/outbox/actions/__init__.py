from portal.outbox.actions.endpoints import (
    add_endpoint,
    release,
    remove_endpoint,
    revise_endpoint,
    rotate_secret,
    send_test,
)
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
    claim_webhook,
    mark_webhook_failed,
    mark_webhook_sent,
    post_webhooks,
    replay_dead,
    resend_webhook,
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
    "remove_endpoint",
    "replay_dead",
    "resend",
    "resend_webhook",
    "revise_endpoint",
    "rotate_secret",
    "send_test",
    "words_of",
]
