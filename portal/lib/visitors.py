"""Who is the same visitor today, without knowing who: a keyed digest whose key changes each day."""

import hashlib
import hmac
from datetime import date

from django.conf import settings


def daily_digest(*traits: str, on: date) -> str:
    """32 hex characters for these traits on that day. Another day, or another installation, gives another digest."""
    key = hmac.digest(settings.SECRET_KEY.encode(), f"visitor:{on.isoformat()}".encode(), "sha256")
    return hmac.new(key, "\x00".join(traits).encode(), hashlib.sha256).hexdigest()[:32]
