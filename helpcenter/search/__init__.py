"""Finding and ranking articles. Everything begins with what the reader may see."""

from helpcenter.search.asking import Asked
from helpcenter.search.finding import find, order
from helpcenter.search.indexing import embedded_text, forget, index
from helpcenter.search.lexical import Field
from helpcenter.search.results import PER_PAGE, Found, Hit, linked, marked
from helpcenter.search.suggesting import MOST_SUGGESTIONS, near, related, suggest

__all__ = [
    "MOST_SUGGESTIONS",
    "PER_PAGE",
    "Asked",
    "Field",
    "Found",
    "Hit",
    "embedded_text",
    "find",
    "forget",
    "index",
    "linked",
    "marked",
    "near",
    "order",
    "related",
    "suggest",
]
