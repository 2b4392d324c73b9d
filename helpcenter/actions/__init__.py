"""Everything that changes the help center: articles, categories, votes, imports."""

from helpcenter.actions.articles import EditConflict, Manuscript, create_article, restore_revision, update_article
from helpcenter.actions.asking import ask, judge_answer, note_ticket_after_question
from helpcenter.actions.calibrating import calibrate
from helpcenter.actions.categories import Shelf, create_category, update_category
from helpcenter.actions.imports import Delivered, Order, import_folder
from helpcenter.actions.publishing import (
    Window,
    announce_article,
    archive_article,
    decide_revision,
    expire_article,
    publish_article,
    submit_revision,
    verify_article,
    withdraw_article,
)
from helpcenter.actions.votes import Ballot, vote

__all__ = [
    "Ballot",
    "Delivered",
    "EditConflict",
    "Manuscript",
    "Order",
    "Shelf",
    "Window",
    "announce_article",
    "archive_article",
    "ask",
    "calibrate",
    "create_article",
    "create_category",
    "decide_revision",
    "expire_article",
    "import_folder",
    "judge_answer",
    "note_ticket_after_question",
    "publish_article",
    "restore_revision",
    "submit_revision",
    "update_article",
    "update_category",
    "verify_article",
    "vote",
    "withdraw_article",
]
