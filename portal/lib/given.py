"""What requests name, before anybody looks for it."""

import re

_PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def row_id(typed: object) -> int:
    """The number of a row as a request names it; 0, which no row has, for whatever else was sent."""
    text = str(typed)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def is_public_id(typed: str) -> bool:
    """Whether a row can be called that: the database is asked for nothing else, least of all for a null byte."""
    return _PUBLIC_ID.fullmatch(typed) is not None
