"""Who gets which ticket: agents with capacity, availability and skills, and what tickets of a category ask for."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.models.tickets import Category
from tickets.querysets import AgentProfileQuerySet
from tickets.states import USUAL_CAPACITY, Availability

_LEVELS = [MinValueValidator(1), MaxValueValidator(5)]


class Skill(models.Model):
    """Something that an agent knows and a ticket may ask for; a language is one too."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text=_("Customers who read this language are preferably given to somebody who speaks it."),
    )

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["language"],
                name="skill_one_per_language",
                condition=~Q(language=""),
                violation_error_message=_("There is a skill for this language already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class AgentProfile(models.Model):
    """What the portal knows of an agent to whom it hands tickets. Who has none is handed none."""

    user = models.OneToOneField(
        User,
        models.CASCADE,
        related_name="agent_profile",
        verbose_name=_("agent"),
        limit_choices_to={"is_staff": True, "is_active": True},
    )
    availability = models.CharField(_("availability"), max_length=14, choices=Availability, default=Availability.AWAY)
    stand_in = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="stands_in_for",
        verbose_name=_("stand-in"),
        limit_choices_to={"is_staff": True, "is_active": True},
        help_text=_("Gets their tickets while they are out of office."),
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=USUAL_CAPACITY,
        help_text=_("In points: a critical ticket counts 3, a high one 2, any other 1, while it is our turn."),
    )
    idle_since = models.DateTimeField(_("idle since"), null=True, editable=False)
    skills = models.ManyToManyField(Skill, through="AgentSkill", related_name="agents", verbose_name=_("skills"))

    objects = AgentProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["user__name", "pk"]
        constraints = [
            models.CheckConstraint(name="agentprofile_capacity_not_negative", condition=Q(capacity__gte=0)),
            models.CheckConstraint(
                name="agentprofile_availability_known", condition=Q(availability__in=Availability.values)
            ),
            models.CheckConstraint(
                name="agentprofile_stand_in_is_another",
                condition=Q(stand_in=None) | ~Q(stand_in=F("user")),
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class AgentSkill(models.Model):
    """How well an agent knows something."""

    profile = models.ForeignKey(AgentProfile, models.CASCADE, related_name="known", verbose_name=_("agent"))
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(
        _("level"), default=3, validators=_LEVELS, help_text=_("From 1, knows some, to 5, the one to ask.")
    )

    class Meta:
        verbose_name = _("skill of an agent")
        verbose_name_plural = _("skills of an agent")
        ordering = ["-level", "skill__name"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "skill"], name="agentskill_once"),
            models.CheckConstraint(name="agentskill_level_known", condition=Q(level__gte=1, level__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.level}"


class CategorySkill(models.Model):
    """What tickets of a category ask of an agent: they must know it, or it is better if they do."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="asks_for", verbose_name=_("category"))
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+", verbose_name=_("skill"))
    is_required = models.BooleanField(_("required"), default=False)
    level = models.PositiveSmallIntegerField(_("at least at level"), default=1, validators=_LEVELS)

    class Meta:
        verbose_name = _("skill that is asked for")
        verbose_name_plural = _("skills that are asked for")
        ordering = ["-is_required", "skill__name"]
        constraints = [
            models.UniqueConstraint(fields=["category", "skill"], name="categoryskill_once"),
            models.CheckConstraint(name="categoryskill_level_known", condition=Q(level__gte=1, level__lte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.skill}"
