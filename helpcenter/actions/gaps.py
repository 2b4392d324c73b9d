from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from helpcenter.actions.articles import Manuscript, create_article
from helpcenter.answers.stems import stems
from helpcenter.models import Article, Category, Gap, SearchEvent
from helpcenter.states import GapKind, GapState, Outcome
from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.refusals import Refused

LOOKED_BACK = timedelta(days=28)
SEEN_BY = 2  # visitors, before a search is worth an article
SETTLED = timedelta(minutes=30)  # who searched just now may still open something
_LIKE = 0.6  # trigram similarity from which two wordings are one gap
_SHARED = 0.6  # of the words of two searches, from which they mean the same
_MOST_TICKETS = 2000


@transaction.atomic
def gather_gaps(*, now: datetime | None = None) -> int:
    """Brings the list of articles to write up to date from searches and questions; answers how many lines changed.

    A line is counted anew each time; one that was dismissed stays so. Wordings that are alike share a line.
    """
    at = moment(now)
    changed = 0
    with connection.cursor() as cursor:
        for kind, found in _SOURCES.items():
            cursor.execute(found, {"since": at - LOOKED_BACK, "until": at - SETTLED, "least": SEEN_BY})
            for words, count, first, last in cursor.fetchall():
                changed += _keep(kind, words, count, (first, last))
    for crowd in _crowds(at):
        changed += _keep(GapKind.TICKETS, crowd.words, len(crowd.visitors), (crowd.first_at, crowd.last_at))
    return changed


@dataclass
class _Crowd:
    """People who wrote tickets after searches that mean the same."""

    words: str
    stems: set[str]
    first_at: datetime
    last_at: datetime
    visitors: set[str] = field(default_factory=set)

    def means(self, stems: set[str]) -> bool:
        return bool(stems) and 2 * len(self.stems & stems) >= _SHARED * (len(self.stems) + len(stems))

    def joins(self, visitor: str, at: datetime) -> None:
        self.visitors.add(visitor)
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)


def _crowds(at: datetime) -> list[_Crowd]:
    """No two people word a ticket alike: what shares most of its words is one thing. A line that is there keeps its
    wording."""
    searches = SearchEvent.objects.filter(
        led_to_ticket=True, searched_at__gt=at - LOOKED_BACK, searched_at__lte=at - SETTLED
    )
    known = Gap.objects.filter(kind=GapKind.TICKETS).order_by("pk").values_list("words", "first_at", "last_at")
    crowds = [_Crowd(words, _meant(words), first, last) for words, first, last in known]
    rows = searches.order_by("-searched_at").values_list("query", "visitor", "searched_at")[:_MOST_TICKETS]
    for query, visitor, searched_at in rows:
        meant = _meant(query)
        crowd = next((one for one in crowds if one.means(meant)), None)
        if crowd is None:
            crowds.append(crowd := _Crowd(query, meant, searched_at, searched_at))
        crowd.joins(visitor, searched_at)
    return [one for one in crowds if len(one.visitors) >= SEEN_BY]


def _meant(words: str) -> set[str]:
    return stems(words) or set(words.split())


def _keep(kind: GapKind, words: str, count: int, seen: tuple[datetime, datetime]) -> int:
    known = Gap.objects.select_for_update().filter(kind=kind, words=words).first()
    known = known or _alike(kind, words)
    if known is None:
        Gap.objects.create(kind=kind, words=words, count=count, first_at=seen[0], last_at=seen[1])
        return 1
    if known.words != words and seen[1] <= known.last_at:
        return 0
    larger = max(known.count, count)
    if (known.count, known.last_at) == (larger, seen[1]):
        return 0
    known.count, known.last_at = larger, seen[1]
    known.save(update_fields=["count", "last_at"])
    return 1


def _alike(kind: GapKind, words: str) -> Gap | None:
    alike = Gap.objects.annotate(likeness=TrigramSimilarity("words", words)).filter(kind=kind, likeness__gt=_LIKE)
    return alike.select_for_update().order_by("-likeness", "pk").first()


@transaction.atomic
def begin_article(*, gap: Gap, by: User, now: datetime | None = None) -> Article:
    """A draft with the words that readers looked for as its title and keywords. Refuses what is not open."""
    locked = Gap.objects.select_for_update().get(pk=gap.pk)
    if locked.state != GapState.OPEN:
        raise Refused(_("Somebody has taken care of this already."), code="gap_closed")
    category = Category.objects.order_by("position", "pk").first()
    if category is None:
        raise Refused(_("Make a category first: every article stands in one."), code="no_category")
    words = locked.words[:120].strip()
    manuscript = Manuscript(
        category=category,
        title=words[:1].upper() + words[1:],
        slug=_free_slug(category, words, locked.pk),
        body=_("What readers looked for: %(words)s\n\n## What to do\n\n1. ") % {"words": words},
        keywords=[words[:60]],
        note=_("Begun from a content gap"),
    )
    article = create_article(manuscript=manuscript, by=by, now=now)
    locked.state, locked.article = GapState.WRITTEN, article
    locked.save(update_fields=["state", "article"])
    return article


def _free_slug(category: Category, words: str, number: int) -> str:
    slug = slugify(words)[:100] or f"gap-{number}"
    return f"{slug}-{number}" if Article.objects.filter(category=category, slug=slug).exists() else slug


@transaction.atomic
def dismiss_gap(*, gap: Gap, by: User) -> Gap:
    """Not worth an article; it stays out of the list, however often it is seen again. Refuses what is not open."""
    locked = Gap.objects.select_for_update().get(pk=gap.pk)
    if locked.state != GapState.OPEN:
        raise Refused(_("Somebody has taken care of this already."), code="gap_closed")
    locked.state = GapState.DISMISSED
    locked.save(update_fields=["state"])
    return locked


_FROM_SEARCHES = """
    SELECT left(query, 200), count(DISTINCT visitor), min(searched_at), max(searched_at)
    FROM helpcenter_searchevent
    WHERE searched_at > %(since)s AND searched_at <= %(until)s AND length(query) > 2 AND {condition}
    GROUP BY 1 HAVING count(DISTINCT visitor) >= %(least)s AND NOT bool_and(led_to_ticket)
    ORDER BY 2 DESC, 1 LIMIT 500
"""  # when each of them wrote a ticket, that is the line
_SOURCES = {
    GapKind.NOTHING_FOUND: _FROM_SEARCHES.format(condition="results = 0"),
    GapKind.NOTHING_OPENED: _FROM_SEARCHES.format(
        condition="results > 0 AND opened_id IS NULL AND source IN ('page', 'ticket')"
    ),
    GapKind.NOT_ANSWERED: f"""
        SELECT left(lower(text), 200), count(DISTINCT visitor), min(asked_at), max(asked_at) FROM helpcenter_question
        WHERE asked_at > %(since)s AND asked_at <= %(until)s AND %(least)s > 0
              AND (outcome = '{Outcome.UNKNOWN}' OR (outcome = '{Outcome.ANSWERED}' AND is_solved IS FALSE))
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 500
    """,  # noqa: S608  # constants
}
