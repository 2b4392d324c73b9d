from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from billing.querysets import PlanQuerySet, SubscriptionQuerySet
from billing.states import SubscriptionState
from portal.accounts.models import Organization, Tier

# Currencies whose smallest unit is the whole one (ISO 4217, as far as customers pay in them).
WITHOUT_CENTS = {"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"}
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def price(minor: int, currency: str) -> str:
    """An amount in its smallest unit as people write it: "$49", "€49.50", "CHF 49"."""
    whole, rest = (minor, 0) if currency in WITHOUT_CENTS else divmod(minor, 100)
    figure = number_format(whole, force_grouping=True) + (f".{rest:02}" if rest else "")
    return f"{SIGNS[currency]}{figure}" if currency in SIGNS else f"{currency} {figure}"


def check_features(value: Any) -> None:
    """A list of pairs: what it is about, and what this plan gives (a text, or true and false)."""
    is_list = isinstance(value, list)
    if not is_list or not all(
        isinstance(one, list) and len(one) == 2 and isinstance(one[0], str) and isinstance(one[1], str | bool)
        for one in value
    ):
        raise ValidationError(_('Write pairs, for example [["First answer", "within 4 hours"], ["Reports", true]].'))


class Plan(models.Model):
    """What customers buy: a price, and the tier of support that comes with it."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="plans", verbose_name=_("tier"))
    price_per_month = models.PositiveIntegerField(_("price per month"), help_text=_("In cents."))
    price_per_year = models.PositiveIntegerField(_("price per year"), help_text=_("In cents."))
    currency = models.CharField(
        _("currency"), max_length=3, default="USD", validators=[RegexValidator(r"^[A-Z]{3}$")], help_text=_("ISO code.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_public = models.BooleanField(_("on the pricing page"), default=True)
    features = models.JSONField(_("features"), default=list, blank=True, validators=[check_features])

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def monthly(self) -> str:
        return price(self.price_per_month, self.currency)

    @property
    def yearly(self) -> str:
        return price(self.price_per_year, self.currency)


class Subscription(models.Model):
    """An organization on a plan, from a moment until another one."""

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="subscriptions", verbose_name=_("organization")
    )
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="subscriptions", verbose_name=_("plan"))
    state = models.CharField(_("state"), max_length=10, choices=SubscriptionState, default=SubscriptionState.ACTIVE)
    started_at = models.DateTimeField(_("started at"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("started by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("ended by")
    )
    reason = models.CharField(_("reason of the last change"), max_length=200, blank=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=models.Q(state=SubscriptionState.ACTIVE),
                name="subscription_one_active",
            ),
            models.CheckConstraint(
                name="subscription_ended_has_its_moment",
                condition=models.Q(state=SubscriptionState.ENDED, ended_at__isnull=False)
                | models.Q(state=SubscriptionState.ACTIVE, ended_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["organization", "-started_at"], name="subscription_organization")]

    def __str__(self) -> str:
        return f"{self.organization} · {self.plan}"
