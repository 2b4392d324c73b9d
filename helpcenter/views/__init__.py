"""What readers of the help center ask for, by noun."""

from helpcenter.views.asking import answer, answer_panel, ask
from helpcenter.views.files import file
from helpcenter.views.following import follow_article, follow_category
from helpcenter.views.previewing import preview
from helpcenter.views.reading import article, category, home, index, permalink
from helpcenter.views.searching import search, suggest
from helpcenter.views.voting import vote

__all__ = [
    "answer",
    "answer_panel",
    "article",
    "ask",
    "category",
    "file",
    "follow_article",
    "follow_category",
    "home",
    "index",
    "permalink",
    "preview",
    "search",
    "suggest",
    "vote",
]
