"""What staff do with articles inside the admin, by noun."""

from helpcenter.admin_views.folders import bring_in, take_out
from helpcenter.admin_views.gaps import begin_article, dismiss_gap
from helpcenter.admin_views.revisions import difference, restore, revisions_of
from helpcenter.admin_views.workflow import approve, archive, care, give_back, schedule, submit, withdraw
from helpcenter.admin_views.writing import conflict_of, preview, remarks, standing_of

__all__ = [
    "approve",
    "archive",
    "begin_article",
    "bring_in",
    "care",
    "conflict_of",
    "difference",
    "dismiss_gap",
    "give_back",
    "preview",
    "remarks",
    "restore",
    "revisions_of",
    "schedule",
    "standing_of",
    "submit",
    "take_out",
    "withdraw",
]
