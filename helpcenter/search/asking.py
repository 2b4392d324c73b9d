"""What somebody typed, cleaned, and what PostgreSQL makes of it. It only ever becomes a parameter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

CONFIG = "helpcenter_english"
MOST_CHARACTERS = 200
MOST_IN_A_QUESTION = 1000
CODE = re.compile(r"\b([A-Za-z]{1,6})-(\d{2,6})\b")
_EXACT = re.compile(r'"[^"]*\w[^"]*"|(?:^|\s)-\w')
_LEFT_OUT = re.compile(r'(?:^|(?<=\s))-(?:"[^"]*"|\S+)')
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Query:
    """A tsquery as SQL with its one parameter."""

    sql: str
    value: str

    @classmethod
    def all_of(cls, typed: str) -> "Query":
        """Every word, quoted phrases as they stand, nothing with a word after a minus."""
        return cls(f"websearch_to_tsquery('{CONFIG}', %s)", typed)

    @classmethod
    def any_of(cls, typed: str) -> "Query":
        """Any word is enough."""
        return cls(f"replace(plainto_tsquery('{CONFIG}', %s)::text, '&', '|')::tsquery", typed)

    @classmethod
    def terms(cls, words: Sequence[str], weights: str, *, joint: str = " | ", begun: str = "") -> "Query":
        """Single words (letters and digits: no syntax) in parts of that weight ("": any); `begun` is a beginning."""
        found = [f"'{word}':{weights}".rstrip(":") for word in words] + ([f"'{begun}':*{weights}"] if begun else [])
        return cls(f"to_tsquery('{CONFIG}', %s)", joint.join(found) or "''")

    @classmethod
    def beginnings(cls, letters: Sequence[str], weights: str) -> "Query":
        """Any word that begins with one of these (letters and digits), unstemmed, in parts of that weight."""
        return cls("to_tsquery('simple', %s)", " | ".join(f"'{one}':*{weights}" for one in letters))


@dataclass(frozen=True)
class Asked:
    """What somebody searched. `is_exact`: they quoted a phrase or left a word out. `is_literal`: correct nothing."""

    query: str
    is_exact: bool = False
    is_literal: bool = False

    @classmethod
    def of(cls, typed: str, *, is_literal: bool = False, most: int = MOST_CHARACTERS) -> "Asked":
        words = " ".join(typed.replace("\x00", " ").split())[:most]
        return cls(words, bool(_EXACT.search(words)), is_literal)

    def corrected(self, replacements: dict[str, str]) -> "Asked":
        """With these words (in lower case) replaced wherever they stand."""
        swapped = WORD.sub(lambda found: replacements.get(found[0].lower(), found[0]), self.query)
        return replace(self, query=swapped)

    @property
    def words(self) -> list[str]:
        return WORD.findall(self.query)

    @property
    def joined(self) -> str:
        """With error codes as one word: for PostgreSQL's parser QE-1050 is a word and a negative number."""
        return CODE.sub(r"\1\2", self.query)

    @property
    def wanted(self) -> str:
        """What should stand in an article: without the words after a minus."""
        return _LEFT_OUT.sub(" ", self.joined) if self.is_exact else self.joined

    @property
    def plain(self) -> str:
        """To compare with the words of promotions: lower case, single spaces, without punctuation."""
        return " ".join(WORD.findall(self.query.lower()))
