"""Everything that changes the help center: articles, categories, votes, imports."""

from helpcenter.actions.articles import (
    Manuscript,
    create_article,
    publish_article,
    update_article,
    withdraw_article,
)
from helpcenter.actions.categories import Shelf, create_category, update_category
from helpcenter.actions.imports import Delivered, Order, import_folder
from helpcenter.actions.votes import Ballot, vote

__all__ = [
    "Ballot",
    "Delivered",
    "Manuscript",
    "Order",
    "Shelf",
    "create_article",
    "create_category",
    "import_folder",
    "publish_article",
    "update_article",
    "update_category",
    "vote",
    "withdraw_article",
]
