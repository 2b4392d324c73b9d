"""The help center's tables: shelves, articles with their revisions and files, what finds them, what readers did."""

from helpcenter.models.articles import (
    Article,
    ArticleHealth,
    ArticleLink,
    FormerArticleSlug,
    RelatedArticle,
    Series,
    SeriesEntry,
)
from helpcenter.models.files import Asset, AssetFile
from helpcenter.models.finding import (
    Calibration,
    CommonStem,
    Corpus,
    Passage,
    Posting,
    Promotion,
    SearchDocument,
    Synonym,
    Word,
)
from helpcenter.models.reading import Follow, Gap, Question, ReadingDay, SearchEvent, Vote
from helpcenter.models.revisions import Revision, Snippet
from helpcenter.models.shelves import ICONS, Category, FormerCategorySlug

__all__ = [
    "ICONS",
    "Article",
    "ArticleHealth",
    "ArticleLink",
    "Asset",
    "AssetFile",
    "Calibration",
    "Category",
    "CommonStem",
    "Corpus",
    "Follow",
    "FormerArticleSlug",
    "FormerCategorySlug",
    "Gap",
    "Passage",
    "Posting",
    "Promotion",
    "Question",
    "ReadingDay",
    "RelatedArticle",
    "Revision",
    "SearchDocument",
    "SearchEvent",
    "Series",
    "SeriesEntry",
    "Snippet",
    "Synonym",
    "Vote",
    "Word",
]
