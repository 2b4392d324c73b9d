"""While somebody types: titles that begin so or look alike. Everything through an index; one query each."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from helpcenter.models import Article
from helpcenter.models.articles import address
from helpcenter.querysets import ArticleQuerySet
from helpcenter.search.asking import WORD, Asked, Query
from helpcenter.search.results import Hit

FEWEST_CHARACTERS = 2
MOST_SUGGESTIONS = 6
_LOOKED_AT = 120
_FEWEST_LETTERS = 4  # of a word that may be a slip of another
_MOST_WORDS = 8
_WEIGHTS = "'{0.1, 0.4, 0.6, 1.0}'"  # text, summary, keywords, title


def suggest(asked: Asked, *, among: ArticleQuerySet, limit: int = MOST_SUGGESTIONS) -> list[Hit]:
    """Articles whose title, keywords or summary begin to match, or whose title looks alike; one query."""
    if len(asked.query) < FEWEST_CHARACTERS or not asked.words:
        return []
    *whole, last = asked.words
    begun = Query.terms(whole, "", joint=" & ", begun=last)
    some = Query.terms(whole, "AB", begun=last)
    alike = _Sql("title %%> %s", [asked.query])
    rank = _Sql(
        f"ts_rank({_WEIGHTS}, document.heads, {begun.sql}) + ts_rank({_WEIGHTS}, document.heads, {some.sql})"
        " + word_similarity(%s, article.title)",
        [begun.value, some.value, asked.query],
    )
    return _best(among, [_matches(begun), _matches(some), alike], rank, limit)


def near(asked: Asked, *, among: ArticleQuerySet) -> list[Hit]:
    """When nothing was found: titles with words that look or begin like those typed, for a slip of the finger."""
    words = [word for word in asked.words if len(word) >= _FEWEST_LETTERS][:_MOST_WORDS] or asked.words[:_MOST_WORDS]
    if not words:
        return []
    alike = _Sql(" OR ".join(["title %%> %s"] * len(words)), [*words])
    begun = Query.beginnings([word[:_FEWEST_LETTERS] for word in words], "A")
    return _best(among, [alike, _matches(begun)], _Sql("word_similarity(%s, article.title)", [asked.query]), 4)


def related(article: Article, *, among: ArticleQuerySet) -> list[Hit]:
    """Up to four articles that share words of title and keywords with this one, the closest first; one query."""
    words = dict.fromkeys(
        WORD.findall(" ".join([article.title, *(article.live.keywords if article.live else [])]).lower())
    )
    shared = Query.terms(list(words)[:40], "AB")
    rank = _Sql(f"ts_rank({_WEIGHTS}, document.heads, {shared.sql})", [shared.value])
    return _best(among.exclude(pk=article.pk), [_matches(shared)], rank, 4)


@dataclass(frozen=True)
class _Sql:
    sql: str
    params: list[Any]


def _matches(query: Query) -> _Sql:
    return _Sql(f"heads @@ {query.sql}", [query.value])


def _best(among: ArticleQuerySet, conditions: list[_Sql], rank: _Sql, limit: int) -> list[Hit]:
    """The best of what `among` holds. Only when too few fulfil the first condition, the others are looked at."""
    try:
        readable, params = among.order_by().values("pk", "document__heads", "title").query.sql_with_params()
    except EmptyResultSet:
        return []
    first, *others = [f"(SELECT id FROM readable WHERE {one.sql} LIMIT {_LOOKED_AT})" for one in conditions]  # noqa: S608  # SQL of this module alone
    further = [f"(SELECT id FROM {one} AS also WHERE (SELECT count(*) FROM first) < {int(limit)})" for one in others]  # noqa: S608  # as above; the limit is a whole number
    sql = f"""
        WITH readable (id, heads, title) AS NOT MATERIALIZED ({readable}),
             first AS MATERIALIZED {first},
             found AS MATERIALIZED ({" UNION ".join(["SELECT id FROM first", *further])})
        SELECT article.id, article.title, article.slug, category.slug, category.title, article.summary
        FROM found JOIN helpcenter_article article USING (id)
             JOIN helpcenter_category category ON category.id = article.category_id
             JOIN helpcenter_searchdocument document ON document.article_id = article.id
        ORDER BY {rank.sql} DESC, article.id LIMIT %s
    """  # noqa: S608  # put together from constants of this module and a queryset's own SQL; values are parameters
    wanted = [value for one in conditions for value in one.params]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, *wanted, *rank.params, limit])
        return [
            Hit(pk, title, address(shelf, slug), category, summary)
            for pk, title, slug, shelf, category, summary in cursor.fetchall()
        ]
