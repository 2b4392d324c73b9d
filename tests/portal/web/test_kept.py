"""The frame of the pages is kept per process: nobody may be shown what was drawn for another."""

import re

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from portal.accounts.context import _brand_of
from portal.accounts.models import Brand, User
from portal.web.templatetags import kept as kept_tag
from tests.factories.accounts import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def shown_to(user: User, address: str = "/tickets/") -> str:
    client = Client()
    client.force_login(user)
    return client.get(address).content.decode()


def test_two_readers_after_each_other_see_their_own_names_and_addresses() -> None:
    first, second = UserFactory(name="Ada", email="ada@example.org"), UserFactory(name="Bo", email="bo@example.org")
    for _visit in range(2):
        assert "ada@example.org" in shown_to(first)
        assert "bo@example.org" in shown_to(second)
        assert "ada@example.org" not in shown_to(second)


def test_each_answer_carries_a_token_of_its_own() -> None:
    user = UserFactory()
    tokens = [re.findall(r'csrfmiddlewaretoken" value="(\w{64})"', shown_to(user)) for _visit in range(2)]
    assert tokens[0]
    assert not set(tokens[0]) & set(tokens[1])


def test_a_new_name_and_a_lost_role_show_at_once() -> None:
    user = UserFactory(name="Ada")
    assert "Staff workspace" not in shown_to(user)
    User.objects.filter(pk=user.pk).update(is_staff=True, name="Ada <b>Lovelace</b>")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("portal.accounts.middleware.has_second_factor", lambda _user: True)
        shown = shown_to(user)
    assert "Staff workspace" in shown
    assert "Ada &lt;b&gt;Lovelace&lt;/b&gt;" in shown
    User.objects.filter(pk=user.pk).update(is_staff=False)
    assert "Staff workspace" not in shown_to(user)


def test_the_link_that_leads_here_is_marked_wherever_one_came_from() -> None:
    user = UserFactory()
    for address, marked in (("/tickets/", "tickets"), ("/help/", "help"), ("/tickets/new/", "tickets")):
        found = set(re.findall(r'href="/(\w+)/" aria-current="true"', shown_to(user, address)))
        assert found == {marked}, address


def test_signed_out_the_own_links_are_gone(client: Client) -> None:
    client.force_login(UserFactory(email="ada@example.org"))
    assert "My tickets" in client.get("/help/").content.decode()
    client.logout()
    shown = client.get("/help/").content.decode()
    assert "My tickets" not in shown
    assert "ada@example.org" not in shown


def test_another_brand_shows_as_soon_as_it_is_known() -> None:
    user = UserFactory()
    Brand.objects.filter(is_default=True).update(name="Before")
    _brand_of.cache_clear()
    assert "<span>Before</span>" in shown_to(user)
    Brand.objects.filter(is_default=True).update(name="After")
    _brand_of.cache_clear()
    assert "<span>After</span>" in shown_to(user)
    _brand_of.cache_clear()


def test_another_language_is_another_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_tag, "_kept", {})
    drawn = Template("{% load kept %}{% kept 'x' %}{% get_current_language as code %}{{ code }}{% endkept %}")
    told = []
    for code in ("en", "de", "en"):
        with translation.override(code):
            told.append(drawn.render(Context()))
    assert told == ["en", "de", "en"]


def test_what_is_kept_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_tag, "_kept", {})
    monkeypatch.setattr(kept_tag, "MOST_KEPT", 3)
    drawn = Template("{% load kept %}{% kept 'x' number %}{{ number }}{% endkept %}")
    assert [drawn.render(Context({"number": number})) for number in range(9)] == [str(number) for number in range(9)]
    assert len(kept_tag._kept) == 3


def test_a_membership_counts_from_the_very_next_request(client: Client) -> None:
    membership = MembershipFactory(role="owner")
    client.force_login(membership.user)
    assert client.get("/tickets/").wsgi_request.user.member_roles == {membership.organization_id: "owner"}
    membership.delete()
    assert client.get("/tickets/").wsgi_request.user.member_roles == {}
