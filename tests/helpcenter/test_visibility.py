"""Who may read what: every reader, every surface, every kind of article."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.test import Client
from django.utils import timezone

from helpcenter.models import Article, Category
from helpcenter.states import ArticleState, Audience
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from tests.factories.accounts import MembershipFactory, StaffFactory, UserFactory
from tests.factories.helpcenter import ArticleFactory, CategoryFactory

pytestmark = pytest.mark.django_db

CUSTOMER, OPERATIONS, ENGINEERING = Audience.CUSTOMER, Audience.OPERATIONS, Audience.ENGINEERING
READS: dict[str, set[str]] = {
    "nobody": {CUSTOMER},
    "customer": {CUSTOMER},
    "staff-without-role": {CUSTOMER},
    "former-staff": {CUSTOMER},
    "superuser": {CUSTOMER, OPERATIONS, ENGINEERING},
    StaffRole.AGENT_L1: {CUSTOMER, OPERATIONS},
    StaffRole.AGENT_L2: {CUSTOMER, OPERATIONS},
    StaffRole.AGENT_L3: {CUSTOMER, OPERATIONS, ENGINEERING},
    StaffRole.LEAD: {CUSTOMER, OPERATIONS, ENGINEERING},
    StaffRole.SUCCESS_MANAGER: {CUSTOMER, OPERATIONS},
    StaffRole.INCIDENT_COMMANDER: {CUSTOMER, OPERATIONS, ENGINEERING},
    StaffRole.EXECUTIVE: {CUSTOMER, OPERATIONS},
    StaffRole.ADMINISTRATOR: {CUSTOMER, OPERATIONS, ENGINEERING},
}
SURFACES = [
    "home",
    "index",
    "category",
    "page",
    "search",
    "suggest",
    "hints",
    "near",
    "markdown",
    "permalink",
    "related",
]


@dataclass
class Kind:
    """An article as it may stand in the tables, and the audience that reads it (empty: nobody)."""

    word: str
    shelf: str
    own: str
    state: str
    audience: str


KINDS = [
    Kind("zebrafinch", CUSTOMER, "", ArticleState.PUBLISHED, CUSTOMER),
    Kind("pangolinox", OPERATIONS, "", ArticleState.PUBLISHED, OPERATIONS),
    Kind("quetzalium", ENGINEERING, "", ArticleState.PUBLISHED, ENGINEERING),
    Kind("axolotlish", CUSTOMER, OPERATIONS, ArticleState.PUBLISHED, OPERATIONS),
    Kind("wombatting", CUSTOMER, ENGINEERING, ArticleState.PUBLISHED, ENGINEERING),
    Kind("narwhalian", OPERATIONS, CUSTOMER, ArticleState.PUBLISHED, CUSTOMER),
    Kind("ocelotting", CUSTOMER, "", ArticleState.DRAFT, ""),
    Kind("tapirhouse", CUSTOMER, "", "future", ""),
]


def reader(name: str) -> User | AnonymousUser:
    if name == "nobody":
        return AnonymousUser()
    if name == "customer":
        return MembershipFactory().user
    if name == "superuser":
        return StaffFactory(is_superuser=True)
    if name == "former-staff":
        user = UserFactory(is_staff=False)
        user.groups.add(Group.objects.get(name=StaffRole.ADMINISTRATOR))
        return user
    user = StaffFactory()
    if name in StaffRole.values:
        user.groups.add(Group.objects.get(name=name))
    return user


def written(kind: Kind) -> Article:
    shelf = CategoryFactory(slug=f"shelf-{kind.shelf}-{kind.word}", title=f"Shelf of {kind.word}", audience=kind.shelf)
    soon = timezone.now() + timedelta(hours=1)
    values: dict[str, Any] = {"now": soon} if kind.state == "future" else {"state": kind.state}
    return ArticleFactory(
        category=shelf,
        title=f"The {kind.word} guide",
        slug=kind.word,
        audience=kind.own,
        keywords=["menagerie"],
        body=f"All about the {kind.word}.",
        **values,
    )


def surfaces_of(article: Article) -> dict[str, str]:
    """The pages that are about one article, or would be found by its name."""
    word = article.slug
    return {
        "category": f"/help/{article.category.slug}/",
        "page": article.get_absolute_url(),
        "search": f"/help/search/?q={word}",
        "suggest": f"/help/suggest/?q={word[:6]}",
        "hints": f"/help/suggest/?q={word}&form=ticket",
        "near": f"/help/search/?q={word[:-2]}xy",
        "markdown": article.markdown_url,
        "permalink": article.permalink,
    }


def text_of(client: Client, path: str) -> str:
    """What the reader gets in the end; nothing when there is nothing for them."""
    answer = client.get(path, follow=True)
    assert answer.status_code in (200, 404)
    return answer.text if answer.status_code == 200 else ""


@pytest.fixture
def menagerie(settings: Any) -> tuple[Article, list[tuple[Kind, Article]]]:
    settings.STAFF_SECOND_FACTOR = False
    lure = ArticleFactory(title="Lure", keywords=["menagerie"], category__slug="lures")
    return lure, [(kind, written(kind)) for kind in KINDS]


@pytest.mark.parametrize("name", READS)
def test_each_surface_shows_just_what_its_reader_may_read(
    client: Client, menagerie: tuple[Article, list[tuple[Kind, Article]]], name: str
) -> None:
    lure, articles = menagerie
    user = reader(name)
    if isinstance(user, User):
        client.force_login(user)
    for_all = {name: text_of(client, path) for name, path in {"home": "/", "index": "/help/"}.items()}
    for_all["related"] = text_of(client, lure.get_absolute_url())
    leaks, missing = [], []
    for kind, article in articles:
        texts = {**for_all, **{name: text_of(client, path) for name, path in surfaces_of(article).items()}}
        shown = {name for name, text in texts.items() if f"The {kind.word} guide" in text}
        if kind.audience not in READS[name]:
            leaks += [(surface, kind) for surface in shown]
        else:
            missing += [(surface, kind) for surface in set(texts) - shown - {"related", "near"}]  # the closest few only
    assert leaks == []
    assert missing == []


@pytest.mark.parametrize("name", ["nobody", "customer", "superuser"])
@pytest.mark.parametrize("path", ["/sitemap.xml", "/llms.txt"])
def test_what_machines_read_lists_public_articles_whoever_asks(
    client: Client, menagerie: tuple[Article, list[tuple[Kind, Article]]], name: str, path: str
) -> None:
    user = reader(name)
    if isinstance(user, User):
        client.force_login(user)
    text = client.get(path).text
    for kind, article in menagerie[1]:
        assert (article.get_absolute_url()[:-1] in text) == (kind.audience == CUSTOMER), kind


@pytest.mark.parametrize("name", READS)
def test_a_category_is_shown_to_those_who_can_read_something_in_it(name: str, menagerie: Any) -> None:
    user = reader(name)
    shelves = set(Category.objects.visible_to(user).values_list("slug", flat=True))
    expected = {article.category.slug for kind, article in menagerie[1] if kind.audience in READS[name]} | {"lures"}
    assert shelves == expected


def test_an_article_appears_at_its_moment_and_not_before(now: datetime) -> None:
    article = ArticleFactory(now=now)
    readable = Article.objects.visible_to(AnonymousUser(), now=now - timedelta(seconds=1))
    assert article not in readable
    assert article in Article.objects.visible_to(AnonymousUser(), now=now)


def test_nobody_votes_on_what_they_may_not_read(client: Client) -> None:
    hidden = ArticleFactory(category__audience=OPERATIONS)
    answer = client.post(f"/help/a/{hidden.pk}/vote/", {"vote": "yes"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 404
