"""Finding and ranking articles. Everything begins with what the reader may see."""

from helpcenter.search.indexing import forget, index
from helpcenter.search.lexical import (
    MOST_SUGGESTIONS,
    PER_PAGE,
    Asked,
    Found,
    Hit,
    find,
    marked,
    near,
    related,
    suggest,
)

__all__ = [
    "MOST_SUGGESTIONS",
    "PER_PAGE",
    "Asked",
    "Found",
    "Hit",
    "find",
    "forget",
    "index",
    "marked",
    "near",
    "related",
    "suggest",
]
