from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpcenter.querysets import ArticleQuerySet, CategoryQuerySet
from helpcenter.states import RESERVED_SLUGS, ArticleState, Audience, VoteReason

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
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("helpcenter:category", args=[self.slug])


class Article(models.Model):
    """An article: its Markdown as written, its HTML rendered on save. Written by actions only."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="articles", verbose_name=_("category"))
    title = models.CharField(_("title"), max_length=160)
    slug = models.SlugField(_("slug"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300, blank=True, help_text=_("One sentence for lists."))
    keywords = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("keywords"),
        default=list,
        blank=True,
        help_text=_("Words that readers use for this, separated by commas; found by search, shown nowhere."),
    )
    body = models.TextField(_("text (Markdown)"), blank=True)
    html = models.TextField(_("HTML"), blank=True, editable=False)
    toc = models.JSONField(_("contents"), default=list, editable=False)
    text = models.TextField(_("plain text"), blank=True, editable=False)
    audience = models.CharField(
        _("audience"),
        max_length=12,
        choices=Audience,
        blank=True,
        help_text=_("Empty: as the category."),
    )
    state = models.CharField(_("state"), max_length=10, choices=ArticleState, default=ArticleState.DRAFT)
    position = models.PositiveIntegerField(_("position"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created at"))
    updated_at = models.DateTimeField(_("updated at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    source_path = models.CharField(_("imported from"), max_length=300, unique=True, null=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

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
                name="article_published_has_its_moment",
                condition=~Q(state=ArticleState.PUBLISHED) | Q(published_at__isnull=False),
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="article_search"),
            GinIndex(fields=["title"], name="article_title_trigrams", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["category", "position", "id"], name="article_shelf"),
            models.Index(fields=["-published_at"], name="article_newest", condition=Q(state=ArticleState.PUBLISHED)),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("helpcenter:article", args=[self.category.slug, self.slug])

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


class FormerCategorySlug(models.Model):
    """What a category was called: its old address answers with a redirect."""

    slug = models.SlugField(_("slug"), max_length=80, unique=True)
    category = models.ForeignKey(Category, models.CASCADE, related_name="former_slugs", verbose_name=_("category"))

    class Meta:
        verbose_name = _("former category slug")
        verbose_name_plural = _("former category slugs")

    def __str__(self) -> str:
        return f"{self.slug} → {self.category_id}"


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


class Vote(models.Model):
    """Was this helpful? One per visitor and version; the visitor is a digest that changes each day, never a person."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="votes", verbose_name=_("article"))
    version = models.PositiveIntegerField(_("version"))
    visitor = models.CharField(_("visitor"), max_length=32)
    is_helpful = models.BooleanField(_("helpful"))
    reason = models.CharField(_("reason"), max_length=10, choices=VoteReason, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    voted_at = models.DateTimeField(_("voted at"))

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            models.UniqueConstraint(fields=["article", "version", "visitor"], name="vote_once_per_version"),
            models.CheckConstraint(name="vote_reason_only_for_no", condition=Q(is_helpful=False) | Q(reason="")),
        ]
        indexes = [models.Index(fields=["visitor", "voted_at"], name="vote_visitor")]

    def __str__(self) -> str:
        return f"{self.article_id} v{self.version}: {'+' if self.is_helpful else '-'}"
