"""What the links of articles lead to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from django.apps import apps
from django.conf import settings
from django.db.models import Q
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _

from helpcenter.querysets.addresses import is_shown
from helpcenter.states import ArticleState, Audience
from portal.lib.hyperlinks import anchors, hyperlinks

if TYPE_CHECKING:
    from helpcenter.models import Article

_ARTICLE = re.compile(r"^/help/(?P<category>[-\w]+)/(?P<slug>[-\w]+)(?:/|\.md)?$")
_PERMALINK = re.compile(r"^/help/a/(?P<pk>\d{1,12})/?$")
_STAFF_ONLY = [Audience.OPERATIONS, Audience.ENGINEERING]
MOST_OF_AN_ADDRESS = 2000


@dataclass(frozen=True)
class Place:
    """Where a link leads, as far as its address tells: `path` within this portal, empty for one outside."""

    href: str
    path: str = ""
    fragment: str = ""

    @property
    def is_external(self) -> bool:
        return not self.path

    @property
    def is_relative(self) -> bool:
        return not self.href.startswith(("/", "#", "http:", "https:"))

    @property
    def permalink_of(self) -> int | None:
        found = _PERMALINK.match(self.path)
        return int(found["pk"]) if found else None

    @property
    def address(self) -> tuple[str, str] | None:
        """Category and slug of an article's page or copy."""
        found = None if self.permalink_of is not None else _ARTICLE.match(self.path)
        return (found["category"], found["slug"]) if found else None


def places_in(safe_html: str, article: "Article") -> list[Place]:
    """Where the links of an article lead; letters and telephone numbers left out."""
    base = settings.SITE_URL + article.get_absolute_url()
    found = [_place(href, base) for href in hyperlinks(safe_html) if len(href) <= MOST_OF_AN_ADDRESS]
    return [one for one in found if one is not None]


def _place(href: str, base: str) -> Place | None:
    try:
        parts = urlsplit(urljoin(base, href))
    except ValueError:
        return None
    if parts.scheme not in ("http", "https"):
        return None
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL.rstrip("/"):
        return Place(href)
    return Place(href, unquote(parts.path) or "/", unquote(parts.fragment))


def targets_of(places: Iterable[Place]) -> dict[str, "Article"]:
    """The articles that stand or once stood at these places, by path; whoever may read them."""
    wanted = list(places)
    addresses = {one.path: one.address for one in wanted if one.address}
    slugs = {address[1] for address in addresses.values()}
    keys = {one.path: one.permalink_of for one in wanted if one.permalink_of is not None}
    if not (slugs or keys):
        return {}
    who = Q(pk__in=keys.values()) | Q(slug__in=slugs) | Q(former_slugs__slug__in=slugs)
    articles = apps.get_model("helpcenter", "Article").objects
    named = articles.filter(pk__in=articles.filter(who).values("pk")).whole()
    found = list(named.prefetch_related("category__former_slugs", "former_slugs__category__former_slugs"))
    stood, by_key = _standing(found), {one.pk: one for one in found}
    targets = {path: stood.get(address) for path, address in addresses.items()}
    targets |= {path: by_key.get(pk) for path, pk in keys.items()}
    return {path: target for path, target in targets.items() if target is not None}


def _standing(articles: list["Article"]) -> dict[tuple[str, str], "Article"]:
    """Who stands at an address: who is there now before who was there once."""
    former: dict[tuple[str, str], Article] = {}
    under_former_category: dict[tuple[str, str], Article] = {}
    for one in articles:
        for place in one.former_slugs.all():
            for shelf in [place.category.slug, *(old.slug for old in place.category.former_slugs.all())]:
                former[shelf, place.slug] = one
        for old in one.category.former_slugs.all():
            under_former_category[old.slug, one.slug] = one
    return {**former, **under_former_category, **{(one.category.slug, one.slug): one for one in articles}}


def problem_of(place: Place, target: "Article | None", article: "Article", at: datetime) -> str:
    """Why a reader of the article who follows the link gets nowhere; empty when they do not. Not for links outside."""
    if target is not None:
        return _problem_with(target, place, article, at)
    if place.address or place.permalink_of is not None:
        return str(_("There is no article at this address."))
    try:
        match = resolve(place.path)
    except Resolver404:
        return str(_("There is nothing at this address."))
    slug = match.kwargs.get("category")
    if match.view_name == "helpcenter:category" and not _is_shelf(slug):
        return str(_("There is no category at this address."))
    return ""


def _is_shelf(slug: object) -> bool:
    categories = apps.get_model("helpcenter", "Category").objects
    return categories.filter(Q(slug=slug) | Q(former_slugs__slug=slug)).exists()


def _problem_with(target: "Article", place: Place, article: "Article", at: datetime) -> str:
    if target.state == ArticleState.ARCHIVED:
        return "" if target.successor_id else str(_("The article is archived and has no successor."))
    if not is_shown(target, at):
        return str(_("The article is not shown at present."))
    if target.read_by in _STAFF_ONLY and article.read_by not in _STAFF_ONLY:
        return str(_("Readers of this article may not open that one."))
    if place.fragment and target.live and place.fragment not in anchors(target.live.html):
        return str(_("The article has no such heading any more."))
    return ""
