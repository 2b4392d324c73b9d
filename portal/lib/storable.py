"""Text of foreign origin that a column must take."""

MOST_CHARACTERS = 2000


def storable(text: str) -> str:
    """The text as PostgreSQL takes it: without null bytes and lone surrogates, and not without end.

    For what servers answer and errors say. What people send with such characters is refused at the door instead.
    """
    return text.replace("\x00", "").encode(errors="replace").decode()[:MOST_CHARACTERS]
