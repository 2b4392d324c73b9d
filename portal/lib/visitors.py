"""Who is the same visitor today, without knowing who: a keyed digest whose key changes each day."""

import hashlib
import hmac
import ipaddress
from datetime import date

from django.conf import settings


def place_of(address: str) -> str:
    """Where a network address belongs, for limits: of IPv6 the network that a household or a server is given (/64),
    within which anybody may choose among more addresses than a limit could count."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def daily_digest(*traits: str, on: date) -> str:
    """32 hex characters for these traits on that day. Another day, or another installation, gives another digest."""
    key = hmac.digest(settings.SECRET_KEY.encode(), f"visitor:{on.isoformat()}".encode(), "sha256")
    return hmac.new(key, "\x00".join(traits).encode(), hashlib.sha256).hexdigest()[:32]
