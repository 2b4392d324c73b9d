"""Programs read what everybody reads, and with a token what its user may read."""

from typing import Any

import pytest
from django.test import Client

from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import ArticleFactory
from tests.portal.accounts.bearers import bearer

pytestmark = pytest.mark.django_db
ARTICLES = "/api/v1/articles"
SEARCH = "/api/v1/articles/search"


def ids(client: Client, path: str, headers: dict[str, str] | None = None) -> list[int]:
    return [one["id"] for one in client.get(path, headers=headers).json()["items"]]


def test_articles_are_listed_searched_and_read(client: Client) -> None:
    article = ArticleFactory(title="Refund of a card", category__title="Money", body="**How** to")
    other = ArticleFactory(title="Another")
    assert set(ids(client, ARTICLES)) == {article.pk, other.pk}
    assert ids(client, f"{ARTICLES}?sort=title") == [other.pk, article.pk]
    assert ids(client, f"{ARTICLES}?category={article.category.slug}") == [article.pk]
    assert ids(client, f"{SEARCH}?q=refund") == [article.pk]
    read = client.get(f"{ARTICLES}/{article.pk}").json()
    assert (read["markdown"], read["category"], read["version"]) == ("**How** to", "Money", 1)
    assert read["url"].endswith(article.get_absolute_url())


def test_a_token_opens_nothing_that_its_user_may_not_read(client: Client) -> None:
    headers = bearer(UserFactory())
    members = ArticleFactory(title="Hidden no more", category__audience="members")
    hidden = [
        ArticleFactory(title="Hidden one", category__audience="operations"),
        ArticleFactory(title="Hidden two", state="draft"),
        ArticleFactory(title="Hidden three", category__audience="members", category__tiers=["elite"]),
    ]
    for path in [ARTICLES, f"{SEARCH}?q=hidden"]:
        assert ids(client, path, headers) == [members.pk]
        assert ids(client, path) == []
    for article in hidden:
        assert client.get(f"{ARTICLES}/{article.pk}", headers=headers).status_code == 404
    assert client.get(f"{ARTICLES}/{members.pk}").status_code == 404
    assert client.get(ARTICLES, headers={"Authorization": "Bearer ptl_wrong"}).status_code == 401


def test_a_search_goes_on_where_its_page_ended(client: Client) -> None:
    for number in range(13):
        ArticleFactory(title=f"Refund {number}")
    first = client.get(f"{SEARCH}?q=refund").json()
    second = client.get(f"{SEARCH}?q=refund&cursor={first['next']}").json()
    assert len({one["id"] for one in first["items"] + second["items"]}) == 13
    assert second["next"] is None
    assert client.get(f"{SEARCH}?q=other&cursor={first['next']}").status_code == 400


def test_who_comes_without_a_token_is_limited_by_address(client: Client) -> None:
    answer = client.get(ARTICLES)
    assert answer["RateLimit-Policy"] == '"default";q=60;w=60'
    for _time in range(59):
        client.get(ARTICLES)
    assert client.get(ARTICLES).status_code == 429
    assert client.get(ARTICLES, REMOTE_ADDR="198.51.100.7").status_code == 200


@pytest.mark.parametrize("path", [ARTICLES, f"{SEARCH}?q=x"])
def test_nothing_but_what_is_listed_is_asked_for(client: Client, path: str) -> None:
    mark = "&" if "?" in path else "?"
    for words in ("state=draft", "audience=operations", "sort=body", "limit=1000", "page=2"):
        assert client.get(f"{path}{mark}{words}").status_code == 400


def test_the_number_of_queries_is_the_same_for_few_and_many(client: Client, django_assert_num_queries: Any) -> None:
    article = ArticleFactory()
    for count in (0, 30):
        for _one in range(count):
            ArticleFactory(category=article.category)
        with django_assert_num_queries(1):
            client.get(ARTICLES)
        with django_assert_num_queries(1):
            client.get(f"{ARTICLES}/{article.pk}")
