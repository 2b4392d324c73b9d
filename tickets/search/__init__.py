"""Finding tickets at the desk: words of the text, and fields that are listed."""

from tickets.search.asking import Search, understood
from tickets.search.fields import FIELDS

__all__ = ["FIELDS", "Search", "understood"]
