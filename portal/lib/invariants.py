"""What must hold at the end of a simulation."""


class Broken(Exception):
    """An invariant does not hold; the message tells which and where, in one line."""


def must(holds: bool, sentence: str) -> None:
    """Raises Broken with that sentence unless it holds."""
    if not holds:
        raise Broken(sentence)
