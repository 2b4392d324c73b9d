from datetime import datetime

import pytest
from django.contrib.auth.password_validation import validate_password
from django.test import Client
from django.urls import resolve, reverse

from portal.accounts.demo import COMPANIES, LOGINS, PASSWORD, furnish
from portal.accounts.models import Brand, Organization, User
from portal.accounts.states import StaffRole
from portal.events.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def furnished(now: datetime) -> None:
    furnish(now=now)


def test_the_demo_has_customers_of_each_plan_and_staff_of_each_role(furnished: None, now: datetime) -> None:
    assert Organization.objects.count() == len(COMPANIES) == 10
    plans = [company.plan for company in COMPANIES]
    assert [plans.count(one) for one in ("pro", "elite", "ultra-premium", "")] == [3, 3, 3, 1]
    held = {role for user in User.objects.staff() for role in user.roles}
    assert held == set(StaffRole)
    assert not Event.objects.filter(happened_at__gt=now).exists()
    validate_password(PASSWORD)


def test_every_printed_log_in_works(furnished: None) -> None:
    for _role, email, password in LOGINS:
        browser = Client()
        browser.post(
            reverse("account_login"), {"login": email, "password": password}, REMOTE_ADDR=f"10.0.0.{len(email)}"
        )
        assert browser.session.get("_auth_user_id"), email


def test_the_brand_has_a_logo_that_is_only_a_picture(furnished: None, client: Client) -> None:
    brand = Brand.objects.get(is_default=True)
    assert resolve(brand.logo_url).view_name == "accounts:brand_logo"
    answer = client.get(brand.logo_url)
    assert answer["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.get(brand.logo_url.replace(".svg", "0.svg")).status_code == 404
    brand.accent = "#0b5cad"
    assert resolve(brand.stylesheet_url).view_name == "accounts:brand_stylesheet"
    assert client.get(brand.stylesheet_url).content.decode().strip() == ":root { --brand: #0b5cad; }"
