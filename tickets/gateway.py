"""The virus scanner that the operator named (CLAMAV_URL)."""

from collections.abc import Iterable

from django.conf import settings

from portal.lib.clamd import Unanswered, found_in

__all__ = ["Unanswered", "virus_in"]


def virus_in(pieces: Iterable[bytes]) -> str:
    """What the scanner found, empty for a clean file. Raises Unanswered while it is away."""
    return found_in(settings.CLAMAV_URL, pieces)
