import time
from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from helpcenter import actions
from helpcenter import search as finder
from helpcenter.forms import SearchForm
from helpcenter.models import Article
from helpcenter.querysets import readable_by
from helpcenter.states import Source
from helpcenter.views.visitors import visitor_of
from portal.lib.rate_limits import Nearby
from portal.lib.visitors import place_of
from portal.web.htmx import page
from portal.web.page_cache import made_once

log = structlog.get_logger("portal.system")
_SHORTEST_NOTED = 3
notes = Nearby(240)  # of a network address, which an office may share; what is beyond is answered, not kept
_LONGEST_ID = 22


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for `q`, perhaps within a category that the reader may see; nothing found: what is near, and a person."""
    started, form = time.perf_counter(), SearchForm(request.GET)
    asked = form.asked()

    def look() -> tuple[tuple[finder.Found, list[finder.Hit]], datetime | None]:
        readable = readable_by(request.user)
        found = finder.find(asked, among=readable, category=form.category_slug, page=form.page_number)
        if found.total or not asked.words:
            return (found, []), found.turns_at
        return (found, finder.near(asked, among=Article.objects.visible_to(request.user))), found.turns_at

    found, near = made_once(request, f"search:{asked}:{form.category_slug}:{form.page_number}", look)
    noted = form.noted or _note(request, asked, Source.PAGE, started, found)
    context = {"asked": asked, "found": found.by(noted), "near": finder.linked(near, noted), "noted": noted}
    return page(request, "helpcenter/search.html", context, parts=["results"])


@login_not_required
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for the search box, or with `form=ticket` the few articles that may spare writing a ticket."""
    started, asked = time.perf_counter(), SearchForm(request.GET).asked()
    is_ticket = request.GET.get("form") == "ticket"
    limit = 4 if is_ticket else finder.MOST_SUGGESTIONS
    hits = finder.suggest(asked, among=Article.objects.visible_to(request.user), limit=limit)
    source = Source.TICKET if is_ticket else Source.SUGGESTIONS
    noted = _note(request, asked, source, started, finder.Found(hits, len(hits)))
    template = "helpcenter/suggest.html#hints" if is_ticket else "helpcenter/suggest.html"
    return page(request, template, {"asked": asked, "hits": finder.linked(hits, noted), "noted": noted})


def note_opening(request: HttpRequest, article: Article) -> None:
    """The reader came by a link of their search (`from`, `place`): that is kept with it."""
    search, place = request.GET.get("from", ""), request.GET.get("place", "")
    if not search or len(search) > _LONGEST_ID or request.method != "GET":
        return
    at = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else None
    try:
        actions.note_opened(search=search, article=article, place=at, visitor=visitor_of(request))
    except DatabaseError as error:
        log.warning("search.not_noted", reason=str(error))


def _note(request: HttpRequest, asked: finder.Asked, source: Source, started: float, found: finder.Found) -> str:
    """Keeps the search and answers its id, which links to results carry; a log that fails never fails the page."""
    if request.method != "GET" or len(asked.query) < _SHORTEST_NOTED or not asked.words:
        return ""
    if notes.is_over(place_of(request.META.get("REMOTE_ADDR", "")), now=timezone.now()):
        return ""
    took_ms = round((time.perf_counter() - started) * 1000)
    given: dict[str, Any] = {"results": found.total, "is_corrected": bool(found.corrected), "took_ms": took_ms}
    try:
        return actions.note_search(actions.Searched(asked.query, visitor_of(request), source, **given))
    except DatabaseError as error:
        log.warning("search.not_noted", reason=str(error))
        return ""
