import json
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.tokens import PublicIdField, unseal
from portal.outbox.querysets import EndpointQuerySet, LetterQuerySet, WebhookQuerySet
from portal.outbox.states import OPEN_LETTER_STATES, OPEN_WEBHOOK_STATES, LetterState, WebhookState


class Letter(models.Model):
    """One e-mail to one recipient. The row is the truth; the worker sends what is due."""

    key = models.CharField(
        _("key"), max_length=200, unique=True, help_text=_("Posting the same key again does nothing.")
    )
    public_id = PublicIdField()
    user_id = models.BigIntegerField(_("recipient's user"), null=True)
    to = models.EmailField(_("to"), max_length=320)
    reply_to = models.CharField(_("reply to"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=400)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(_("headers"), default=dict)
    is_secret = models.BooleanField(_("carries a secret"), default=False)
    sealed = models.BinaryField(_("sealed text"), null=True, editable=False)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    about_type = models.CharField(_("about"), max_length=60, blank=True)
    about_id = models.CharField(_("about id"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LetterState, default=LetterState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt at"))
    posted_at = models.DateTimeField(_("posted at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    error = models.TextField(_("error"), blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.CheckConstraint(
                name="letter_sent_has_its_moment",
                condition=~models.Q(state=LetterState.SENT) | models.Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="letter_secret_is_never_plain",
                condition=models.Q(is_secret=False) | models.Q(text="", html=""),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="letter_due", condition=models.Q(state__in=OPEN_LETTER_STATES)),
            models.Index(fields=["about_type", "about_id"], name="letter_about"),
            models.Index(fields=["state", "-id"], name="letter_state"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to}"


class Endpoint(models.Model):
    """A customer's or a tool's address that hears of events by signed webhooks."""

    public_id = PublicIdField()
    organization_id = models.BigIntegerField(_("organization"), null=True, help_text=_("Empty: hears of everything."))
    url = models.URLField(_("URL"), max_length=500)
    events = models.JSONField(_("events"), default=list, help_text=_("Names of events, or an empty list for all."))
    sealed_secret = models.BinaryField(editable=False)
    older_sealed_secret = models.BinaryField(null=True, editable=False)
    older_until = models.DateTimeField(_("the older secret signs too until"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    quarantined_at = models.DateTimeField(_("quarantined at"), null=True, blank=True)
    quarantine_reason = models.CharField(_("reason of the quarantine"), max_length=300, blank=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")

    def __str__(self) -> str:
        return self.url

    @property
    def secret(self) -> str:
        """The signing secret in the form of Standard Webhooks: `whsec_` and base64."""
        return unseal(bytes(self.sealed_secret))

    def older_secret(self, now: datetime) -> str:
        """The secret before this one, while it signs too; else empty."""
        if self.older_sealed_secret is None or self.older_until is None or self.older_until <= now:
            return ""
        return unseal(bytes(self.older_sealed_secret))


class Webhook(models.Model):
    """One event on its way to one endpoint."""

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="webhooks", verbose_name=_("endpoint"))
    public_id = PublicIdField()
    event_id = models.BigIntegerField(_("event"))
    event_name = models.CharField(_("event name"), max_length=80)
    payload = models.JSONField(_("payload"), encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=WebhookState, default=WebhookState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt at"))
    posted_at = models.DateTimeField(_("posted at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)
    status_code = models.PositiveSmallIntegerField(_("last answer"), null=True)
    error = models.TextField(_("error"), blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_once_per_event"),
            models.CheckConstraint(
                name="webhook_sent_has_its_moment",
                condition=~models.Q(state=WebhookState.SENT) | models.Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="webhook_due",
                condition=models.Q(state__in=[WebhookState.WAITING, WebhookState.SENDING]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} → {self.endpoint}"

    @property
    def is_done(self) -> bool:
        """Told, or given up."""
        return self.state not in OPEN_WEBHOOK_STATES

    @property
    def payload_text(self) -> str:
        """What is sent, as people read it."""
        return json.dumps(self.payload, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
