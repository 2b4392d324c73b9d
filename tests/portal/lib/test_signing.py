from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from portal.lib.signing import new_signing_secret, signed_headers


def test_any_library_of_standard_webhooks_accepts_the_signature() -> None:
    secret, body = new_signing_secret(), b'{"type":"ticket.filed"}'
    headers = signed_headers(secret=secret, message_id="msg_1", body=body, at=datetime.now(UTC))
    assert Webhook(secret).verify(body, headers) == {"type": "ticket.filed"}


def test_a_changed_body_id_or_secret_is_noticed() -> None:
    secret, body = new_signing_secret(), b'{"type":"ticket.filed"}'
    headers = signed_headers(secret=secret, message_id="msg_1", body=body, at=datetime.now(UTC))
    for changed, of, under in (
        (b'{"type":"ticket.closed"}', headers, secret),
        (body, {**headers, "webhook-id": "msg_2"}, secret),
        (body, headers, new_signing_secret()),
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(under).verify(changed, of)
