import zoneinfo
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from portal.accounts.querysets import UserManager
from portal.accounts.states import StaffRole
from portal.lib.quiet_hours import quiet_until
from portal.lib.tokens import PublicIdField


def check_zone(name: str) -> None:
    """Refuses what is not the name of an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("%(name)s is not a time zone; write for example Europe/Berlin."), params={"name": name})


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in: a customer, or staff. The e-mail address is the log-in."""

    public_id = PublicIdField()
    email = models.EmailField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_zone])
    language = models.CharField(_("language"), max_length=10, default="en", choices=settings.LANGUAGES)
    quiet_from = models.TimeField(_("quiet hours from"), null=True, blank=True)
    quiet_until = models.TimeField(
        _("quiet hours until"),
        null=True,
        blank=True,
        help_text=_("In your time zone. Letters to staff that are not urgent wait until then."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May enter the admin."))
    joined_at = models.DateTimeField(_("joined at"), default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()
    # Of who makes the request, see `visitor`.
    loaded_roles: dict[int, str] | None = None
    granted: frozenset[str] | None = None

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes = [models.Index(Upper("email"), name="user_by_address")]  # as `iexact` asks
        constraints = [
            models.UniqueConstraint(
                Lower("email"), name="user_email_once", violation_error_message=_("This address has an account.")
            ),
            models.CheckConstraint(
                name="user_quiet_hours_begin_and_end",
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                violation_error_message=_("Quiet hours have a beginning and an end."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def undisturbed_until(self, at: datetime) -> datetime | None:
        """When the quiet hours that `at` lies in are over; None when the person may be disturbed."""
        return quiet_until(at, begins=self.quiet_from, ends=self.quiet_until, zone=self.time_zone)

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @cached_property
    def roles(self) -> frozenset[str]:
        """Staff roles by group, read once per request; empty for customers."""
        if not self.is_staff:
            return frozenset()
        if self.is_superuser:
            return frozenset(StaffRole.values)
        return frozenset(self.groups.values_list("name", flat=True))

    @cached_property
    def organization_ids(self) -> frozenset[int]:
        """The organizations this user belongs to, read once per request."""
        return frozenset(self.memberships.values_list("organization_id", flat=True))

    @property
    def member_roles(self) -> dict[int, str]:
        """The role by organization, oldest membership first: as this request began for who makes it, else as of now."""
        if self.loaded_roles is not None:
            return self.loaded_roles
        return dict(self.memberships.order_by("pk").values_list("organization_id", "role"))
