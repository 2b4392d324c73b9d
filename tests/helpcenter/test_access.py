"""The access matrix: every role, state, audience and surface. Nothing leaks, and what may be read is there."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, resolve, reverse
from django_htmx.middleware import HtmxDetails

from helpcenter import search as finder
from helpcenter import urls
from helpcenter.models import Article, Asset, Category
from helpcenter.querysets import beside, company_of
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from tests.helpcenter.menagerie import LURE, READS, SECRET, SHOWN, Cell, build, reader
from tests.helpcenter.test_api import bearer

FACTORY = RequestFactory()
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}
# Surfaces that stand for one article, as (name, method); each answers for each cell.
OF_AN_ARTICLE = {
    "page": ("GET", lambda one: one.get_absolute_url()),
    "copy": ("GET", lambda one: one.markdown_url),
    "permalink": ("GET", lambda one: one.permalink),
    "vote": ("POST", lambda one: reverse("helpcenter:vote", args=[one.pk])),
    "preview": ("GET", lambda one: reverse("helpcenter:preview", args=[one.pk, "guessed:token"])),
    "file": ("GET", lambda one: _file_address(one)),
}


def _file_address(article: Article) -> str:
    try:
        return reverse("helpcenter:file", args=[article.pk, "notes.txt"])
    except NoReverseMatch:
        return ""


@dataclass
class Answer:
    status: int
    text: str = ""


def ask(user: User | AnonymousUser, path: str, method: str = "GET") -> Answer:
    """What the view at this address answers that person, without the way through session and log-in."""
    sent = FACTORY.get(path) if method == "GET" else FACTORY.post(path, {"vote": "yes"}, headers=SAME_SITE)
    request: Any = sent
    request.user, request.htmx = user, HtmxDetails(request)
    if user.is_authenticated:  # or what is kept for visitors would be shown to everybody
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "known"
    match = resolve(path.split("?")[0])
    request.resolver_match = match
    if getattr(match.func, "login_required", True) and not user.is_authenticated:
        return Answer(302)
    try:
        response = match.func(request, *match.args, **match.kwargs)
    except Http404:
        return Answer(404)
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return Answer(response.status_code, unasked(body.decode()))


def unasked(text: str) -> str:
    """Without the address that was asked for, which the way to the log-in repeats."""
    return re.sub(r"next=[^\"&]*", "", text)


@dataclass
class Menagerie:
    lure: Article
    cells: list[Cell]

    def words(self, role: str) -> set[str]:
        """What that role may see."""
        return {cell.word for cell in self.cells if cell.is_shown_to(role)}

    def found_in(self, text: str) -> set[str]:
        text = unasked(text)
        seen = {cell.word for cell in self.cells if cell.word in text}
        return seen | ({SECRET} if SECRET in text else set())


@pytest.fixture
def menagerie(db: None, settings: Any) -> Menagerie:
    settings.STAFF_SECOND_FACTOR = False
    return Menagerie(*build())


@contextmanager
def most_beside(number: int) -> Iterator[None]:
    """How many parts of a series, and picked articles, a page shows: all, so that only the gate leaves some out, or
    hardly any, so that each page is quick and shows its neighbors on the shelf."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MOST_IN_A_SERIES", "MOST_PICKED"):
            patch.setattr(beside, name, number)
        yield


def plain_addresses(categories: list[str]) -> Iterator[str]:
    """Every address of the help center that needs no article: whatever is added there is looked at here too."""
    for one in urls.urlpatterns:
        wanted = set(one.pattern.converters)
        if not wanted:
            yield reverse(f"helpcenter:{one.name}")
        if wanted == {"category"}:
            yield from (reverse(f"helpcenter:{one.name}", args=[slug]) for slug in categories)


def of_articles(menagerie: Menagerie, role: str, user: Any) -> Iterator[tuple]:
    """Each article at addresses of its own."""
    for number, cell in enumerate(menagerie.cells):
        is_hidden_twice = cell.state not in SHOWN and not cell.is_for(role)
        for surface in _surfaces(number + list(READS).index(role), 1 if is_hidden_twice else 2):
            method, address = OF_AN_ARTICLE[surface]
            path = address(cell.article)
            if path and (problem := _problem(cell, role, surface, ask(user, path, method))):
                yield role, surface, cell.kind.name, cell.state, problem


def _surfaces(turn: int, most: int) -> list[str]:
    """All of them with MATRIX=full (a minute); else two in turn (one where audience and state both forbid it), so that
    each role asks for each article, and each article is asked for at each of its addresses by several roles."""
    names = list(OF_AN_ARTICLE)
    if os.environ.get("MATRIX") == "full":
        return names
    return [names[turn % len(names)], names[(turn + 3) % len(names)]][:most]


EDITORS = {StaffRole.AGENT_L2, StaffRole.AGENT_L3, StaffRole.LEAD, StaffRole.ADMINISTRATOR, "superuser"}


def _problem(cell: Cell, role: str, surface: str, answer: Answer) -> str:
    writes = surface == "file" and role in EDITORS and cell.is_for(role)  # who writes an article sees its pictures
    is_shown = cell.is_shown_to(role) or writes
    words = {SECRET} if is_shown else {SECRET, cell.word}
    if any(word in answer.text for word in words):
        return "leaks its words"
    if surface == "preview":
        return "" if answer.status == 404 else "opens by a guessed link"
    if is_shown:
        return "" if answer.status in (200, 302) else f"is missing: {answer.status}"
    may_be_told = cell.state == "archived" and cell.is_for(role) and surface in ("page", "copy", "permalink")
    expected = 410 if may_be_told else 404
    return "" if answer.status == expected else f"answers {answer.status}"


def of_lists(menagerie: Menagerie, role: str, user: Any) -> Iterator[tuple]:
    """What is listed is what its reader may open, where a list is whole; nowhere more."""
    may, public = menagerie.words(role), menagerie.words("anonymous")
    lure = menagerie.lure.get_absolute_url()
    slugs = list(Category.objects.values_list("slug", flat=True))
    seen = {path: menagerie.found_in(ask(user, path).text) for path in [*plain_addresses(slugs), lure]}
    yield from ((role, path, found - may) for path, found in seen.items() if found - may)
    on_shelves = set().union(*(seen[f"/help/{slug}/"] for slug in slugs))
    whole = {"index": seen["/help/"], "series": seen[lure], "categories": on_shelves}
    yield from ((role, name, found ^ may) for name, found in whole.items() if found != may)
    for path in ("/sitemap.xml", "/llms.txt"):
        if seen[path] != public:
            yield role, path, seen[path] ^ public


def of_finding(menagerie: Menagerie, role: str, user: Any) -> Iterator[tuple]:
    """Search, suggestions, related and picked ones, files, neighbors."""
    may, among = menagerie.words(role), Article.objects.visible_to(user)
    searches = [f"/help/search/?q={query}&page={page}" for query in (LURE, "guide") for page in (1, 2)]
    for path in [*searches, "/help/suggest/?q=zz", *(f"/help/suggest/?q={LURE}{end}" for end in ("", "&form=ticket"))]:
        if found := menagerie.found_in(ask(user, path).text) - may:
            yield role, path, found
    company = company_of(menagerie.lure, among=among)
    suggested = finder.suggest(finder.Asked.of(LURE), among=among, limit=200)
    whole = {"suggested": suggested, "picked": company.picked, "series": company.series}
    for name, hits in whole.items():
        if (found := menagerie.found_in(" ".join(hit.title for hit in hits))) != may:
            yield role, name, found ^ may
    partly = [*finder.near(finder.Asked.of("guibe"), among=among), *finder.related(menagerie.lure, among=among)]
    if found := menagerie.found_in(" ".join(hit.title for hit in partly)) - may:
        yield role, "related or near", found
    files = {asset.article.slug for asset in Asset.objects.visible_to(user).select_related("article")}
    if files != may:
        yield role, "files", files ^ may


def of_programs(menagerie: Menagerie, role: str, user: Any) -> Iterator[tuple]:
    """What a token of that person lists, finds and reads."""
    if not user.is_authenticated or not user.is_active:
        return
    client, may, headers = Client(), menagerie.words(role), bearer(user)
    listed = client.get("/api/v1/articles", headers=headers).json()["items"]
    if (found := menagerie.found_in(str(listed))) != may:
        yield role, "api list", found ^ may
    if found := menagerie.found_in(client.get(f"/api/v1/articles?q={LURE}", headers=headers).text) - may:
        yield role, "api search", found
    for cell in menagerie.cells[list(READS).index(role) % 4 :: 4]:
        answer = client.get(f"/api/v1/articles/{cell.article.pk}", headers=headers)
        if (answer.status_code == 200) != cell.is_shown_to(role) or SECRET in answer.text:
            yield role, "api article", cell.word, answer.status_code


def of_neighbors(menagerie: Menagerie, role: str, user: Any) -> Iterator[tuple]:
    """Without a series, the articles before and after on the shelf."""
    may, among = menagerie.words(role), Article.objects.visible_to(user)
    for cell in menagerie.cells:
        if cell.is_shown_to(role):
            company = company_of(cell.article, among=among)
            titles = " ".join(one.title for one in (company.previous, company.next) if one)
            if found := menagerie.found_in(titles) - may:
                yield role, "neighbors", cell.word, found


def test_every_role_finds_on_every_surface_what_it_may_read_and_nothing_else(menagerie: Menagerie) -> None:
    problems = []
    for role in READS:
        user = reader(role)
        with most_beside(1):
            problems += [*of_articles(menagerie, role, user), *of_neighbors(menagerie, role, user)]
        with most_beside(1000):
            problems += [*of_lists(menagerie, role, user), *of_finding(menagerie, role, user)]
            problems += of_programs(menagerie, role, user)
    assert not problems, "\n".join(map(str, problems[:40]))


def test_kept_pages_show_strangers_what_strangers_may_read(menagerie: Menagerie) -> None:
    """The way through all of the middleware, after somebody who reads everything was at each address."""
    client, may = Client(), menagerie.words("anonymous")
    powerful = reader("superuser")
    for cell in menagerie.cells:
        if cell.state in ("live", "beside", "archived"):
            ask(powerful, cell.article.get_absolute_url())
            for _ in range(2):
                text = client.get(cell.article.get_absolute_url()).text
                assert menagerie.found_in(text) <= may, cell
    for path in ["/", "/help/", "/sitemap.xml", "/llms.txt"]:
        for _ in range(2):
            assert menagerie.found_in(client.get(path).text) <= may
