"""While somebody types: titles that begin so or look alike. Everything through an index; one query each."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.urls import reverse

from helpcenter.models import Article
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search.asking import WORD, Asked, Query
from helpcenter.search.results import Hit

FEWEST_CHARACTERS = 2
MOST_SUGGESTIONS = 6
_LOOKED_AT = 200
_WEIGHTS = "'{0.1, 0.4, 0.6, 1.0}'"  # text, summary, keywords, title


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
    return _best(among, [_matches(begun), _matches(some), alike], rank, limit)


def near(asked: Asked, *, among: ArticleQuerySet) -> list[Hit]:
    """When nothing was found: titles that look like what was typed, for a slip of the finger; one query."""
    alike = _Sql("word_similarity(%s, title) > 0.25", [asked.query])
    return _best(among, [alike], _Sql("word_similarity(%s, article.title)", [asked.query]), 4)


def related(article: Article, *, among: ArticleQuerySet) -> list[Hit]:
    """Up to four articles that share words of title and keywords with this one, the closest first; one query."""
    words = dict.fromkeys(
        WORD.findall(" ".join([article.title, *(article.live.keywords if article.live else [])]).lower())
    )
    shared = Query.terms(list(words)[:40], "AB")
    rank = _Sql(f"ts_rank({_WEIGHTS}, document.vector, {shared.sql})", [shared.value])
    return _best(among.exclude(pk=article.pk), [_matches(shared)], rank, 4)


@dataclass(frozen=True)
class _Sql:
    sql: str
    params: list[Any]


def _matches(query: Query) -> _Sql:
    return _Sql(f"search @@ {query.sql}", [query.value])


def _best(among: ArticleQuerySet, conditions: list[_Sql], rank: _Sql, limit: int) -> list[Hit]:
    """The best of what `among` holds: those that fulfil the first conditions are ranked before others are looked at."""
    try:
        readable, params = among.order_by().values("pk", "document__vector", "title").query.sql_with_params()
    except EmptyResultSet:
        return []
    each = [f"(SELECT id FROM readable WHERE {one.sql} LIMIT {_LOOKED_AT})" for one in conditions]  # noqa: S608  # constants, see below
    sql = f"""
        WITH readable (id, search, title) AS NOT MATERIALIZED ({readable}),
             found AS (SELECT id FROM ({" UNION ALL ".join(each)}) AS in_turn LIMIT {_LOOKED_AT})
        SELECT article.id, article.title, article.slug, category.slug, category.title, article.summary
        FROM helpcenter_article article JOIN helpcenter_category category ON category.id = article.category_id
             JOIN helpcenter_searchdocument document ON document.article_id = article.id
        WHERE article.id IN (SELECT id FROM found)
        ORDER BY {rank.sql} DESC, article.id LIMIT %s
    """  # noqa: S608  # put together from constants of this module and a queryset's own SQL; values are parameters
    wanted = [value for one in conditions for value in one.params]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *wanted, *rank.params, limit])
        return [
            Hit(pk, title, reverse("helpcenter:article", args=[shelf, slug]), category, summary)
            for pk, title, slug, shelf, category, summary in cursor.fetchall()
        ]
