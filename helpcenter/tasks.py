from datetime import date
from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from helpcenter import actions, answers
from helpcenter.models import Article, Calibration, Passage
from helpcenter.search import embedded_text, learning
from portal.lib import tallies
from portal.lib.clock import moment
from portal.lib.fetch import Forbidden, Limits, Request, Unreachable, fetch
from portal.lib.long_work import turn
from portal.lib.text.embedding import Embedder, embedder

BATCH = 500
LINKS_A_TIME = 20
VIEWS = "article-views"
EXITS = "article-exits"
_NO_HEAD = (400, 403, 404, 405, 501)  # some servers answer so to HEAD only


@shared_task(name="helpcenter.turn_pages")
def turn_pages() -> int:
    """Tells of scheduled articles whose moment has come and takes ended ones out; answers how many."""
    turned = 0
    while turned < BATCH and actions.turn_next_page():
        turned += 1
    return turned


@shared_task(name="helpcenter.remind_reviews")
def remind_reviews() -> int:
    """Reminds owners of reviews that are due, and opens tasks for those that nobody answered."""
    reminded = 0
    while reminded < BATCH and actions.remind_next_review():
        reminded += 1
    actions.open_review_tasks()
    return reminded


@shared_task(name="helpcenter.index_missing")
def index_missing() -> int:
    """Makes published articles findable that search does not know, after an import by other means, say."""
    indexed = 0
    while indexed < BATCH and actions.index_next_missing():
        indexed += 1
    return indexed


@shared_task(name="helpcenter.keep_views")
def keep_views() -> int:
    """Writes down how often articles were opened, and left for the ticket form, since the last time."""
    kept = actions.keep_views(counted=_tallied(VIEWS))
    tallies.clear(VIEWS)
    kept += actions.keep_exits(counted=_tallied(EXITS))
    tallies.clear(EXITS)
    return kept


def _tallied(name: str) -> dict[tuple[date, int], int]:
    counted = {}
    for key, number in tallies.fetch(name).items():
        day, _dash, pk = key.partition("/")
        counted[date.fromisoformat(day), int(pk)] = number
    return counted


@shared_task(name="helpcenter.check_links")
def check_links() -> int:
    """Visits some of the addresses outside that articles link to, each once a week, no host twice in one go."""
    seen: list[str] = []
    while len(seen) < LINKS_A_TIME and (link := actions.claim_outside_link(but_hosts=seen)):
        actions.judge_outside_link(link=link, problem=problem_at(link.href))
        seen.append(urlsplit(link.href).netloc)
    return len(seen)


def problem_at(url: str) -> str:
    """What is wrong with an address outside; empty when it answers, also when it asks for a log-in or for patience."""
    limits = Limits(seconds=8, most_bytes=1024, allow_loopback=settings.WEBHOOK_LOOPBACK)
    try:
        answer = fetch(url, Request("HEAD", headers=_WHO), limits=limits)
        if answer.status in _NO_HEAD:
            answer = fetch(url, Request("GET", headers=_WHO), limits=limits)
    except (Forbidden, Unreachable) as error:
        return str(error)
    is_gone = answer.status in (404, 410) or answer.status >= 500
    return f"It answers {answer.status}." if is_gone else ""


_WHO = {"User-Agent": "portal-links/1"}


PASSAGES_A_TIME = 32
BATCHES = 40


@shared_task(name="helpcenter.embed_passages")
def embed_passages() -> int:
    """Makes vectors for passages that have none of the present model; answers how many.

    Nothing is locked while the model works, so that who publishes never waits for it, and a passage that was cut anew
    meanwhile is recognised by its digest and left alone.
    """
    model = embedder()
    if model is None:
        return 0
    with turn() as is_mine:
        made = _embed(model) if is_mine else 0
    if made and not Calibration.objects.filter(recipe=model.recipe).exists():
        calibrate.delay()  # a new portal, or a new model: answers need not wait for the next round
    return made


def _embed(model: Embedder) -> int:
    made = 0
    for _batch in range(BATCHES):
        kept = _embed_next(model)
        made += kept
        if not kept:
            break
    return made


def _embed_next(model: Embedder) -> int:
    waiting = Passage.objects.filter(Q(vector=None) | ~Q(recipe=model.recipe)).order_by("pk")[:PASSAGES_A_TIME]
    passages = list(waiting)
    if not passages:
        return 0
    vectors = model.encode([embedded_text(one) for one in passages])
    found = {(one.pk, one.digest): vector for one, vector in zip(passages, vectors, strict=True)}
    return actions.keep_vectors(vectors=found, recipe=model.recipe)


@shared_task(name="helpcenter.learn_words")
def learn_words() -> int:
    """Brings the vocabulary of typo correction and the popularity of articles up to date."""
    return learning.learn_words() + learning.weigh_popularity()


@shared_task(name="helpcenter.gather_gaps")
def gather_gaps() -> int:
    """Brings the list of articles to write up to date, forgets searches of long ago and who asked what."""
    actions.forget_searches()
    actions.forget_askers()
    return actions.gather_gaps()


@shared_task(name="helpcenter.reindex")
def reindex(after: int = 0) -> int:
    """Indexes all published articles anew, each in a transaction of its own; what was there serves until then."""
    pks = Article.objects.filter(pk__gt=after).exclude(live=None).order_by("pk").values_list("pk", flat=True)
    return sum(actions.reindex_article(pk=pk) for pk in pks.iterator())


@shared_task(name="helpcenter.calibrate")
def calibrate() -> int:
    """Learns anew how sure answers may be, once articles or the model have changed; answers whether it did."""
    public = Article.objects.visible_to(AnonymousUser(), now=moment(None))
    return int(answers.is_stale(public) and actions.calibrate() is not None)
