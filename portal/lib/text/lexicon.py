"""Words and parts of words as weighted features: TF-IDF over words 1–2 and over characters 2–5 inside words.

Training learns with scikit-learn; this is the same arithmetic without it, for processes that only score.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from portal.lib.text.weights import Floats

WORDS, PARTS = (1, 2), (2, 5)
READ = 4000  # characters of a text that are read
_WORD = re.compile(r"(?u)\b\w\w+\b")


def readable(text: str) -> str:
    """What is read of a text: its beginning, in small letters."""
    return text[:READ].lower()


def words(text: str) -> Iterator[str]:
    """Words of two letters or more, and pairs of neighbors. For a text that is `readable`."""
    found = _WORD.findall(text)
    yield from found
    yield from (f"{first} {second}" for first, second in pairwise(found))


def parts(text: str) -> Iterator[str]:
    """Two to five characters in a row of each word, its borders counted as blanks. For a text that is `readable`."""
    for word in text.split():
        framed = f" {word} "
        for size in range(PARTS[0], PARTS[1] + 1):
            yield from (framed[start : start + size] for start in range(max(1, len(framed) - size + 1)))
            if len(framed) <= size:
                break  # a short word is counted once


@dataclass(frozen=True)
class Vocabulary:
    """The features of one kind in the order of their columns, and how rare each is."""

    terms: tuple[str, ...]
    rarity: Floats

    @cached_property
    def places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.terms)}

    def weigh(self, found: Iterable[str]) -> tuple[list[int], list[float]]:
        """Columns and weights of what is known of these features, the weights together of length one."""
        places, rarity = self.places, self.rarity
        counts = Counter(place for term in found if (place := places.get(term)) is not None)
        weights = [(1.0 + math.log(count)) * float(rarity[place]) for place, count in counts.items()]
        length = math.sqrt(sum(weight * weight for weight in weights)) or 1.0
        return list(counts), [weight / length for weight in weights]


@dataclass(frozen=True)
class Lexicon:
    """Both vocabularies; the columns of the parts follow those of the words."""

    words: Vocabulary
    parts: Vocabulary

    def features(self, text: str) -> tuple[np.ndarray, Floats]:
        """Columns and weights of a text; both empty when it has no known feature."""
        read = readable(text)
        columns, weights = self.words.weigh(words(read))
        more, their_weights = self.parts.weigh(parts(read))
        shifted = [column + len(self.words.terms) for column in more]
        return np.array(columns + shifted, dtype=np.int64), np.array(weights + their_weights, dtype=np.float32)
