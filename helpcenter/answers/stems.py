"""Words and stems of questions and passages, compared in memory. Search itself uses PostgreSQL's own."""

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_ENDINGS = ("ingly", "edly", "ings", "ing", "ies", "ied", "ed", "es", "ly", "er", "s", "e")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"“(]?[A-Z0-9])|\n+")
COMMON = frozenset(
    "a an the is are was were be been being do does did doing have has had having i i'm i've i'd im me my we our us"
    " you your yours it its it's he she they them their this that these those there here of to in on at for from by"
    " with without within as and or but if then so than too very can could will would shall should may might must not"
    " no yes how what which who whom where when why some any all one get got getting make makes made way possible want"
    " wanted need needs like use used using about into out up down just also only am please help know tell find"
    " something anything somehow don't doesn't didn't isn't aren't can't cannot won't let lets every each more most"
    " much many other another same such own via per".split()
)


def words_of(text: str) -> list[str]:
    """Lower-case words and numbers, in order."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def stem(word: str) -> str:
    """A word without its ending, so that "invoices" meets "invoice" and "billing" meets "bill"."""
    word = word.removesuffix("'s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.isdigit():
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "yi" else word


def stems(text: str) -> set[str]:
    """The stems of the words that carry meaning."""
    return {stem(word) for word in words_of(text) if word not in COMMON and len(word) > 1}


def share(wanted: Iterable[str], found: set[str]) -> float:
    """Which share of these stems is found; 0 of nothing."""
    asked = set(wanted)
    return len(asked & found) / len(asked) if asked else 0.0


def sentences(text: str) -> list[str]:
    """A text cut where sentences or lines end."""
    return [piece.strip() for piece in _SENTENCE.split(text) if piece.strip()]
