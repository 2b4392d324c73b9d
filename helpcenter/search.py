"""Finding and ranking by PostgreSQL's full-text search: any word may match, all words and titles rank first.

Text in quotes and words after a minus are the exact mode. What people type never reaches the query language unparsed.
"""

import re
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any, cast

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, SearchVector, TrigramWordSimilarity
from django.db.models import Case, Count, F, FloatField, Q, TextField, Value, When, Window
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from helpcenter.models import Article
from helpcenter.querysets import ArticleQuerySet

CONFIG = "helpcenter_english"
PER_PAGE = 20
MOST_CHARACTERS = 200
FEWEST_CHARACTERS = 2
MOST_SUGGESTIONS = 6
WEIGHTS = [0.1, 0.4, 0.6, 1.0]  # text, summary, keywords, title
_OPENS, _CLOSES = "\ue000", "\ue001"  # private characters: marks survive escaping, and no text contains them
_CODE = re.compile(r"\b([A-Za-z]{1,6})-(\d{2,6})\b")
_EXACT = re.compile(r'"|(?:^|\s)-\w')
_WORD = re.compile(r"\w+")


def vector_of(article: Article) -> Combinable:
    """What an article is found by: title before keywords before summary before text."""
    parts = [(article.title, "A"), (" · ".join(article.keywords), "B"), (article.summary, "C"), (article.text, "D")]
    vectors = [
        SearchVector(Value(_codes_joined(words[:400_000]), TextField()), weight=weight, config=CONFIG)
        for words, weight in parts
    ]
    return reduce(add, vectors[1:], cast(Combinable, vectors[0]))


def _codes_joined(words: str) -> str:
    """QE-1050 is one word for readers but two for PostgreSQL: both its forms are found, and the bare number."""
    return _CODE.sub(r"\1\2 \2 \1", words)


@dataclass(frozen=True)
class Asked:
    """What somebody searched, cleaned: `query` for showing, `wanted` for finding."""

    query: str
    is_exact: bool = False

    @classmethod
    def of(cls, typed: str) -> "Asked":
        words = " ".join(typed.replace("\x00", " ").split())[:MOST_CHARACTERS]
        return cls(words, bool(_EXACT.search(words)))

    @property
    def words(self) -> list[str]:
        return _WORD.findall(self.query)

    @property
    def all_words(self) -> SearchQuery:
        """Every word must match, quoted phrases as they stand, words after a minus must not."""
        return SearchQuery(self._joined, config=CONFIG, search_type="websearch")

    @property
    def wanted(self) -> SearchQuery:
        """What decides whether an article is found at all."""
        return self.all_words if self.is_exact else AnyWord(self._joined)

    @property
    def begun(self) -> SearchQuery:
        """For suggestions: any word, the last one perhaps not typed to its end; titles, keywords and summaries only."""
        *whole, last = self.words
        terms = [f"'{word}':ABC" for word in whole] + [f"'{last}':*ABC"]
        return SearchQuery(" | ".join(terms), config=CONFIG, search_type="raw")

    @property
    def _joined(self) -> str:
        return _CODE.sub(r"\1\2", self.query)


class AnyWord(SearchQuery):
    """Any word is enough. PostgreSQL parses the text by itself, so nothing typed becomes query syntax."""

    template = "replace(%(function)s(%(expressions)s)::text, '&', '|')::tsquery"

    def __init__(self, value: str) -> None:
        super().__init__(value, config=CONFIG, search_type="plain")


@dataclass(frozen=True)
class Found:
    """One page of results. Each article carries `marked`: an excerpt as safe HTML with the words found in <mark>."""

    articles: list[Article] = field(default_factory=list)
    total: int = 0
    page: int = 1

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page * PER_PAGE < self.total else None

    @property
    def previous_page(self) -> int | None:
        return self.page - 1 if self.page > 1 else None


def find(asked: Asked, *, among: ArticleQuerySet, page: int = 1) -> Found:
    """The best matches among what the reader may see, in one query. The caller narrows `among` by category."""
    if not asked.words:
        return Found()
    ranked = (
        among.filter(search=asked.wanted)
        .listed()
        .annotate(rank=_rank(asked), total=Window(Count("*")), headline=_headline(asked))
        .order_by("-rank", "pk")
    )
    articles = list(ranked[(page - 1) * PER_PAGE : page * PER_PAGE])
    for article in articles:
        article.marked = marked(article.headline if _OPENS in article.headline else article.summary)
    return Found(articles, articles[0].total if articles else 0, page)


def _rank(asked: Asked) -> Combinable:
    """Rare coincidences first: all words together, then words near each other, then any word; titles weigh most."""
    has_all = Case(When(search=asked.all_words, then=Value(1.0)), default=Value(0.0), output_field=FloatField())
    any_word = SearchRank(F("search"), asked.wanted, weights=WEIGHTS, normalization=Value(1))
    return has_all + any_word


def _headline(asked: Asked) -> SearchHeadline:
    return SearchHeadline(
        "text",
        asked.all_words if asked.is_exact else AnyWord(asked.query),
        config=CONFIG,
        start_sel=_OPENS,
        stop_sel=_CLOSES,
        max_fragments=2,
        max_words=28,
        min_words=12,
        fragment_delimiter=" … ",
    )


def marked(headline: str) -> SafeString:
    """A headline with its marks as <mark>; everything else in it is escaped first."""
    safe = escape(headline).replace(_OPENS, "<mark>").replace(_CLOSES, "</mark>")
    return mark_safe(safe)  # noqa: S308  # escaped in the line above; only our own two tags are added


def suggest(asked: Asked, *, among: ArticleQuerySet, limit: int = MOST_SUGGESTIONS) -> list[Article]:
    """Articles whose title, keywords or summary begin to match, or whose title looks alike; one query."""
    if len(asked.query) < FEWEST_CHARACTERS or not asked.words:
        return []
    alike = TrigramWordSimilarity(asked.query, "title")
    rank = SearchRank(F("search"), asked.begun, weights=WEIGHTS) + alike
    matching = Q(search=asked.begun) | Q(title__trigram_word_similar=asked.query)
    return list(among.filter(matching).listed().annotate(rank=rank).order_by("-rank", "pk")[:limit])


def near(asked: Asked, *, among: ArticleQuerySet, limit: int = 4) -> list[Article]:
    """When nothing was found: titles that look like what was typed, for a slip of the finger; one query."""
    alike = among.annotate(rank=TrigramWordSimilarity(asked.query, "title")).filter(rank__gt=0.25)
    return list(alike.listed().order_by("-rank", "pk")[:limit])


@dataclass(frozen=True)
class Neighbor:
    """Another article, as a link."""

    title: str
    url: str
    category: str


def around(article: Article, *, among: ArticleQuerySet) -> dict[str, Any]:
    """The previous and the next article of the category and up to four related ones, in one query."""
    shared = _shared_words(article)
    rank = SearchRank(F("search"), shared, weights=WEIGHTS)
    alike = among.filter(search=shared).exclude(pk=article.pk).annotate(rank=rank).order_by("-rank", "pk")
    kinds = {
        "previous": among.before(article).annotate(rank=Value(0.0)),
        "next": among.after(article).annotate(rank=Value(0.0)),
        "related": alike,
    }
    parts = [
        queryset.annotate(kind=Value(kind)).values_list(
            "kind", "rank", "title", "slug", "category__slug", "category__title"
        )[: 4 if kind == "related" else 1]
        for kind, queryset in kinds.items()
    ]
    found: dict[str, list[tuple[float, Neighbor]]] = {kind: [] for kind in kinds}
    for kind, closeness, title, slug, shelf, shelf_title in parts[0].union(*parts[1:], all=True):
        url = reverse("helpcenter:article", args=[shelf, slug])
        found[kind].append((closeness, Neighbor(title, url, shelf_title)))
    related = [neighbor for _rank, neighbor in sorted(found["related"], key=lambda pair: -pair[0])]
    first = {kind: found[kind][0][1] if found[kind] else None for kind in ("previous", "next")}
    return {**first, "related": related}


def _shared_words(article: Article) -> SearchQuery:
    words = dict.fromkeys(_WORD.findall(" ".join([article.title, *article.keywords]).lower()))
    terms = " | ".join(f"'{word}':AB" for word in list(words)[:40]) or "''"
    return SearchQuery(terms, config=CONFIG, search_type="raw")
