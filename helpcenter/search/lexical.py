"""BM25 in SQL over the postings: any word may match, rare words count more, a title twice.

Everything begins with what the reader may see (`among`, from `Article.objects.visible_to`). How rare a word is counts
over all documents. A word that stands everywhere costs no more than others: of each word only its best postings are
looked at (AT_MOST), and only when that leaves too few articles that this reader may see, all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet

from helpcenter.querysets import Readable
from helpcenter.search.asking import CONFIG, Asked, Query
from helpcenter.states import ArticleState
from portal.lib.prepared import planned_cursor

MOST_RANKED = 60
MOST_TERMS = 32
AT_MOST = 200  # postings of one word
MATCHING = 1000  # articles that hold what was asked for exactly
ALL = 1_000_000
ENOUGH = 20
COUNTED = 2500  # no word that is not known as common is counted further than this
WEIGHED = 400  # best articles whose visibility is asked for
SYNONYM = 0.8
TITLE = 2  # what a word in the title counts beside one in the text
POPULAR = 0.1  # what the most popular article gains
_K1, _B = 1.5, 0.75


class Scored(NamedTuple):
    """An article that stands in a ranking. `score` is its BM25, 0 when none of the words stands in it."""

    article: int
    score: float
    popularity: float = 0.0


@dataclass(frozen=True)
class Shelf:
    """A category in which something was found, and how many articles."""

    slug: str
    title: str
    count: int


@dataclass(frozen=True)
class Ranking:
    """The best first. `stems` says how rare each is; `unseen` are typed words that the reader may see nowhere;
    `shelves` are the categories of what was found; `turns_at` is when any article begins or ends to be shown."""

    found: list[Scored] = field(default_factory=list)
    stems: dict[str, float] = field(default_factory=dict)
    unseen: list[str] = field(default_factory=list)
    promoted: list[int] = field(default_factory=list)
    shelves: list[Shelf] = field(default_factory=list)
    turns_at: datetime | None = None


@dataclass(frozen=True)
class Field:
    """What is searched: what the reader may see, perhaps narrowed to the category with that slug."""

    among: Readable
    category: str = ""


def rank(asked: Asked, searched: Field, *, also: Sequence[int] = ()) -> Ranking:
    """The best of what the reader may see, in one query (two, when a word stands nearly everywhere but for them).

    `also` are articles to be scored and listed as well if the reader may see them.
    """
    found, most_of_a_word = _rank(asked, searched, also, AT_MOST)
    is_cut = most_of_a_word > AT_MOST or most_of_a_word * len(found.stems) > WEIGHED
    if is_cut and len(found.found) < ENOUGH and not asked.is_exact:
        found, _ = _rank(asked, searched, also, ALL)
    return found


def _rank(asked: Asked, searched: Field, also: Sequence[int], at_most: int) -> tuple[Ranking, int]:
    try:
        readable, params = searched.among.ids_in_sql
    except EmptyResultSet:
        return Ranking(), 0
    narrowed = [searched.category] if searched.category else []
    matching = Query.all_of(asked.joined)
    choice = _MATCHING.format(query=matching.sql) if asked.is_exact else _BEST
    values = [matching.value, MATCHING] if asked.is_exact else [at_most, WEIGHED if at_most <= AT_MOST else ALL]
    words = [] if asked.is_exact or asked.is_literal else list(dict.fromkeys(word.lower() for word in asked.words))
    sql = _RANKING.format(readable=readable, within=_ON_SHELF if narrowed else _ANYWHERE, choice=choice)
    typed = [asked.wanted] * 3
    with planned_cursor() as cursor:
        cursor.execute(sql, [*params, *narrowed, *typed, at_most, *values, list(also), words, asked.plain])
        [(stems, most, unseen, promoted, shelves, turns_at, *found)] = cursor.fetchall()
    scored = list(map(Scored._make, zip(*found, strict=True))) if found[0] else []
    filled = [Shelf(*one) for one in shelves or []]
    return Ranking(scored, stems or {}, unseen or [], promoted or [], filled, turns_at), most or 0


def _part(of: str) -> str:
    """BM25 of one part of a document: what the word gains there, the more often it stands the nearer to all of it.
    A long part has to hold it more often."""
    count, length = f"posting.{of}_count", f"posting.{of}_length"
    return f"asked.{of}_gain * {count} / ({count} + {_K1 * (1 - _B)}::float8 + corpus.{of}_steep * {length})"


def _rare(count: str) -> str:
    """How much a word tells that stands in so many documents."""
    return f"ln(1 + (greatest(documents - {count}, 0) + 0.5::float8) / ({count} + 0.5::float8))"


_SCORE = f"sum({_part('title')} + {_part('body')})"
# `known` is what an article gains by the words of which every posting was looked at: that needs no second look.
_BEST = f"""
    SELECT scored.id, scored.known FROM (
        SELECT posting.article_id AS id, {_SCORE} AS score,
               coalesce({_SCORE} FILTER (WHERE NOT asked.is_cut), 0) AS known
        FROM asked CROSS JOIN corpus CROSS JOIN LATERAL (
            SELECT article_id, title_count, body_count, title_length, body_length FROM helpcenter_posting
            WHERE term = asked.stem ORDER BY title_count DESC, body_count DESC, article_id LIMIT %s
        ) AS posting GROUP BY posting.article_id ORDER BY score DESC, id LIMIT %s
    ) AS scored CROSS JOIN LATERAL (SELECT FROM within WHERE within.id = scored.id OFFSET 0) AS seen
    ORDER BY scored.score DESC, scored.id LIMIT {MOST_RANKED}
"""  # noqa: S608  # put together from constants
_ANYWHERE = "SELECT id FROM readable"
_ON_SHELF = """
    SELECT readable.id FROM readable JOIN helpcenter_article placed USING (id)
    WHERE placed.category_id = (SELECT id FROM helpcenter_category WHERE slug = %s)
"""
_MATCHING = """
    SELECT within.id, NULL::float8 AS known
    FROM within JOIN helpcenter_searchdocument document ON document.article_id = within.id
    WHERE document.vector @@ {query} LIMIT %s
"""
_RANKING = f"""
    WITH readable (id) AS NOT MATERIALIZED ({{readable}}),
    within AS NOT MATERIALIZED ({{within}}),
    corpus AS MATERIALIZED (
        SELECT documents, {_K1 * _B} / title_length AS title_steep, {_K1 * _B} / body_length AS body_steep FROM (
            SELECT documents, title_length, body_length FROM helpcenter_corpus
            UNION ALL
            SELECT count(*), greatest(avg(title_length), 1)::float8, greatest(avg(body_length), 1)::float8
            FROM helpcenter_searchdocument WHERE NOT EXISTS (SELECT FROM helpcenter_corpus)
            HAVING NOT EXISTS (SELECT FROM helpcenter_corpus) LIMIT 1
        ) AS learnt
    ),
    typed AS MATERIALIZED (
        SELECT stem, max(weight) AS weight FROM (
            SELECT unnest(tsvector_to_array(to_tsvector('{CONFIG}', %s))) AS stem, 1.0::float8 AS weight
            UNION ALL
            SELECT unnest(tsvector_to_array(to_tsvector('{CONFIG}', array_to_string(synonym.words, ' ')))), {SYNONYM}
            FROM helpcenter_synonym synonym WHERE EXISTS (
                SELECT FROM unnest(synonym.words) AS word
                WHERE strpos(lower(%s), lower(word)) > 0 AND tsvector_to_array(to_tsvector('{CONFIG}', word))
                      <@ tsvector_to_array(to_tsvector('{CONFIG}', %s)) AND to_tsvector('{CONFIG}', word) <> ''
            )
        ) AS meant GROUP BY stem LIMIT {MOST_TERMS}
    ),
    asked AS MATERIALIZED (
        SELECT typed.stem, stood.in_all, stood.in_all > %s::int AS is_cut, {_rare("in_body")} AS rare,
               {TITLE * (_K1 + 1)} * weight * {_rare("in_title")} AS title_gain,
               {_K1 + 1} * weight * {_rare("in_body")} AS body_gain
        FROM corpus CROSS JOIN typed CROSS JOIN LATERAL (
            SELECT in_all, in_title, in_body FROM helpcenter_commonstem common WHERE common.stem = typed.stem
            UNION ALL
            SELECT count(*), count(*) FILTER (WHERE title_count > 0), count(*) FILTER (WHERE body_count > 0)
            FROM (SELECT title_count, body_count FROM helpcenter_posting WHERE term = typed.stem
                  ORDER BY title_count DESC, body_count DESC, article_id LIMIT {COUNTED}) AS counted
            LIMIT 1
        ) AS stood
    ),
    chosen AS MATERIALIZED (
        SELECT id, max(known) AS known FROM (
            ({{choice}}) UNION ALL SELECT id, NULL FROM within WHERE id = ANY(%s::bigint[])
        ) AS either GROUP BY id
    ),
    scored AS MATERIALIZED (
        SELECT document.article_id, document.popularity,
               (SELECT category_id FROM helpcenter_article WHERE id = document.article_id) AS category_id,
               coalesce(chosen.known, 0) + coalesce((
            SELECT {_SCORE} FROM asked CROSS JOIN LATERAL (
                SELECT title_count, body_count, title_length, body_length FROM helpcenter_posting
                WHERE term = asked.stem AND article_id = document.article_id OFFSET 0
            ) AS posting WHERE asked.is_cut OR chosen.known IS NULL
        ), 0) AS score
        FROM chosen CROSS JOIN corpus JOIN helpcenter_searchdocument document ON document.article_id = chosen.id
    )
    SELECT (SELECT json_object_agg(stem, rare) FROM asked),
           (SELECT max(in_all) FROM asked),
           (SELECT array_agg(word) FROM unnest(%s::text[]) AS word WHERE {{unseen}}),
           (SELECT array_agg(promotion.article_id) FROM helpcenter_promotion promotion
            JOIN within ON within.id = promotion.article_id WHERE lower(promotion.words) = %s),
           (SELECT json_agg(json_build_array(slug, title, articles) ORDER BY articles DESC, slug) FROM (
                SELECT category.slug, category.title, count(*) AS articles
                FROM scored JOIN helpcenter_category category ON category.id = scored.category_id GROUP BY category.id
           ) AS shelf),
           least((SELECT min(published_at) FROM helpcenter_article
                  WHERE state = '{ArticleState.PUBLISHED}' AND published_at > now()),
                 (SELECT min(expires_at) FROM helpcenter_article
                  WHERE state = '{ArticleState.PUBLISHED}' AND expires_at > now())),
           ordered.articles, ordered.scores, ordered.popular
    FROM (SELECT array_agg(article_id) AS articles, array_agg(score) AS scores, array_agg(popularity) AS popular
          FROM (SELECT * FROM scored ORDER BY score * (1 + {POPULAR} * popularity) DESC, article_id) AS best) AS ordered
"""  # noqa: S608  # put together from constants; values are parameters
_UNSEEN = f"""
    to_tsvector('{CONFIG}', word) <> '' AND NOT EXISTS (
        SELECT FROM unnest(tsvector_to_array(to_tsvector('{CONFIG}', word))) AS stem
        JOIN helpcenter_posting posting ON posting.term = stem JOIN readable ON readable.id = posting.article_id
    ) AND NOT EXISTS (SELECT FROM helpcenter_synonym WHERE word = ANY(words))
"""  # noqa: S608  # constants
_RANKING = _RANKING.replace("{unseen}", _UNSEEN)
