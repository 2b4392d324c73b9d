from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpcenter.models.shelves import Category
from helpcenter.querysets import ArticleQuerySet
from helpcenter.states import ArticleState, Audience


@lru_cache(maxsize=1)
def _address_pattern() -> str:
    return reverse("helpcenter:article", args=["0", "1"])


def address(category: str, slug: str) -> str:
    """Where the article's page is. Lists ask for it row by row, so the pattern is looked up once."""
    return _address_pattern().replace("/0/1/", f"/{category}/{slug}/")


class Article(models.Model):
    """An article: its place, its readers and its state. Its words are in `live`, the revision that readers see.

    Title and summary are those of the live revision (before the first publishing: of the newest one), kept here for
    lists. Written by actions only.
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="articles", verbose_name=_("category"))
    slug = models.SlugField(_("slug"), max_length=120)
    title = models.CharField(_("title"), max_length=160)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    live = models.ForeignKey(
        "Revision", models.RESTRICT, null=True, blank=True, related_name="+", verbose_name=_("live revision")
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)  # number of the live revision
    audience = models.CharField(
        _("audience"), max_length=12, choices=Audience, blank=True, help_text=_("Empty: as the category.")
    )
    tiers = ArrayField(models.SlugField(max_length=40), verbose_name=_("tiers"), default=list, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=ArticleState, default=ArticleState.DRAFT)
    published_at = models.DateTimeField(_("shown from"), null=True, blank=True)
    expires_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    announced_at = models.DateTimeField(_("announced at"), null=True, editable=False)  # its publishing was recorded
    archived_at = models.DateTimeField(_("archived at"), null=True, editable=False)
    successor = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="predecessors", verbose_name=_("successor")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    review_every_days = models.PositiveSmallIntegerField(_("review every (days)"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified at"), null=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    review_due_at = models.DateTimeField(_("review due at"), null=True, editable=False)
    reminded_at = models.DateTimeField(_("reminded at"), null=True, editable=False)  # of the review now due
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    source_path = models.CharField(_("imported from"), max_length=300, unique=True, null=True, editable=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["category__position", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "slug"],
                name="article_slug_once_per_category",
                violation_error_message=_("The category has an article at this address."),
            ),
            models.CheckConstraint(name="article_audience_known", condition=Q(audience__in=["", *Audience.values])),
            models.CheckConstraint(
                name="article_tiers_only_for_members", condition=Q(tiers=[]) | Q(audience=Audience.MEMBERS)
            ),
            models.CheckConstraint(
                name="article_published_has_moment_and_revision",
                condition=~Q(state=ArticleState.PUBLISHED) | Q(published_at__isnull=False, live__isnull=False),
            ),
            models.CheckConstraint(
                name="article_expires_after_it_is_published",
                condition=Q(expires_at=None) | Q(published_at=None) | Q(expires_at__gt=F("published_at")),
                violation_error_message=_("An article ends after it begins."),
            ),
            models.CheckConstraint(
                name="article_archived_has_its_moment",
                condition=Q(state=ArticleState.ARCHIVED, archived_at__isnull=False)
                | (~Q(state=ArticleState.ARCHIVED) & Q(archived_at=None)),
            ),
            models.CheckConstraint(
                name="article_is_not_its_own_successor", condition=Q(successor=None) | ~Q(successor=F("id"))
            ),
        ]
        indexes = [
            GinIndex(fields=["title"], name="article_title_trigrams", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["category", "position", "id"], name="article_shelf"),
            models.Index(fields=["-published_at"], name="article_newest", condition=Q(state=ArticleState.PUBLISHED)),
            models.Index(fields=["expires_at"], name="article_expiry", condition=Q(expires_at__isnull=False)),
            models.Index(fields=["review_due_at"], name="article_review", condition=Q(review_due_at__isnull=False)),
            models.Index(
                fields=["published_at"],
                name="article_to_announce",
                condition=Q(state=ArticleState.PUBLISHED, announced_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address(self.category.slug, self.slug)

    @property
    def markdown_url(self) -> str:
        return reverse("helpcenter:article_markdown", args=[self.category.slug, self.slug])

    @property
    def permalink(self) -> str:
        return reverse("helpcenter:permalink", args=[self.pk])

    @property
    def read_by(self) -> str:
        """The audience that holds: its own, else the category's."""
        return self.audience or self.category.audience

    @property
    def read_by_label(self) -> str:
        return str(Audience(self.read_by).label)

    def standing_label(self, now: datetime) -> Any:
        """Its state in a word, with what the clock makes of it."""
        if self.state != ArticleState.PUBLISHED:
            return ArticleState(self.state).label
        if self.published_at and self.published_at > now:
            return _("Scheduled")
        return _("Ended") if self.expires_at and self.expires_at <= now else _("Shown")


class ArticleHealth(Article):
    """The same articles, as the board of their health lists them."""

    class Meta:
        proxy = True
        verbose_name = _("health of an article")
        verbose_name_plural = _("health of articles")


class FormerArticleSlug(models.Model):
    """Where an article stood: the category of then and the slug of then."""

    category = models.ForeignKey(Category, models.CASCADE, related_name="+", verbose_name=_("category"))
    slug = models.SlugField(_("slug"), max_length=120)
    article = models.ForeignKey(Article, models.CASCADE, related_name="former_slugs", verbose_name=_("article"))

    class Meta:
        verbose_name = _("former article slug")
        verbose_name_plural = _("former article slugs")
        constraints = [models.UniqueConstraint(fields=["category", "slug"], name="former_article_slug_once")]

    def __str__(self) -> str:
        return f"{self.slug} → {self.article_id}"


class ArticleLink(models.Model):
    """A link in the live text of an article: to another article (`target`), or to an address (`href`)."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="links", verbose_name=_("article"))
    href = models.CharField(_("address"), max_length=2000)
    target = models.ForeignKey(
        Article, models.SET_NULL, null=True, related_name="linked_from", verbose_name=_("linked article")
    )
    is_external = models.BooleanField(_("leads outside"), default=False)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    broken_since = models.DateTimeField(_("broken since"), null=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [models.UniqueConstraint(fields=["article", "href"], name="article_link_once")]
        indexes = [
            models.Index(fields=["broken_since"], name="link_broken", condition=Q(broken_since__isnull=False)),
            models.Index(fields=["checked_at"], name="link_to_check", condition=Q(is_external=True)),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} → {self.href}"


class RelatedArticle(models.Model):
    """An article that an editor wants shown beside another; these come before what is computed."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="picked", verbose_name=_("article"))
    other = models.ForeignKey(Article, models.CASCADE, related_name="+", verbose_name=_("related article"))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("related article")
        verbose_name_plural = _("related articles")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["article", "other"], name="related_article_once"),
            models.CheckConstraint(name="related_article_is_another", condition=~Q(article=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.article_id} → {self.other_id}"


class Series(models.Model):
    """Articles to be read one after the other."""

    title = models.CharField(_("title"), max_length=120, unique=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def __str__(self) -> str:
        return self.title


class SeriesEntry(models.Model):
    """The place of an article in its series."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="entries", verbose_name=_("series"))
    article = models.OneToOneField(Article, models.CASCADE, related_name="series_entry", verbose_name=_("article"))
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("article of a series")
        verbose_name_plural = _("articles of a series")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.series_id}: {self.article_id}"
