"""What a reader sees of a ranking: articles as links, each with its best section, the words found in <mark>."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from helpcenter.models.articles import address
from helpcenter.querysets import Readable
from helpcenter.search.asking import CONFIG, Asked, Query
from helpcenter.search.lexical import MOST_RANKED, Shelf
from portal.lib.prepared import planned_cursor

PER_PAGE = 10
_OPENS, _CLOSES = "\ue000", "\ue001"  # private characters: the marks survive escaping, and no text contains them
_HEADLINE = f"StartSel={_OPENS}, StopSel={_CLOSES}, MaxFragments=2, MaxWords=28, MinWords=12, FragmentDelimiter=' … '"


class Hit(NamedTuple):
    """An article found, as a link, to the section that fits best. `excerpt` is safe HTML with the words in <mark>."""

    pk: int
    title: str
    url: str
    category: str
    summary: str
    excerpt: SafeString | str = ""
    section: str = ""
    is_promoted: bool = False
    link: str = ""  # the address with the search that it was found by

    def found_by(self, search: str, place: int) -> "Hit":
        """The same, its link saying which search (its public id, "" when it was not kept) showed it where."""
        path, mark, anchor = self.url.partition("#")
        return self._replace(link=f"{path}?from={search}&place={place}{mark}{anchor}" if search else self.url)


@dataclass(frozen=True)
class Found:
    """One page of results; `total` counts no further than MOST_RANKED. `corrected` is what was searched instead,
    `category` the slug that the results are narrowed to, `shelves` where something was found. `turns_at`: when any
    article begins or ends to be shown, so that this may no longer be true."""

    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    page: int = 1
    corrected: str = ""
    category: str = ""
    shelves: list[Shelf] = field(default_factory=list)
    turns_at: datetime | None = None

    @property
    def is_more(self) -> bool:
        return self.total >= MOST_RANKED

    @property
    def before(self) -> int:
        """How many stand on earlier pages."""
        return (self.page - 1) * PER_PAGE

    def by(self, search: str) -> "Found":
        """The same with links that tell which search they were found by."""
        return replace(self, hits=linked(self.hits, search, after=self.before))

    @property
    def next_page(self) -> int | None:
        return self.page + 1 if self.page * PER_PAGE < self.total else None

    @property
    def previous_page(self) -> int | None:
        return self.page - 1 if self.page > 1 else None


def linked(hits: Sequence[Hit], search: str, *, after: int = 0) -> list[Hit]:
    """Hits with links that tell which search showed them where."""
    return [hit.found_by(search, place) for place, hit in enumerate(hits, start=after + 1)]


@dataclass(frozen=True)
class Chosen:
    """What stands on the page: an article, its best passage if the vectors know it."""

    article: int
    passage: int | None = None
    is_promoted: bool = False


def show(chosen: Sequence[Chosen], asked: Asked, stems: dict[str, float], *, among: Readable) -> list[Hit]:
    """These articles in this order, if the reader may still see them; one query."""
    try:
        readable, params = among.ids_in_sql
    except EmptyResultSet:
        return []
    marks = Query.all_of(asked.query) if asked.is_exact else Query.any_of(asked.query)
    places: list[Any] = [[one.article for one in chosen], [one.passage for one in chosen]]
    roots: list[Any] = [[stem.removesuffix("i") for stem in stems], list(stems.values())]
    with planned_cursor() as cursor:
        cursor.execute(_SHOWN.format(readable=readable, query=marks.sql),
                       [*params, marks.value, _HEADLINE, *places, *roots])  # fmt: skip
        rows = cursor.fetchall()
    promoted = {one.article for one in chosen if one.is_promoted}
    return [_hit(row, row[0] in promoted) for row in rows]


_SHOWN = f"""
    WITH readable (id) AS NOT MATERIALIZED ({{readable}})
    SELECT article.id, article.title, article.slug, category.slug, category.title, article.summary,
           coalesce(passage.anchor, ''), coalesce(passage.title, ''),
           ts_headline('{CONFIG}', coalesce(passage.text, ''), {{query}}, %s)
    FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS wanted (id, passage, place)
    JOIN readable ON readable.id = wanted.id
    JOIN helpcenter_article article ON article.id = wanted.id
    JOIN helpcenter_category category ON category.id = article.category_id
    LEFT JOIN LATERAL (
        SELECT anchor, title, text FROM (
            SELECT one.id, one.anchor, one.title, one.text, one.position,
                   (SELECT sum(rare) FROM unnest(%s::text[], %s::float8[]) AS root (stem, rare)
                    WHERE strpos(one.lowered, stem) > 0) AS fits
            FROM (SELECT *, lower(title || ' ' || text) AS lowered FROM helpcenter_passage
                  WHERE article_id = article.id OFFSET 0) AS one OFFSET 0
        ) AS section WHERE fits > 0 OR section.id = wanted.passage
        ORDER BY (section.id = wanted.passage) IS TRUE DESC, fits DESC NULLS LAST, section.position LIMIT 1
    ) AS passage ON TRUE
    ORDER BY wanted.place
"""  # noqa: S608  # put together from constants and a queryset's own SQL; values are parameters


def _hit(row: tuple, is_promoted: bool) -> Hit:
    pk, title, slug, shelf, category, summary, anchor, trail, headline = row
    excerpt = marked(headline) if _OPENS in headline or not summary else escape(summary)
    url = address(shelf, slug)
    section = trail.removeprefix(title).removeprefix(" › ") if anchor else ""
    return Hit(pk, title, f"{url}#{anchor}" if anchor else url, category, summary, excerpt, section, is_promoted)


def marked(headline: str) -> SafeString:
    """A headline with its marks as <mark>; everything else in it is escaped first."""
    safe = escape(headline).replace(_OPENS, "<mark>").replace(_CLOSES, "</mark>")
    return mark_safe(safe)  # noqa: S308  # escaped in the line above; only our own two tags are added
