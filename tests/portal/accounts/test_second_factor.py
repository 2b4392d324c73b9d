import time
from collections.abc import Iterator
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.accounts.adapter import HARMLESS_LETTERS, SecondFactorAdapter
from portal.accounts.middleware import OPEN_PREFIXES
from portal.accounts.models import User
from portal.outbox.models import Letter
from tests.factories.accounts import AuthenticatorFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
MACHINE_DOORS = ("/health/", "/metrics", "/api/", "/hooks/", "/ping/", "/pulse/", "/v2/")


@pytest.fixture(autouse=True)
def required(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = True


def code(secret: str = SECRET, steps: int = 0) -> str:
    """What the app shows now, or so many steps of 30 seconds from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def prove(client: Client) -> None:
    """What allauth asks for before anybody changes how they log in."""
    client.post(reverse("account_reauthenticate"), {"password": "correct horse battery"})


def every_path(patterns: list, prefix: str = "/") -> Iterator[str]:
    """Each address of the portal, its variables filled with something of their kind."""
    for pattern in patterns:
        route = getattr(pattern.pattern, "_route", None)
        if route is None:
            continue  # a regular expression: the admin's last resort and allauth's keys
        filled = prefix + "".join(
            ("7" if "int:" in piece else "0b5cad" if "color:" in piece else "somebody") if index % 2 else piece
            for index, piece in enumerate(route.replace("<", ">").split(">"))
        )
        if isinstance(pattern, URLResolver):
            yield from every_path(pattern.url_patterns, filled)
        elif isinstance(pattern, URLPattern):
            yield filled


def test_staff_without_a_second_factor_are_sent_to_enrol_and_nowhere_else(client: Client) -> None:
    client.force_login(StaffFactory(enrolled=False))
    paths = [path for path in every_path(get_resolver().url_patterns) if not path.startswith(OPEN_PREFIXES)]
    assert len(paths) > 60
    for path in paths:
        if path.startswith(MACHINE_DOORS):
            continue
        for answer in (client.get(path), client.post(path)):
            assert answer.status_code == 302, path
            assert answer["Location"] == reverse("mfa_index"), path


def test_staff_enrol_an_authenticator_app_and_get_on(client: Client) -> None:
    user = StaffFactory(enrolled=False, role="lead", with_verified_address=True)
    client.post(reverse("account_login"), {"login": user.email, "password": "correct horse battery"})
    assert client.get("/admin/")["Location"] == reverse("mfa_index")
    assert client.get(reverse("mfa_index")).status_code == 200
    prove(client)
    form = client.get(reverse("mfa_activate_totp"))
    secret = form.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer.status_code == 302, answer.context["form"].errors
    assert client.get("/admin/").status_code == 200
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert secret not in str(kept.data)
    assert SecondFactorAdapter().decrypt(kept.data["secret"]) == secret
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_staff_log_in_with_password_and_code(client: Client) -> None:
    user = StaffFactory(role="lead", with_verified_address=True)
    words = {"login": user.email, "password": "correct horse battery"}
    assert client.post(reverse("account_login"), words)["Location"] == reverse("mfa_authenticate")
    assert client.get("/admin/").status_code == 302, "half a log-in opens nothing"
    assert client.post(reverse("mfa_authenticate"), {"code": code()})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def half_logged_in(user: User) -> Client:
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": "correct horse battery"})
    return client


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands in the middle of a step."""
    now = int(time.time()) // 30 * 30 + 15
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_typed_in_its_last_second_is_taken_and_an_old_one_is_not(
    still: None, steps: int, is_taken: bool
) -> None:
    client = half_logged_in(StaffFactory(role="lead", with_verified_address=True))
    answer = client.post(reverse("mfa_authenticate"), {"code": code(steps=steps)})
    assert answer.status_code == (302 if is_taken else 200)


def test_a_code_opens_one_log_in_and_with_it_every_code_before_it_is_used_up(still: None) -> None:
    user = StaffFactory(role="lead", with_verified_address=True)
    assert half_logged_in(user).post(reverse("mfa_authenticate"), {"code": code()}).status_code == 302
    cache.clear()  # the database remembers
    for steps in (-1, 0):
        answer = half_logged_in(user).post(reverse("mfa_authenticate"), {"code": code(steps=steps)})
        assert answer.context["form"].errors == {"code": ["Incorrect code."]}, steps
    assert half_logged_in(user).post(reverse("mfa_authenticate"), {"code": code(steps=1)}).status_code == 302


def test_a_code_of_the_log_in_does_not_prove_again_who_one_is(still: None) -> None:
    user = StaffFactory(role="lead", with_verified_address=True)
    client = half_logged_in(user)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    cache.clear()
    assert client.post(reverse("mfa_reauthenticate"), {"code": code()}).status_code == 200
    assert client.post(reverse("mfa_reauthenticate"), {"code": code(steps=1)}).status_code == 302


def test_taking_the_second_factor_away_takes_effect_on_the_next_request(client: Client) -> None:
    user = StaffFactory(role="lead")
    client.force_login(user)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.filter(user=user).delete()
    assert client.get("/admin/")["Location"] == reverse("mfa_index")


def test_recovery_codes_alone_are_no_second_factor(client: Client) -> None:
    user = StaffFactory(enrolled=False)
    AuthenticatorFactory(user=user, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x", "used_mask": 0})
    client.force_login(user)
    assert client.get("/admin/")["Location"] == reverse("mfa_index")


def test_staff_cannot_remove_their_last_factor_but_customers_can() -> None:
    adapter = SecondFactorAdapter()
    of_staff = StaffFactory().authenticator_set.get()
    assert not adapter.can_delete_authenticator(of_staff)
    AuthenticatorFactory(user=of_staff.user, type=Authenticator.Type.WEBAUTHN, data={})
    assert adapter.can_delete_authenticator(of_staff)
    assert adapter.can_delete_authenticator(AuthenticatorFactory(user=UserFactory()))


def test_a_customer_needs_no_second_factor(client: Client) -> None:
    client.force_login(UserFactory())
    assert client.get(reverse("accounts:profile")).status_code == 200


def test_a_local_demo_may_switch_the_requirement_off(client: Client, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(enrolled=False, role="lead"))
    assert client.get("/admin/").status_code == 200


def test_asking_for_the_second_factor_costs_no_query_of_its_own(
    client: Client, django_assert_num_queries: object
) -> None:
    client.force_login(StaffFactory())
    client.get(reverse("accounts:profile"))  # allauth notes the session
    with django_assert_num_queries(2):
        client.get(reverse("accounts:profile"))


def test_the_admin_has_no_log_in_of_its_own(client: Client) -> None:
    answer = client.get("/admin/login/?next=/admin/accounts/user/")
    assert answer["Location"].startswith(reverse("account_login"))
    client.force_login(UserFactory())
    assert client.get("/admin/login/").status_code == 403
    assert client.get("/admin/").status_code in {302, 403}


@pytest.mark.django_db(transaction=True)
def test_a_factor_that_was_added_is_told_in_a_letter_that_holds_no_secret(client: Client) -> None:
    user = StaffFactory(enrolled=False, with_verified_address=True)
    client.post(reverse("account_login"), {"login": user.email, "password": "correct horse battery"})
    prove(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert secret not in Letter.objects.get(key__startswith="totp_activated").text


def test_every_letter_of_allauth_is_known_as_harmless_or_sealed() -> None:
    folder = Path(allauth.__file__).parent / "templates"
    found = {
        str(path.relative_to(folder)).removesuffix("_subject.txt")
        for app in ("account", "mfa")
        for path in (folder / app / "email").glob("*_subject.txt")
    }
    assert found - HARMLESS_LETTERS == {
        "account/email/email_confirmation",
        "account/email/email_confirmation_signup",
        "account/email/login_code",
        "account/email/password_reset_code",
        "account/email/password_reset_key",
    }
    assert found > HARMLESS_LETTERS


def test_enrolling_ends_the_sessions_that_a_password_alone_had_opened(client: Client) -> None:
    user = StaffFactory(enrolled=False, role="lead", with_verified_address=True)
    words = {"login": user.email, "password": "correct horse battery"}
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.post(reverse("account_login"), words)
    prove(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert client.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/")["Location"].startswith("/admin/login/")
    assert elsewhere.get(reverse("accounts:tokens")).status_code == 302
