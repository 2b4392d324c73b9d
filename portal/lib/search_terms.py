"""What stands in a search box, read into terms: words, "phrases", field:value, and -what is not wanted.

Knows no field by name: whoever asks says what a field means, and refuses those that are none.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.lib.refusals import Refused

MOST_CHARACTERS = 500
MOST_TERMS = 30

_TERM = re.compile(
    r"""(?P<minus>-)?
        (?:(?P<field>[A-Za-z][A-Za-z0-9_.-]*):(?!//))?
        (?P<compare><=|>=|<|>)?
        (?:"(?P<phrase>[^"]*)"|(?P<bare>[^\s"]*))""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Term:
    """One part of a search. Without a field it is a word of the text; `compare` is one of <, <=, >, >= or empty."""

    value: str
    field: str = ""
    compare: str = ""
    is_negated: bool = False
    is_phrase: bool = False

    @property
    def values(self) -> list[str]:
        """Any of these: `a,b` means a or b, unless it stands in quotes."""
        return [self.value] if self.is_phrase else [one for one in self.value.split(",") if one]


def read(text: str) -> list[Term]:
    """The terms of a search in their order; what cannot be read is refused with a sentence."""
    if len(text) > MOST_CHARACTERS:
        raise Refused(_("This search is too long. Shorten it."), code="wrong_search")
    if not text.isprintable() and "\x00" in text:
        raise Refused(_("This search holds a character that nothing can be found by."), code="wrong_search")
    terms, at = [], 0
    while (at := _next_word(text, at)) < len(text):
        found = _TERM.match(text, at)
        if found is None or found.end() == at:
            raise Refused(_("A quotation mark is not closed."), code="wrong_search")
        terms.append(_term(found))
        at = found.end()
    if len(terms) > MOST_TERMS:
        raise Refused(_("This search has too many parts. Leave some out."), code="wrong_search")
    return [term for term in terms if term.value]


def _next_word(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _term(found: re.Match[str]) -> Term:
    field, compare, phrase = (found["field"] or "").lower(), found["compare"] or "", found["phrase"]
    value = phrase if phrase is not None else found["bare"]
    if not field:
        word = value if phrase is not None else f"{compare}{value}"
        return Term(word.strip(), is_negated=bool(found["minus"]), is_phrase=phrase is not None)
    if not value.strip():
        sentence = _("Write something after “%(field)s:”.")
        raise Refused(sentence % {"field": field}, code="wrong_search")
    return Term(value.strip(), field, compare, bool(found["minus"]), phrase is not None)
