import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Organization, User
from portal.accounts.states import StaffRole
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.accounts import (
    ApiTokenFactory,
    AuthenticatorFactory,
    InvitationFactory,
    MembershipFactory,
    OrganizationFactory,
    StaffFactory,
    TierFactory,
    UserFactory,
)
from tests.portal.accounts.letters import link_in, newest_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> User:
    user = StaffFactory(role="administrator")
    client.force_login(user)
    return user


def act(client: Client, name: str, row: object, **words: object):
    return client.post(reverse(f"admin:accounts_{name}", args=[row.pk]), words)


def test_an_administrator_adds_staff_who_choose_their_own_password(client: Client, administrator: User) -> None:
    url = reverse("admin:accounts_user_add")
    assert client.get(url).status_code == 200
    words = {"name": "Lena", "email": "lena@example.org", "roles": ["agent-l1"], "time_zone": "Europe/Berlin"}
    assert client.post(url, {**words, "roles": []}).status_code == 422
    assert client.post(url, words).status_code == 302
    lena = User.objects.get(email="lena@example.org")
    assert lena.is_staff
    assert not lena.has_usable_password()
    assert lena.roles == {StaffRole.AGENT_L1}
    letter = newest_to("lena@example.org")
    assert letter.is_secret
    her_browser = Client()
    form = her_browser.get(link_in(letter), follow=True)
    chosen = {"password1": "correct horse battery", "password2": "correct horse battery"}
    her_browser.post(form.redirect_chain[-1][0], chosen)
    her_browser.post(reverse("account_login"), {"login": lena.email, "password": "correct horse battery"})
    assert her_browser.get("/admin/")["Location"] == reverse("mfa_index")
    assert client.post(url, words).status_code == 409


def test_roles_come_from_the_table_and_nobody_changes_their_own(client: Client, administrator: User) -> None:
    lena = StaffFactory(role="agent-l1")
    assert act(client, "user_change_staff_roles", lena, roles=["lead", "executive"]).status_code == 302
    assert User.objects.get(pk=lena.pk).roles == {StaffRole.LEAD, StaffRole.EXECUTIVE}
    assert act(client, "user_change_staff_roles", lena).status_code == 302
    assert not User.objects.get(pk=lena.pk).is_staff
    assert act(client, "user_change_staff_roles", administrator, roles=["lead"]).status_code == 409


def test_closing_an_account_ends_its_sessions_at_once(client: Client, administrator: User) -> None:
    user = UserFactory()
    her_browser = Client()
    her_browser.force_login(user)
    assert her_browser.get(reverse("accounts:profile")).status_code == 200
    assert act(client, "user_deactivate", user).status_code == 302
    assert her_browser.get(reverse("accounts:profile")).status_code == 302
    assert act(client, "user_reactivate", user).status_code == 302
    assert User.objects.get(pk=user.pk).is_active


def test_a_lost_second_factor_is_taken_away_by_another_administrator(client: Client, administrator: User) -> None:
    lena = StaffFactory(role="agent-l1")
    AuthenticatorFactory(user=lena, type="recovery_codes", data={"seed": "x"})
    assert act(client, "user_reset_second_factor", lena).status_code == 302
    assert not lena.authenticator_set.exists()
    assert act(client, "user_reset_second_factor", administrator).status_code == 409


def test_a_password_letter_goes_to_the_person_alone(client: Client, administrator: User) -> None:
    user = UserFactory(with_verified_address=True)
    assert act(client, "user_send_password_letter", user).status_code == 302
    assert newest_to(user.email).is_secret
    assert Event.objects.get(name="user.password_letter_sent").by_id == administrator.pk


def test_a_success_manager_changes_a_tier_with_a_reason(client: Client) -> None:
    client.force_login(StaffFactory(role="success-manager"))
    organization, elite = OrganizationFactory(), TierFactory(slug="elite")
    assert act(client, "organization_change_tier", organization, tier=elite.pk).status_code == 422
    act(client, "organization_change_tier", organization, tier=elite.pk, reason="pilot")
    assert Organization.objects.get().tier == elite
    shown = client.get(reverse("admin:accounts_organization_change", args=[organization.pk])).content.decode()
    assert "moved the support tier from Pro to Elite" in shown


def test_looking_at_a_question_changes_nothing(client: Client, administrator: User) -> None:
    user = UserFactory()
    for name in ("deactivate", "reset_second_factor", "send_password_letter", "change_staff_roles", "reactivate"):
        assert client.get(reverse(f"admin:accounts_user_{name}", args=[user.pk])).status_code == 200
    assert User.objects.get(pk=user.pk).is_active
    assert not Letter.objects.exists()


@pytest.mark.parametrize("role", [role for role in StaffRole if role != StaffRole.ADMINISTRATOR])
def test_only_administrators_touch_accounts(client: Client, role: StaffRole) -> None:
    client.force_login(StaffFactory(role=role))
    user = UserFactory()
    for name in ("deactivate", "reset_second_factor", "send_password_letter", "change_staff_roles", "reactivate"):
        assert act(client, f"user_{name}", user).status_code == 403
    assert client.get(reverse("admin:accounts_user_add")).status_code == 403
    assert User.objects.get(pk=user.pk).is_active


def test_the_admin_shows_no_secret(client: Client, administrator: User) -> None:
    user = UserFactory(with_verified_address=True)
    token, invitation = ApiTokenFactory(user=user), InvitationFactory()
    for name, row in (("user", user), ("apitoken", token), ("invitation", invitation)):
        shown = client.get(reverse(f"admin:accounts_{name}_change", args=[row.pk])).content.decode()
        for secret in (user.password, token.secret_digest, invitation.secret_digest):
            assert secret not in shown
    named = {model._meta.label for model in admin.site._registry}
    assert not named & {"mfa.Authenticator", "usersessions.UserSession", "auth.Group", "sessions.Session"}


@pytest.mark.parametrize("rows", [1, 30])
def test_the_lists_cost_the_same_for_one_row_and_for_thirty(
    client: Client, administrator: User, rows: int, django_assert_max_num_queries: object
) -> None:
    MembershipFactory.create_batch(rows)
    client.get("/admin/")
    for name in ("organization", "user"):
        with django_assert_max_num_queries(9):
            client.get(reverse(f"admin:accounts_{name}_changelist"))


def test_staff_save_plain_facts_through_the_actions(client: Client, administrator: User) -> None:
    organization = OrganizationFactory()
    words = {"name": "New name", "time_zone": "Asia/Tokyo", "language": "en", "memberships-TOTAL_FORMS": 0,
             "memberships-INITIAL_FORMS": 0}  # fmt: skip
    client.post(reverse("admin:accounts_organization_change", args=[organization.pk]), words)
    assert Event.objects.get(name="organization.changed").by_id == administrator.pk


def test_an_unknown_role_is_refused() -> None:
    import portal.accounts.actions as accounts

    with pytest.raises(Refused):
        accounts.add_staff(newcomer=accounts.Newcomer("a@example.org", "A", ["king"]), by=None)
