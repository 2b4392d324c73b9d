from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpcenter.querysets import CategoryQuerySet
from helpcenter.states import RESERVED_SLUGS, Audience

ICONS = ["book", "rocket", "spark", "wrench", "user", "card", "key", "shield", "document", "pulse", "building", "chat"]


class Category(models.Model):
    """A shelf of the help center. Its audience is that of its articles, unless one has its own."""

    title = models.CharField(_("title"), max_length=120)
    slug = models.SlugField(
        _("slug"),
        max_length=80,
        unique=True,
        help_text=_("Part of its address. Old addresses keep working after a change."),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    icon = models.CharField(_("icon"), max_length=30, default="book", choices=[(name, name) for name in ICONS])
    position = models.PositiveIntegerField(_("position"), default=0)
    audience = models.CharField(_("audience"), max_length=12, choices=Audience, default=Audience.OPERATIONS)
    tiers = ArrayField(
        models.SlugField(max_length=40),
        verbose_name=_("tiers"),
        default=list,
        blank=True,
        help_text=_("Only for customers who have signed in: those on one of these tiers. Empty: all of them."),
    )
    needs_approval = models.BooleanField(
        _("needs approval"),
        default=False,
        help_text=_("A change is published only after somebody other than its author approved it."),
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "title"]
        constraints = [
            models.CheckConstraint(
                name="category_slug_not_reserved",
                condition=~Q(slug__in=RESERVED_SLUGS),
                violation_error_message=_("This word is a page of the help center; choose another slug."),
            ),
            models.CheckConstraint(name="category_audience_known", condition=Q(audience__in=Audience.values)),
            models.CheckConstraint(
                name="category_tiers_only_for_members",
                condition=Q(tiers=[]) | Q(audience=Audience.MEMBERS),
                violation_error_message=_("Only what customers read after signing in can be narrowed to tiers."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("helpcenter:category", args=[self.slug])


class FormerCategorySlug(models.Model):
    """What a category was called: its old address answers with a redirect."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    category = models.ForeignKey(Category, models.CASCADE, related_name="former_slugs", verbose_name=_("category"))

    class Meta:
        verbose_name = _("former category slug")
        verbose_name_plural = _("former category slugs")

    def __str__(self) -> str:
        return f"{self.slug} → {self.category_id}"
