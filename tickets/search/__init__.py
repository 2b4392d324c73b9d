"""Finding tickets at the desk: words of the text, and fields that are listed."""

from tickets.search.asking import Search, understood
from tickets.search.counting import MOST_COUNTED, counts
from tickets.search.fields import FIELDS

__all__ = ["FIELDS", "MOST_COUNTED", "Search", "counts", "understood"]
