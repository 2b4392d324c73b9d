"""Who may read what, in which order, and where addresses lead."""

from helpcenter.querysets.addresses import Way, is_shown, moved_category, stood_at, was_shown, way_from, way_to
from helpcenter.querysets.articles import (
    ArticleQuerySet,
    AssetQuerySet,
    CategoryQuerySet,
    FilledShelf,
    RevisionQuerySet,
    audiences_of,
    next_turn,
    shelves,
)
from helpcenter.querysets.beside import Beside, Company, company_of, followed_by, followers_of, opened_on
from helpcenter.querysets.links import Place, places_in, problem_of, targets_of
from helpcenter.querysets.previews import preview_address, previewed
from helpcenter.querysets.questions import QuestionQuerySet
from helpcenter.querysets.readable import Readable, readable_by
from helpcenter.querysets.snippets import snippets, using

__all__ = [
    "ArticleQuerySet",
    "AssetQuerySet",
    "Beside",
    "CategoryQuerySet",
    "Company",
    "FilledShelf",
    "Place",
    "QuestionQuerySet",
    "Readable",
    "RevisionQuerySet",
    "Way",
    "audiences_of",
    "company_of",
    "followed_by",
    "followers_of",
    "is_shown",
    "moved_category",
    "next_turn",
    "opened_on",
    "places_in",
    "preview_address",
    "previewed",
    "problem_of",
    "readable_by",
    "shelves",
    "snippets",
    "stood_at",
    "targets_of",
    "using",
    "was_shown",
    "way_from",
    "way_to",
]
