from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import BaseUserManager
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When
from django.db.models.functions import Concat

from portal.lib.prepared import Prepared


def _made_visitor(pk: int) -> Any:
    user: Any = apps.get_model("accounts", "User")
    belongs = apps.get_model("accounts", "Membership").objects.filter(user=OuterRef("pk")).order_by("pk")
    by_role = apps.get_model("auth", "Group").permissions.through.objects.filter(group__user=OuterRef("pk"))
    themselves = user.user_permissions.through.objects.filter(user=OuterRef("pk"))
    is_granted = When(is_active=True, is_staff=True, is_superuser=False, then=_permissions(by_role))
    return (
        user.objects.filter(pk=pk)
        .with_second_factor()
        .annotate(
            belongs_to=ArraySubquery(belongs.values("organization_id")),
            belongs_as=ArraySubquery(belongs.values("role")),
            granted_by_role=Case(is_granted),
            granted_themselves=_permissions(themselves),
        )
    )


def _permissions(given: Any) -> ArraySubquery:
    """`app.what` of each."""
    names = Concat("permission__content_type__app_label", Value("."), "permission__codename")
    return ArraySubquery(given.values_list(names, flat=True))


_visitor = Prepared(_made_visitor)  # asked at each request of somebody signed in


class UserQuerySet(models.QuerySet):
    def staff(self) -> "UserQuerySet":
        return self.filter(is_staff=True, is_active=True)

    def customers(self) -> "UserQuerySet":
        return self.filter(is_staff=False, is_active=True)

    def with_role(self, role: str) -> "UserQuerySet":
        """Staff who have that role."""
        return self.staff().filter(groups__name=role)

    def who_may(self, permission: str) -> "UserQuerySet":
        """Those whom `has_perm` would let do that (`app.what`), by role, by themselves or as superusers; also such as
        have left."""
        app, _dot, what = permission.partition(".")
        given = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=app, codename=what)
        roles = apps.get_model("auth", "Group").objects.filter(permissions__in=given)
        user: Any = self.model
        by_role = user.groups.through.objects.filter(group__in=roles).values("user")
        by_themselves = user.user_permissions.through.objects.filter(permission__in=given).values("user")
        return self.filter(Q(is_superuser=True) | Q(pk__in=by_role) | Q(pk__in=by_themselves))

    def only_in(self, organization: Any) -> "UserQuerySet":
        """Customers who would be left without any organization if there were not that one."""
        memberships = apps.get_model("accounts", "Membership").objects.exclude(organization=organization)
        found = self.filter(memberships__organization=organization, is_staff=False)
        return found.exclude(pk__in=memberships.values("user"))

    def with_second_factor(self) -> "UserQuerySet":
        """Each with `is_enrolled`: has an authenticator app or a security key (recovery codes alone do not count)."""
        factors = apps.get_model("mfa", "Authenticator").objects.exclude(type="recovery_codes")
        return self.annotate(is_enrolled=Exists(factors.filter(user_id=OuterRef("pk"))))

    def visitor(self, pk: int) -> Any:
        """Who makes a request, with what every page asks about them: `is_enrolled` as above, `member_roles` as of now,
        and of staff who are no superusers `granted`, what they may. One query; None when nobody has that id."""
        found = next(iter(_visitor(pk)), None)
        if found is not None:
            found.loaded_roles = dict(zip(found.belongs_to, found.belongs_as, strict=True))
            if found.granted_by_role is not None:
                found.granted = frozenset([*found.granted_by_role, *found.granted_themselves])
        return found

    def names(self, ids: Iterable[int | None]) -> dict[int, str]:
        """What to call the users with these ids, in one query; of users since erased nothing is known."""
        wanted = {one for one in ids if one is not None}
        found = self.filter(pk__in=wanted).values_list("pk", "name", "email") if wanted else []
        return {pk: name or email for pk, name, email in found}


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # built by Django at run time
    """Log-in names are e-mail addresses, compared without regard to case."""

    def get_by_natural_key(self, email: str | None) -> Any:
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        """A user with that address; without a password they cannot log in by one."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Any:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class OrganizationQuerySet(models.QuerySet):
    def of_member(self, user: Any) -> "OrganizationQuerySet":
        """Those the user belongs to."""
        return self.filter(memberships__user_id=user.pk)

    def visible_to(self, user: Any) -> "OrganizationQuerySet":
        """Staff who may see customers see all; everybody else their own."""
        if user.is_staff and user.has_perm("accounts.view_organization"):
            return self
        return self.of_member(user) if user.is_authenticated else self.none()


class InvitationQuerySet(models.QuerySet):
    def open(self, now: datetime) -> "InvitationQuerySet":
        """Neither accepted nor taken back, and still valid."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=now)


class ApiTokenQuerySet(models.QuerySet):
    def live(self, now: datetime) -> "ApiTokenQuerySet":
        """Usable at that moment: not revoked, not expired, of an active user."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None, user__is_active=True)
