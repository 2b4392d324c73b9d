from datetime import date
from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings

from helpcenter import actions
from portal.lib import tallies
from portal.lib.fetch import Forbidden, Limits, Request, Unreachable, fetch

BATCH = 500
LINKS_A_TIME = 20
VIEWS = "article-views"
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
    """Writes down how often articles were opened since the last time."""
    counted = {}
    for key, number in tallies.fetch(VIEWS).items():
        day, _dash, pk = key.partition("/")
        counted[date.fromisoformat(day), int(pk)] = number
    kept = actions.keep_views(counted=counted)
    tallies.clear(VIEWS)
    return kept


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
