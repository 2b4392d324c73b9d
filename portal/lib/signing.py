"""Signatures by the convention of Standard Webhooks (standardwebhooks.com), version v1: HMAC-SHA256.

What is signed is `<id>.<seconds since 1970>.<body>`; the key is the part of the secret after `whsec_`, in base64.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

_PREFIX = "whsec_"


def new_signing_secret() -> str:
    """A secret as Standard Webhooks writes it, with 256 random bits."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed_headers(*, secret: str, message_id: str, body: bytes, at: datetime, older: str = "") -> dict[str, str]:
    """The three headers of a signed webhook. The id stays the same on each try, so receivers can tell repeats.

    While a secret is being replaced, `older` signs too: whoever knows either finds a signature that fits.
    """
    seconds = str(int(at.timestamp()))
    signed = b".".join([message_id.encode(), seconds.encode(), body])
    return {
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(_signature(one, signed) for one in (secret, older) if one),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return f"v1,{base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()}"
