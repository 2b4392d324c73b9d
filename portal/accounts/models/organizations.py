from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.users import User, check_zone
from portal.accounts.querysets import OrganizationQuerySet
from portal.accounts.states import MemberRole
from portal.lib.tokens import PublicIdField, digest


@dataclass(frozen=True)
class Entitlement:
    """What an organization may expect from us at this moment, from its tier; empty tier and rank 0 without one."""

    tier: str
    name: Any  # a text, or a lazily translated one
    rank: int
    has_phone: bool
    has_success_manager: bool
    seats: int
    api_requests_per_minute: int


NO_ENTITLEMENT = Entitlement("", _("No plan"), 0, False, False, 3, 30)


class Tier(models.Model):
    """A level of support and what it entitles to. Rows, so staff can change them."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    rank = models.PositiveSmallIntegerField(_("rank"), unique=True, help_text=_("Higher is better."))
    has_phone = models.BooleanField(_("phone support"), default=False)
    has_success_manager = models.BooleanField(_("named success manager"), default=False)
    seats = models.PositiveIntegerField(_("seats"), default=5)
    api_requests_per_minute = models.PositiveIntegerField(_("API requests per minute"), default=60)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["rank"]

    def __str__(self) -> str:
        return self.name

    @property
    def entitlement(self) -> Entitlement:
        return Entitlement(
            self.slug,
            self.name,
            self.rank,
            self.has_phone,
            self.has_success_manager,
            self.seats,
            self.api_requests_per_minute,
        )


class Organization(models.Model):
    """A customer: the company that pays, with its people."""

    public_id = PublicIdField()
    name = models.CharField(_("name"), max_length=120)
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, verbose_name=_("tier"))
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[check_zone])
    language = models.CharField(_("language"), max_length=10, default="en", choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("created at"))
    users: models.ManyToManyField = models.ManyToManyField(User, through="Membership", related_name="organizations")

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        indexes = [models.Index(fields=["name"], name="organization_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def entitlement(self) -> Entitlement:
        return self.tier.entitlement if self.tier else NO_ENTITLEMENT


class Membership(models.Model):
    """A user's place in an organization."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships", verbose_name=_("organization")
    )
    role = models.CharField(_("role"), max_length=10, choices=MemberRole, default=MemberRole.MEMBER)
    joined_at = models.DateTimeField(_("joined at"))

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["user", "organization"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.organization} ({self.get_role_display()})"


class Brand(models.Model):
    """Name, logo, colors, sender and hosts under which the portal presents itself."""

    name = models.CharField(_("name"), max_length=60)
    logo_svg = models.TextField(_("logo (SVG)"), blank=True, help_text=_("Shown as an image, never inline."))
    accent = models.CharField(
        _("accent color"),
        max_length=7,
        blank=True,
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")],
        help_text=_("For example #0b5cad; empty keeps the house's own color."),
    )
    sender = models.CharField(_("sender"), max_length=200, blank=True, help_text=_("Name <address> of its letters."))
    hosts = models.JSONField(_("hosts"), default=list, help_text=_("Host names that show this brand."))
    is_default = models.BooleanField(_("default"), default=False)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="brand_one_default"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def logo_url(self) -> str:
        """Where the logo is served, by its content: a new logo has a new address. Empty without one."""
        return reverse("accounts:brand_logo", args=[self.pk, digest(self.logo_svg)[:12]]) if self.logo_svg else ""

    @property
    def stylesheet_url(self) -> str:
        """Where the brand's color is served as a stylesheet; empty without a color."""
        return reverse("accounts:brand_stylesheet", args=[self.accent.lstrip("#")]) if self.accent else ""
