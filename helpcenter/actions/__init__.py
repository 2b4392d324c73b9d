"""Everything that changes the help center: articles, categories, votes, imports."""

from helpcenter.actions.articles import EditConflict, Manuscript, create_article, restore_revision, update_article
from helpcenter.actions.asking import ask, forget_askers, judge_answer, note_ticket_after_question
from helpcenter.actions.assets import Upload, add_asset, describe_asset, remove_asset, replace_asset
from helpcenter.actions.calibrating import calibrate
from helpcenter.actions.care import (
    Care,
    change_care,
    follow,
    keep_exits,
    keep_views,
    tell_of_picks,
    tell_of_series,
    unfollow,
)
from helpcenter.actions.categories import Shelf, create_category, update_category
from helpcenter.actions.exports import Written, export_folder
from helpcenter.actions.gaps import begin_article, dismiss_gap, gather_gaps
from helpcenter.actions.imports import Delivered, Order, import_folder
from helpcenter.actions.links import (
    claim_outside_link,
    freshen_links,
    freshen_links_to,
    judge_links_to,
    judge_outside_link,
    keep_links,
)
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
from helpcenter.actions.refreshing import refresh_article
from helpcenter.actions.searches import Searched, forget_searches, note_opened, note_search, note_ticket
from helpcenter.actions.snippets import (
    Phrase,
    bring_snippet_to_articles,
    create_snippet,
    remove_snippet,
    update_snippet,
)
from helpcenter.actions.turning import index_next_missing, open_review_tasks, remind_next_review, turn_next_page
from helpcenter.actions.votes import Ballot, vote

__all__ = [
    "Ballot",
    "Care",
    "Delivered",
    "EditConflict",
    "Manuscript",
    "Order",
    "Phrase",
    "Searched",
    "Shelf",
    "Upload",
    "Window",
    "Written",
    "add_asset",
    "announce_article",
    "archive_article",
    "ask",
    "begin_article",
    "bring_snippet_to_articles",
    "calibrate",
    "change_care",
    "claim_outside_link",
    "create_article",
    "create_category",
    "create_snippet",
    "decide_revision",
    "describe_asset",
    "dismiss_gap",
    "expire_article",
    "export_folder",
    "follow",
    "forget_askers",
    "forget_searches",
    "freshen_links",
    "freshen_links_to",
    "gather_gaps",
    "import_folder",
    "index_next_missing",
    "judge_answer",
    "judge_links_to",
    "judge_outside_link",
    "keep_exits",
    "keep_links",
    "keep_vectors",
    "keep_views",
    "note_opened",
    "note_search",
    "note_ticket",
    "note_ticket_after_question",
    "open_review_tasks",
    "publish_article",
    "refresh_article",
    "reindex_article",
    "remind_next_review",
    "remove_asset",
    "remove_snippet",
    "replace_asset",
    "restore_revision",
    "submit_revision",
    "tell_of_picks",
    "tell_of_series",
    "turn_next_page",
    "unfollow",
    "update_article",
    "update_category",
    "update_snippet",
    "verify_article",
    "vote",
    "withdraw_article",
]
