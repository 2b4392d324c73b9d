from datetime import datetime, timedelta

import pytest
from django.test import Client

from helpcenter.actions import Ballot, vote
from helpcenter.actions.votes import MOST_A_DAY
from helpcenter.models import Article, Vote
from helpcenter.views.voting import MOST_VOTES_A_MINUTE
from portal.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.helpcenter import ArticleFactory

pytestmark = pytest.mark.django_db
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


def cast(client: Client, article: Article, **given: str):
    return client.post(f"/help/a/{article.pk}/vote/", given, headers=FROM_HERE)


def test_a_vote_needs_no_session_no_token_and_no_script() -> None:
    article = ArticleFactory()
    client = Client(enforce_csrf_checks=True)
    answer = cast(client, article, vote="yes")
    assert answer.status_code == 302
    assert answer["Location"] == f"{article.get_absolute_url()}?voted=yes#feedback"
    assert "Good to hear" in client.get(answer["Location"]).text
    assert Vote.objects.get().is_helpful
    assert not client.cookies


def test_a_no_is_asked_for_its_reason_and_stays_one_vote(client: Client) -> None:
    article = ArticleFactory()
    answer = cast(client, article, vote="no")
    assert "help the editors" in client.get(answer["Location"]).text
    cast(client, article, vote="no", reason="unclear", comment="Step 3.")
    assert list(Vote.objects.values_list("is_helpful", "reason", "comment")) == [(False, "unclear", "Step 3.")]


def test_htmx_gets_just_the_part(client: Client) -> None:
    article = ArticleFactory()
    headers = {**FROM_HERE, "HX-Request": "true", "HX-Target": "feedback"}
    part = client.post(f"/help/a/{article.pk}/vote/", {"vote": "no"}, headers=headers)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert 'id="feedback"' in part.text
    assert client.post(f"/help/a/{article.pk}/vote/", {"vote": "?"}, headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Origin": "http://testserver"}, 302),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({}, 403),
    ],
)
def test_only_our_own_pages_send_votes(client: Client, headers: dict[str, str], status: int) -> None:
    article = ArticleFactory()
    answer = client.post(f"/help/a/{article.pk}/vote/", {"vote": "yes"}, headers=headers)
    assert answer.status_code == status
    assert Vote.objects.exists() == (status == 302)


def test_a_second_vote_of_the_same_visitor_replaces_the_first(client: Client) -> None:
    article = ArticleFactory()
    cast(client, article, vote="no")
    cast(client, article, vote="yes")
    assert Vote.objects.get().is_helpful
    cast(Client(headers={"User-Agent": "Another"}), article, vote="yes")
    assert Vote.objects.count() == 2


def test_a_signed_in_reader_is_one_visitor_on_every_device(client: Client) -> None:
    article, user = ArticleFactory(), UserFactory()
    for agent in ("Phone", "Desk"):
        device = Client(headers={"User-Agent": agent})
        device.force_login(user)
        cast(device, article, vote="yes")
    assert Vote.objects.count() == 1


def test_a_new_version_can_be_voted_on_again(now: datetime) -> None:
    article = ArticleFactory()
    vote(article=article, ballot=Ballot("a", True), now=now)
    Article.objects.update(version=2)
    article.refresh_from_db()
    vote(article=article, ballot=Ballot("a", False), now=now)
    assert list(Vote.objects.order_by("version").values_list("version", "is_helpful")) == [(1, True), (2, False)]
    judged = Article.objects.with_votes().get()
    assert (judged.yes, judged.no) == (0, 1)


def test_a_flood_of_votes_is_thanked_and_dropped(now: datetime) -> None:
    articles = [ArticleFactory() for _ in range(MOST_A_DAY + 1)]
    kept = [vote(article=article, ballot=Ballot("a", True), now=now) for article in articles]
    assert kept[-1] is None
    assert Vote.objects.count() == MOST_A_DAY
    assert vote(article=articles[0], ballot=Ballot("a", False), now=now) is not None
    assert vote(article=articles[-1], ballot=Ballot("a", True), now=now + timedelta(days=2)) is not None


def test_a_vote_is_kept_without_anything_personal(client: Client) -> None:
    user = UserFactory(email="ada@example.org", name="Ada")
    client.force_login(user)
    cast(client, ArticleFactory(), vote="yes")
    event = Event.objects.get(name="article.voted")
    assert event.by_id is None
    assert Vote.objects.get().visitor not in ("", str(user.pk))


def test_other_names_of_a_browser_do_not_vote_without_end(client: Client) -> None:
    article = ArticleFactory()
    for number in range(MOST_VOTES_A_MINUTE + 10):
        headers = {**FROM_HERE, "User-Agent": f"browser {number}"}
        assert client.post(f"/help/a/{article.pk}/vote/", {"vote": "no"}, headers=headers).status_code == 302
    assert Vote.objects.count() <= MOST_VOTES_A_MINUTE
