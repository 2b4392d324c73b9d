"""What readers of the help center ask for, by noun."""

from helpcenter.views.files import file
from helpcenter.views.reading import article, category, home, index, permalink
from helpcenter.views.searching import search, suggest
from helpcenter.views.voting import vote

__all__ = ["article", "category", "file", "home", "index", "permalink", "search", "suggest", "vote"]
