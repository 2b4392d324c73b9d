"""Finding and ranking by PostgreSQL's full-text search: any word may match, all words and titles rank first.

Text in quotes and words after a minus are the exact mode. Every search begins with what the reader may see (`among`,
from `Article.objects.visible_to`), is one query, and ranks MOST_RANKED articles at most: words that stand in every
article cost no more than others. What people type is only ever a parameter, parsed by PostgreSQL itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from helpcenter.models import Article
from helpcenter.querysets import ArticleQuerySet

CONFIG = "helpcenter_english"
PER_PAGE = 10
MOST_RANKED = 200
MOST_CHARACTERS = 200
FEWEST_CHARACTERS = 2
MOST_SUGGESTIONS = 6
_WEIGHTS = "'{0.1, 0.4, 0.6, 1.0}'"  # text, summary, keywords, title
_OPENS, _CLOSES = "\ue000", "\ue001"  # private characters: the marks survive escaping, and no text contains them
_HEADLINE = f"StartSel={_OPENS}, StopSel={_CLOSES}, MaxFragments=2, MaxWords=28, MinWords=12, FragmentDelimiter=' … '"
CODE = re.compile(r"\b([A-Za-z]{1,6})-(\d{2,6})\b")
_EXACT = re.compile(r'"|(?:^|\s)-\w')
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Query:
    """A tsquery as SQL with its one parameter."""

    sql: str
    value: str

    @classmethod
    def all_of(cls, typed: str) -> "Query":
        """Every word, quoted phrases as they stand, nothing with a word after a minus."""
        return cls(f"websearch_to_tsquery('{CONFIG}', %s)", typed)

    @classmethod
    def any_of(cls, typed: str) -> "Query":
        """Any word is enough."""
        return cls(f"replace(plainto_tsquery('{CONFIG}', %s)::text, '&', '|')::tsquery", typed)

    @classmethod
    def terms(cls, words: Sequence[str], weights: str, *, joint: str = " | ", begun: str = "") -> "Query":
        """Single words (letters and digits, so they hold no syntax) in parts of that weight; `begun` is a beginning."""
        found = [f"'{word}':{weights}" for word in words] + ([f"'{begun}':*{weights}"] if begun else [])
        return cls(f"to_tsquery('{CONFIG}', %s)", joint.join(found) or "''")


@dataclass(frozen=True)
class Asked:
    """What somebody searched, cleaned."""

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
    def joined(self) -> str:
        """With error codes as one word: for PostgreSQL's parser QE-1050 is a word and a negative number."""
        return CODE.sub(r"\1\2", self.query)


@dataclass(frozen=True)
class Hit:
    """An article found, as a link. `excerpt` is safe HTML with the words found in <mark>."""

    pk: int
    title: str
    url: str
    category: str
    summary: str
    excerpt: SafeString | str = ""


@dataclass(frozen=True)
class Found:
    """One page of results; `total` counts no further than MOST_RANKED."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    page: int = 1

    @property
    def is_more(self) -> bool:
        return self.total >= MOST_RANKED

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page * PER_PAGE < self.total else None

    @property
    def previous_page(self) -> int | None:
        return self.page - 1 if self.page > 1 else None


def find(asked: Asked, *, among: ArticleQuerySet, page: int = 1) -> Found:
    """The best matches of what the reader may see, in one query. The caller narrows `among` by category."""
    if not asked.words:
        return Found()
    every, some = Query.all_of(asked.joined), Query.any_of(asked.joined)
    wanted = [every] if asked.is_exact else [every, Query.terms(asked.words, "AB"), some]
    marked_by = Query.all_of(asked.query) if asked.is_exact else Query.any_of(asked.query)
    rank = _Sql(
        f"(document.vector @@ {every.sql})::int + ts_rank({_WEIGHTS}, document.vector, {some.sql}, 1)",
        [every.value, some.value],
    )
    headline = _Sql(f"ts_headline('{CONFIG}', revision.text, {marked_by.sql}, %s)", [marked_by.value, _HEADLINE])
    rows = _best(among, [_matches(query) for query in wanted], rank, headline, _Slice(PER_PAGE, (page - 1) * PER_PAGE))
    return Found([_hit(row) for row in rows], rows[0][-2] if rows else 0, page)


def suggest(asked: Asked, *, among: ArticleQuerySet, limit: int = MOST_SUGGESTIONS) -> list[Hit]:
    """Articles whose title, keywords or summary begin to match, or whose title looks alike; one query."""
    if len(asked.query) < FEWEST_CHARACTERS or not asked.words:
        return []
    *whole, last = asked.words
    begun = Query.terms(whole, "ABC", joint=" & ", begun=last)
    some = Query.terms(whole, "AB", begun=last)
    alike = _Sql("title %%> %s", [asked.query])
    rank = _Sql(
        f"ts_rank({_WEIGHTS}, document.vector, {begun.sql}) + ts_rank({_WEIGHTS}, document.vector, {some.sql})"
        " + word_similarity(%s, article.title)",
        [begun.value, some.value, asked.query],
    )
    return [_hit(row) for row in _best(among, [_matches(begun), _matches(some), alike], rank, _NOTHING, _Slice(limit))]


def near(asked: Asked, *, among: ArticleQuerySet) -> list[Hit]:
    """When nothing was found: titles that look like what was typed, for a slip of the finger; one query."""
    alike = _Sql("word_similarity(%s, title) > 0.25", [asked.query])
    rank = _Sql("word_similarity(%s, article.title)", [asked.query])
    return [_hit(row) for row in _best(among, [alike], rank, _NOTHING, _Slice(4))]


def related(article: Article, *, among: ArticleQuerySet) -> list[Hit]:
    """Up to four articles that share words of title and keywords with this one, the closest first; one query."""
    words = dict.fromkeys(
        _WORD.findall(" ".join([article.title, *(article.live.keywords if article.live else [])]).lower())
    )
    shared = Query.terms(list(words)[:40], "AB")
    rank = _Sql(f"ts_rank({_WEIGHTS}, document.vector, {shared.sql})", [shared.value])
    return [_hit(row) for row in _best(among.exclude(pk=article.pk), [_matches(shared)], rank, _NOTHING, _Slice(4))]


@dataclass(frozen=True)
class _Sql:
    sql: str
    params: list[Any]


@dataclass(frozen=True)
class _Slice:
    limit: int
    offset: int = 0


_NOTHING = _Sql("''", [])


def _matches(query: Query) -> _Sql:
    return _Sql(f"search @@ {query.sql}", [query.value])


def _best(among: ArticleQuerySet, conditions: list[_Sql], rank: _Sql, headline: _Sql, piece: _Slice) -> list[tuple]:
    """The best of what `among` holds: those that fulfil the first conditions are ranked before others are looked at."""
    try:
        readable, params = among.order_by().values("pk", "document__vector", "title").query.sql_with_params()
    except EmptyResultSet:
        return []
    each = [f"(SELECT id FROM readable WHERE {one.sql} LIMIT {MOST_RANKED})" for one in conditions]  # noqa: S608  # constants, see below
    sql = f"""
        WITH readable (id, search, title) AS NOT MATERIALIZED ({readable}),
             found AS (SELECT id FROM ({" UNION ALL ".join(each)}) AS in_turn LIMIT {MOST_RANKED})
        SELECT article.id, article.title, article.slug, category.slug, category.title, article.summary,
               {rank.sql} AS rank, count(*) OVER () AS total, {headline.sql} AS headline
        FROM helpcenter_article article JOIN helpcenter_category category ON category.id = article.category_id
             JOIN helpcenter_searchdocument document ON document.article_id = article.id
             JOIN helpcenter_revision revision ON revision.id = article.live_id
        WHERE article.id IN (SELECT id FROM found)
        ORDER BY rank DESC, article.id LIMIT %s OFFSET %s
    """  # noqa: S608  # put together from constants of this module and a queryset's own SQL; values are parameters
    wanted = [value for one in conditions for value in one.params]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *wanted, *rank.params, *headline.params, piece.limit, piece.offset])
        return cursor.fetchall()


def _hit(row: tuple) -> Hit:
    pk, title, slug, shelf, category, summary, _rank, _total, headline = row
    excerpt = marked(headline if _OPENS in headline else summary)
    return Hit(pk, title, reverse("helpcenter:article", args=[shelf, slug]), category, summary, excerpt)


def marked(headline: str) -> SafeString:
    """A headline with its marks as <mark>; everything else in it is escaped first."""
    safe = escape(headline).replace(_OPENS, "<mark>").replace(_CLOSES, "</mark>")
    return mark_safe(safe)  # noqa: S308  # escaped in the line above; only our own two tags are added
