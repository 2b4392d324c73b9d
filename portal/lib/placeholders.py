"""Words in a text that are filled in: `{{ ticket.number }}`. Names from a closed list, no code, no second pass."""

import re
from collections.abc import Collection, Mapping

_PLACE = re.compile(r"{{\s*(.*?)\s*}}", re.DOTALL)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its names replaced. What a value itself contains is never looked at again; unknown names stay."""
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)


def unknown(text: str, names: Collection[str]) -> list[str]:
    """What stands in braces and is none of the names, as written; a brace that is never closed counts too."""
    wrong = [found[1] for found in _PLACE.finditer(text) if found[1] not in names]
    rest = _PLACE.sub("", text)
    return wrong + [brace for brace in ("{{", "}}") if brace in rest]
