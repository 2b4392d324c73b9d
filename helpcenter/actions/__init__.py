"""Everything that changes the help center: articles, categories, votes, imports."""

from helpcenter.actions.articles import EditConflict, Manuscript, create_article, restore_revision, update_article
from helpcenter.actions.asking import ask, judge_answer, note_ticket_after_question
from helpcenter.actions.calibrating import calibrate
from helpcenter.actions.categories import Shelf, create_category, update_category
from helpcenter.actions.gaps import begin_article, dismiss_gap, gather_gaps, note_repeated_tickets
from helpcenter.actions.imports import Delivered, Order, import_folder
from helpcenter.actions.passages import keep_vectors, reindex_article
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
from helpcenter.actions.searches import Searched, forget_searches, note_opened, note_search, note_ticket
from helpcenter.actions.votes import Ballot, vote

__all__ = [
    "Ballot",
    "Delivered",
    "EditConflict",
    "Manuscript",
    "Order",
    "Searched",
    "Shelf",
    "Window",
    "announce_article",
    "archive_article",
    "ask",
    "begin_article",
    "calibrate",
    "create_article",
    "create_category",
    "decide_revision",
    "dismiss_gap",
    "expire_article",
    "forget_searches",
    "gather_gaps",
    "import_folder",
    "judge_answer",
    "keep_vectors",
    "note_opened",
    "note_repeated_tickets",
    "note_search",
    "note_ticket",
    "note_ticket_after_question",
    "publish_article",
    "reindex_article",
    "restore_revision",
    "submit_revision",
    "update_article",
    "update_category",
    "verify_article",
    "vote",
    "withdraw_article",
]
