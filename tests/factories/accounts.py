from datetime import timedelta
from functools import cache

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils import timezone
from factory.django import DjangoModelFactory

from portal.accounts.adapter import SecondFactorAdapter
from portal.accounts.models import (
    ApiToken,
    Brand,
    Erasure,
    Export,
    IdempotencyKey,
    Invitation,
    Membership,
    Organization,
    RetentionRule,
    Tier,
    User,
)
from portal.lib.tokens import digest


@cache
def hashed() -> str:
    """Made when the first person is, after the quick hash of the tests was set."""
    return make_password("correct horse battery")


class TierFactory(DjangoModelFactory):
    class Meta:
        model = Tier
        django_get_or_create = ("slug",)

    slug = "pro"
    name = factory.LazyAttribute(lambda tier: tier.slug.replace("-", " ").title())
    rank = factory.LazyAttribute(lambda tier: {"pro": 1, "elite": 2, "ultra-premium": 3}.get(tier.slug, 9))


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")
    password = factory.LazyFunction(hashed)

    @factory.post_generation
    def with_verified_address(self, create: bool, wanted: bool | None, **options: object) -> None:
        """As after sign-up: the address is confirmed, so the person may log in."""
        if create and wanted:
            EmailAddress.objects.create(user=self, email=self.email, verified=True, primary=True)


class StaffFactory(UserFactory):
    """Staff with a second factor, since without one they get nowhere; `role` puts them into its group."""

    is_staff = True

    @factory.post_generation
    def enrolled(self, create: bool, wanted: bool | None, **options: object) -> None:
        if create and wanted is not False:
            AuthenticatorFactory(user=self)

    @factory.post_generation
    def role(self, create: bool, role: str | None, **options: object) -> None:
        if create and role:
            self.groups.add(Group.objects.get(name=role))


class AuthenticatorFactory(DjangoModelFactory):
    """An authenticator app."""

    class Meta:
        model = Authenticator

    user = factory.SubFactory(UserFactory)
    type = Authenticator.Type.TOTP
    data = factory.LazyFunction(lambda: {"secret": SecondFactorAdapter().encrypt("JBSWY3DPEHPK3PXP")})


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Company {n}")
    tier = factory.SubFactory(TierFactory)
    created_at = factory.LazyFunction(timezone.now)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organization = factory.SubFactory(OrganizationFactory)
    joined_at = factory.LazyFunction(timezone.now)


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    organization = factory.SubFactory(OrganizationFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.org")
    secret_digest = factory.Sequence(lambda n: digest(f"invitation-{n}"))
    invited_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class BrandFactory(DjangoModelFactory):
    class Meta:
        model = Brand

    name = "Portal"


class ApiTokenFactory(DjangoModelFactory):
    class Meta:
        model = ApiToken

    user = factory.SubFactory(UserFactory)
    name = "Status board"
    prefix = "ptl_abcd"
    secret_digest = factory.Sequence(lambda n: digest(f"token-{n}"))
    scopes = ["read"]
    created_at = factory.LazyFunction(timezone.now)


class IdempotencyKeyFactory(DjangoModelFactory):
    class Meta:
        model = IdempotencyKey

    user = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"key-{n}")
    request_digest = "0" * 64
    created_at = factory.LazyFunction(timezone.now)


class ExportFactory(DjangoModelFactory):
    """Asked for and not made yet."""

    class Meta:
        model = Export

    subject_kind = "person"
    subject_id = factory.LazyFunction(lambda: UserFactory().pk)
    asked_at = factory.LazyFunction(timezone.now)


class ErasureFactory(DjangoModelFactory):
    class Meta:
        model = Erasure

    subject_kind = "person"
    subject_id = factory.LazyFunction(lambda: UserFactory().pk)
    asked_at = factory.LazyFunction(timezone.now)
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class RetentionRuleFactory(DjangoModelFactory):
    class Meta:
        model = RetentionRule
        django_get_or_create = ("what",)

    what = "outbox.letters"
    days = 730
