"""Guests: what they wrote waits until their address is proven, and their ticket opens by a link."""

from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.lib.tokens import PublicIdField
from tickets.models.tickets import Category, Ticket
from tickets.querysets import GuestFilingQuerySet, GuestLinkQuerySet
from tickets.states import Priority

_signer = Signer(salt="tickets.guest", sep=".")


def has_login(user: User) -> bool:
    """Whether that person can log in, or did: then no link opens what is theirs."""
    return user.has_usable_password() or user.last_login is not None


class GuestFiling(models.Model):
    """What a visitor wrote, held until they follow the letter to the address that they named."""

    email = models.EmailField(_("address"), max_length=254)
    name = models.CharField(_("name"), max_length=120)
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("category")
    )
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    digest = models.CharField(_("digest of the secret"), max_length=64, unique=True, editable=False)
    network = models.CharField(_("digest of the network address"), max_length=32, editable=False)
    created_at = models.DateTimeField(_("written at"))
    expires_at = models.DateTimeField(_("can be confirmed until"))
    ticket = models.OneToOneField(
        Ticket, models.CASCADE, null=True, blank=True, related_name="guest_filing", verbose_name=_("ticket")
    )

    objects = GuestFilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing of a guest")
        verbose_name_plural = _("filings of guests")
        constraints = [
            models.CheckConstraint(name="guest_filing_expires_later", condition=Q(expires_at__gt=F("created_at")))
        ]
        indexes = [
            models.Index(Upper("email"), "created_at", name="guest_filing_of_address"),
            models.Index(fields=["network", "created_at"], name="guest_filing_of_network"),
            models.Index(fields=["expires_at"], name="guest_filing_to_forget", condition=Q(ticket=None)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.created_at:%F %T}"


class GuestLink(models.Model):
    """One link to one ticket for who has no log-in. What it carries is signed: a copy of this table opens nothing."""

    public_id = PublicIdField()
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="guest_links", verbose_name=_("ticket"))
    created_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("works until"))
    revoked_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = GuestLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a guest")
        verbose_name_plural = _("links of guests")
        indexes = [models.Index(fields=["ticket", "-created_at"], name="guest_link_of_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.created_at:%F}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:guest_ticket", args=[self.key])

    @property
    def key(self) -> str:
        return _signer.sign(self.public_id)

    @staticmethod
    def named_by(key: str) -> str:
        """The public id of the link that a key opens; empty for a forged one."""
        try:
            return _signer.unsign(key)
        except BadSignature:
            return ""

    def is_live(self, now: datetime) -> bool:
        """Whether it opens its ticket now: not withdrawn, not expired, and its guest has no log-in."""
        requester = self.ticket.requester
        return self.revoked_at is None and now < self.expires_at and requester.is_active and not has_login(requester)
