from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization
from portal.success.querysets import HealthQuerySet
from portal.success.states import TONES, Band, band_of


class HealthWeight(models.Model):
    """How much one respect counts in the health of a customer."""

    part = models.SlugField(_("part"), max_length=40, unique=True, editable=False)
    weight = models.PositiveSmallIntegerField(_("weight"), help_text=_("Of the sum of all weights. Zero: not counted."))

    class Meta:
        verbose_name = _("weight in customer health")
        verbose_name_plural = _("weights in customer health")
        ordering = ["part"]
        constraints = [models.CheckConstraint(name="healthweight_is_small", condition=Q(weight__lte=100))]

    def __str__(self) -> str:
        return self.part


class Health(models.Model):
    """How a customer fares, as it was counted last, with the parts that say why. No score: not enough is known."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, related_name="health", verbose_name=_("organization")
    )
    score = models.PositiveSmallIntegerField(_("score"), null=True)
    parts = models.JSONField(_("parts"), default=list)  # part, score, weight, figures
    known = models.PositiveSmallIntegerField(_("known of all weight (%)"), default=0)
    scored_at = models.DateTimeField(_("counted at"))

    objects = HealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("health of a customer")
        verbose_name_plural = _("health of customers")
        constraints = [
            models.CheckConstraint(name="health_score_of_hundred", condition=Q(score=None) | Q(score__lte=100)),
        ]
        indexes = [
            models.Index(fields=["score"], name="health_score"),
            models.Index(fields=["scored_at"], name="health_age"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}: {'–' if self.score is None else self.score}"

    @property
    def band(self) -> Band:
        return band_of(self.score)

    @property
    def tone(self) -> str:
        return TONES[self.band]
