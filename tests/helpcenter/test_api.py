"""Programs read what the token's user may read."""

import pytest
from django.test import Client

from portal.accounts import actions as accounts
from portal.accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import ArticleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]


def bearer(user: User) -> dict[str, str]:
    _token, secret = accounts.create_api_token(wanted=accounts.Wanted("test", ["read"]), user=user)
    return {"Authorization": f"Bearer {secret}"}


def test_articles_are_listed_searched_and_read(client: Client) -> None:
    article = ArticleFactory(title="Refund of a card", category__title="Money", body="**How** to")
    ArticleFactory(title="Another")
    headers = bearer(UserFactory())
    listed = client.get("/api/v1/articles", headers=headers).json()
    assert (listed["total"], len(listed["articles"])) == (2, 2)
    found = client.get("/api/v1/articles?q=refund", headers=headers).json()
    assert [one["title"] for one in found["articles"]] == ["Refund of a card"]
    read = client.get(f"/api/v1/articles/{article.pk}", headers=headers).json()
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
    for path in ["/api/v1/articles", "/api/v1/articles?q=hidden"]:
        assert [one["id"] for one in client.get(path, headers=headers).json()["articles"]] == [members.pk]
    for article in hidden:
        assert client.get(f"/api/v1/articles/{article.pk}", headers=headers).status_code == 404
    assert client.get("/api/v1/articles").status_code == 401
