from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Organization, User
from portal.lib.embedded import free_port
from portal.outbox.models import Letter
from tests.factories.accounts import UserFactory
from tests.portal.accounts.letters import link_in, newest_to

pytestmark = pytest.mark.django_db

FORM = {
    "name": "Ada Lovelace",
    "organization": "Analytical Engines",
    "email": "Ada@Example.org",
    "password1": "correct horse battery",
    "time_zone": "Europe/London",
}


@pytest.fixture
def dead_valkey(settings: LazySettings) -> Iterator[None]:
    """A cache address where nobody listens."""
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{free_port()}/0"},
    }
    yield


def sign_up(client: Client, **changes: str) -> None:
    response = client.post(reverse("account_signup"), {**FORM, **changes})
    assert response.status_code == 302, response.context["form"].errors
    assert response["Location"] == reverse("account_email_verification_sent")


def test_a_person_signs_up_confirms_the_address_and_is_logged_in(client: Client) -> None:
    sign_up(client)
    user = User.objects.get()
    assert (user.name, user.time_zone, user.email) == ("Ada Lovelace", "Europe/London", "ada@example.org")
    assert user.organizations.get().name == "Analytical Engines"
    letter = newest_to("ada@example.org")
    assert letter.is_secret
    assert not letter.text
    assert letter.user_id == user.pk
    link = link_in(letter)
    assert client.get(link).status_code == 200
    assert not EmailAddress.objects.get().verified, "opening the link is harmless, since mail scanners open links"
    assert client.post(link).status_code == 302
    assert EmailAddress.objects.get().verified
    assert client.get(reverse("accounts:organization")).status_code == 200


def test_nobody_logs_in_before_the_address_is_confirmed(client: Client) -> None:
    sign_up(client)
    other_browser = Client()
    response = other_browser.post(reverse("account_login"), {"login": FORM["email"], "password": FORM["password1"]})
    assert response["Location"] == reverse("account_email_verification_sent")
    assert "_auth_user_id" not in other_browser.session


def test_a_taken_address_looks_the_same_to_who_asks_and_is_told_to_its_owner(client: Client) -> None:
    UserFactory(email="ada@example.org", with_verified_address=True)
    sign_up(client)
    assert User.objects.count() == 1
    assert not Organization.objects.exists()
    assert newest_to("ada@example.org").key.startswith("account_already_exists")


def test_a_sign_up_that_fails_half_way_leaves_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: object, **_options: object) -> None:
        raise RuntimeError("the address table is on fire")

    monkeypatch.setattr("allauth.account.forms.setup_user_email", fails)
    with pytest.raises(RuntimeError):
        client.post(reverse("account_signup"), FORM)
    assert not User.objects.exists()
    assert not Organization.objects.exists()


def test_a_forgotten_password_is_reset_by_a_sealed_letter(client: Client) -> None:
    user = UserFactory(email="ada@example.org", with_verified_address=True)
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    letter = newest_to("ada@example.org")
    assert letter.is_secret
    link = link_in(letter)
    form = client.get(link, follow=True)
    assert form.status_code == 200
    words = {"password1": "another horse battery", "password2": "another horse battery"}
    client.post(form.redirect_chain[-1][0], words)
    user.refresh_from_db()
    assert user.check_password("another horse battery")
    told = newest_to("ada@example.org")
    assert told.key.startswith("password_reset:")
    assert not told.is_secret


def test_a_reset_for_an_unknown_address_looks_the_same(client: Client) -> None:
    UserFactory(email="ada@example.org", with_verified_address=True)
    known = client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_guessing_passwords_is_slowed_down(client: Client) -> None:
    UserFactory(email="ada@example.org", with_verified_address=True)
    wrong = {"login": "ada@example.org", "password": "wrong"}
    for _attempt in range(5):
        client.post(reverse("account_login"), wrong)
    right = client.post(reverse("account_login"), {**wrong, "password": "correct horse battery"})
    assert right.status_code == 200
    assert "_auth_user_id" not in client.session


def test_people_log_in_and_sign_up_while_valkey_is_dead(client: Client, dead_valkey: None) -> None:
    UserFactory(email="ada@example.org", with_verified_address=True)
    response = client.post(reverse("account_login"), {"login": "ada@example.org", "password": "correct horse battery"})
    assert response.status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200
    sign_up(Client(), email="grace@example.org")
    assert Letter.objects.filter(to="grace@example.org").exists()


def test_the_reader_sees_and_ends_their_sessions(client: Client) -> None:
    user = UserFactory(with_verified_address=True)
    other_browser = Client()
    words = {"login": user.email, "password": "correct horse battery"}
    other_browser.post(reverse("account_login"), words)
    client.post(reverse("account_login"), words)
    assert other_browser.get(reverse("accounts:profile")).status_code == 200
    assert client.get(reverse("usersessions_list")).status_code == 200
    client.post(reverse("usersessions_list"))
    assert other_browser.get(reverse("accounts:profile")).status_code == 302
    assert client.get(reverse("accounts:profile")).status_code == 200


PUBLIC = ["account_login", "account_signup", "account_reset_password", "account_reset_password_done",
          "account_inactive", "account_email_verification_sent", "account_reset_password_from_key_done"]  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_the_pages_before_log_in_are_open(client: Client, name: str) -> None:
    assert client.get(reverse(name)).status_code == 200


def test_the_browser_may_ask_for_a_passkey_challenge_before_log_in(client: Client) -> None:
    asked = client.get(reverse("mfa_login_webauthn"), headers={"X-Requested-With": "XMLHttpRequest"})
    assert asked.status_code == 200
    assert "challenge" in asked.content.decode()


def test_a_log_in_that_waits_for_its_second_factor_is_not_sent_in_circles(client: Client) -> None:
    response = client.get(reverse("mfa_authenticate"))
    assert response["Location"] == reverse("account_login")
