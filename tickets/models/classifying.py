"""What is read off a ticket when it arrives: trained classifiers, what they suggest, and what agents made of it."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.models.tickets import Ticket
from tickets.querysets.classifying import ClassifierQuerySet, SuggestionQuerySet, VersionQuerySet
from tickets.states.classifying import NEVER_APPLIED, Trait, Verdict, VersionState


class Classifier(models.Model):
    """How one trait is suggested, and when a suggestion may be applied by itself."""

    trait = models.CharField(_("trait"), max_length=10, choices=Trait, unique=True)
    is_active = models.BooleanField(_("suggests"), default=True)
    applies = models.BooleanField(
        _("applies what is sure"),
        default=True,
        help_text=_("Only labels that agents agreed with often enough, and only where nobody chose."),
    )
    agreement = models.PositiveSmallIntegerField(_("agreed with, in %"), default=97)
    window = models.PositiveSmallIntegerField(_("of the last decisions about the label"), default=200)
    likely_from = models.PositiveSmallIntegerField(
        _("likely from %"), default=50, help_text=_("From this probability on rules take a suggestion into account.")
    )
    retrain_every = models.DurationField(
        _("learns anew every"), default=timedelta(days=1), help_text=_("When agents have decided something since.")
    )

    tended_at = models.DateTimeField(_("last training begun at"), null=True, editable=False)

    objects = ClassifierQuerySet.as_manager()
    in_use: "list[ClassifierVersion]"  # by `with_live`

    class Meta:
        verbose_name = _("classifier")
        verbose_name_plural = _("classifiers")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="classifier_trait_known", condition=Q(trait__in=Trait.values)),
            models.CheckConstraint(
                name="classifier_priority_only_proposed",
                condition=Q(applies=False) | ~Q(trait__in=NEVER_APPLIED),
                violation_error_message=_("A priority is only ever proposed."),
            ),
            models.CheckConstraint(
                name="classifier_agreement_is_strict",
                condition=Q(agreement__gte=80, agreement__lte=100, window__gte=20, window__lte=2000),
                violation_error_message=_("Ask for at least 80 % of 20 to 2000 decisions."),
            ),
            models.CheckConstraint(
                name="classifier_likely_is_a_share",
                condition=Q(likely_from__lte=100),
                violation_error_message=_("From 0 to 100 %."),
            ),
            models.CheckConstraint(
                name="classifier_rests_between_trainings",
                condition=Q(retrain_every__gte=timedelta(minutes=10)),
                violation_error_message=_("At least ten minutes."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_trait_display()


class ClassifierVersion(models.Model):
    """One training: what it learned from, how it measured against the one before, and the model itself, no pickle."""

    classifier = models.ForeignKey(Classifier, models.CASCADE, related_name="versions", verbose_name=_("classifier"))
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState)
    trained = models.BinaryField(_("model"), null=True, editable=False)  # older ones are let go
    digest = models.CharField(_("digest of its examples"), max_length=64, blank=True)
    recipe = models.CharField(_("vectors read"), max_length=80, blank=True)
    examples = models.PositiveIntegerField(_("examples"), default=0)
    decisions = models.PositiveIntegerField(_("of these decided by agents"), default=0)
    scores = models.JSONField(_("scores"), default=dict)
    rival_scores = models.JSONField(_("scores of the one before on the same texts"), default=dict)
    error = models.TextField(_("error"), blank=True)
    made_at = models.DateTimeField(_("made at"))

    objects = VersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a classifier")
        verbose_name_plural = _("versions of a classifier")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["classifier", "number"], name="classifierversion_once"),
            models.UniqueConstraint(
                fields=["classifier"], condition=Q(state=VersionState.LIVE), name="classifierversion_one_in_use"
            ),
            models.CheckConstraint(
                name="classifierversion_in_use_is_there",
                condition=~Q(state=VersionState.LIVE) | Q(trained__isnull=False),
            ),
            models.CheckConstraint(name="classifierversion_state_known", condition=Q(state__in=VersionState.values)),
        ]

    def __str__(self) -> str:
        return f"{self.classifier_id} v{self.number}"

    def score(self, name: str) -> float | None:
        return self.scores.get(name)


class Suggestion(models.Model):
    """The three likeliest labels of a ticket for one trait, with their reasons, and what became of them."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="suggestions", verbose_name=_("ticket"))
    trait = models.CharField(_("trait"), max_length=10, choices=Trait)
    version = models.ForeignKey(
        ClassifierVersion, models.SET_NULL, null=True, related_name="+", verbose_name=_("version")
    )
    options = models.JSONField(_("options"), default=list)  # label, confidence, words: the best first
    label = models.CharField(_("label"), max_length=50)
    confidence = models.FloatField(_("probability"))
    arrived_with = models.CharField(_("arrived with"), max_length=50, blank=True)
    made_at = models.DateTimeField(_("made at"))
    applied_at = models.DateTimeField(_("applied at"), null=True)
    chosen = models.CharField(_("chosen"), max_length=50, blank=True)
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suggestion")
        verbose_name_plural = _("suggestions")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "trait"], name="suggestion_once_per_trait"),
            models.CheckConstraint(name="suggestion_trait_known", condition=Q(trait__in=Trait.values)),
            models.CheckConstraint(
                name="suggestion_is_a_share", condition=Q(confidence__gte=0.0) & Q(confidence__lte=1.0)
            ),
            models.CheckConstraint(
                name="suggestion_decided_whole",
                condition=Q(verdict="", chosen="", decided_at=None)
                | (Q(verdict__in=Verdict.values, decided_at__isnull=False) & ~Q(chosen="")),
            ),
            models.CheckConstraint(
                name="suggestion_of_priority_never_applied",
                condition=Q(applied_at=None) | ~Q(trait__in=NEVER_APPLIED),
            ),
        ]
        indexes = [
            models.Index(
                fields=["trait", "label", "-decided_at"],
                name="suggestion_decided",
                condition=Q(decided_at__isnull=False),
            ),
            models.Index(fields=["trait", "-made_at"], name="suggestion_made"),
        ]

    def __str__(self) -> str:
        return f"{self.trait}: {self.label}"

    @property
    def is_decided(self) -> bool:
        return bool(self.verdict)
