from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from helpcenter.models import Article, ReadingDay, SearchEvent
from helpcenter.states import Source
from portal.lib.clock import moment
from portal.lib.prepared import planned_cursor
from portal.lib.scrub import scrub
from portal.lib.tokens import public_id

ONE_INTENT = timedelta(seconds=30)
DURABLE = timedelta(days=7)
KEPT_FOR = timedelta(days=400)
_MOST = 200


@dataclass(frozen=True)
class Searched:
    """What is kept of a search. `visitor` is a daily digest (`portal.lib.visitors`), never a person."""

    query: str
    visitor: str
    source: Source
    results: int
    is_corrected: bool = False
    took_ms: int = 0


def note_search(searched: Searched, *, now: datetime | None = None) -> str:
    """Keeps a search, scrubbed, and answers its public id. One statement, no event: it is a figure, not news.

    What the same visitor typed on the way to it within ONE_INTENT (it extends or shortens their last search) is the
    same row; a row that led somewhere is left as it is.
    """
    at, words = moment(now), scrub(searched.query.lower())[:_MOST]
    found: list[Any] = [searched.source.value, searched.results, searched.is_corrected, searched.took_ms, at]
    before: list[Any] = [searched.visitor, at - ONE_INTENT]
    new: list[Any] = [public_id(), words, searched.visitor]
    with planned_cursor() as cursor:
        cursor.execute(_NOTE, [*before, words, *found, words, words, *new, *found])
        return str(cursor.fetchone()[0])


_NOTE = """
    WITH last AS (
        SELECT id, query FROM helpcenter_searchevent
        WHERE visitor = %s AND searched_at > %s AND opened_id IS NULL AND NOT led_to_ticket
        ORDER BY searched_at DESC LIMIT 1
    ),
    grown AS (
        UPDATE helpcenter_searchevent event
        SET query = %s, source = %s, results = %s, is_corrected = %s, took_ms = %s, searched_at = %s
        FROM last WHERE event.id = last.id AND (starts_with(last.query, %s) OR starts_with(%s, last.query))
        RETURNING public_id
    ),
    new AS (
        INSERT INTO helpcenter_searchevent
            (public_id, query, visitor, source, results, is_corrected, took_ms, searched_at, led_to_ticket)
        SELECT %s, %s, %s, %s, %s, %s, %s, %s, FALSE WHERE NOT EXISTS (SELECT FROM grown) RETURNING public_id
    )
    SELECT public_id, set_config('synchronous_commit', 'off', TRUE)
    FROM (SELECT public_id FROM grown UNION ALL SELECT public_id FROM new) AS noted
"""  # a reader does not wait until a figure has reached the disk; what a crash takes is the last half second of them


def note_opened(*, search: str, article: Article, place: int | None, visitor: str) -> bool:
    """The visitor opened a result of their search (its public id). Another visitor's search is left alone."""
    mine = SearchEvent.objects.filter(public_id=search, visitor=visitor, opened=None)
    return bool(mine.update(opened=article, opened_place=place))


@transaction.atomic
def note_ticket(*, search: str, articles: list[int], filed_at: datetime) -> None:
    """A ticket followed a search or the reading of articles: that search did not spare it, if it is not long ago."""
    SearchEvent.objects.filter(
        public_id=search, searched_at__lte=filed_at, searched_at__gt=filed_at - DURABLE, led_to_ticket=False
    ).update(led_to_ticket=True)
    for pk in Article.objects.filter(pk__in=articles).order_by("pk").values_list("pk", flat=True):
        day, is_new = ReadingDay.objects.get_or_create(article_id=pk, day=filed_at.date(), defaults={"tickets": 1})
        if not is_new:
            ReadingDay.objects.filter(pk=day.pk).update(tickets=F("tickets") + 1)


def forget_searches(*, now: datetime | None = None) -> int:
    """Takes out searches of long ago; answers how many."""
    return SearchEvent.objects.filter(searched_at__lt=moment(now) - KEPT_FOR).delete()[0]
