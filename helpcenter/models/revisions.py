from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from helpcenter.models.articles import Article
from helpcenter.querysets import RevisionQuerySet
from helpcenter.states import OPEN_REVISIONS, RevisionState, SnippetKind


class Revision(models.Model):
    """What somebody wrote, as they left it, rendered once. Never changed afterwards; only its state moves."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="revisions", verbose_name=_("article"))
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=160)
    summary = models.CharField(_("summary"), max_length=300, blank=True)
    keywords = ArrayField(models.CharField(max_length=60), verbose_name=_("keywords"), default=list, blank=True)
    body = models.TextField(_("text (Markdown)"), blank=True)
    html = models.TextField(_("HTML"), blank=True, editable=False)
    toc = models.JSONField(_("contents"), default=list, editable=False)
    text = models.TextField(_("plain text"), blank=True, editable=False)
    uses = ArrayField(models.SlugField(max_length=60), default=list, editable=False)  # snippets and terms in the body
    note = models.CharField(_("note"), max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("author")
    )
    created_at = models.DateTimeField(_("created at"))
    state = models.CharField(_("state"), max_length=10, choices=RevisionState, default=RevisionState.DRAFT)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decision = models.CharField(_("what the reviewer said"), max_length=500, blank=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["article"], name="revision_one_at_work", condition=Q(state__in=OPEN_REVISIONS)
            ),
            models.UniqueConstraint(
                fields=["article"], name="revision_one_published", condition=Q(state=RevisionState.PUBLISHED)
            ),
            models.CheckConstraint(name="revision_state_known", condition=Q(state__in=RevisionState.values)),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"], name="revision_in_review", condition=Q(state=RevisionState.IN_REVIEW)
            ),
            GinIndex(fields=["uses"], name="revision_uses", condition=Q(state=RevisionState.PUBLISHED)),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    @property
    def is_open(self) -> bool:
        """Still at work: not yet shown, not replaced."""
        return self.state in OPEN_REVISIONS


class Snippet(models.Model):
    """Text written once and used in many articles as {{ name }}. A change reaches every article that uses it."""

    name = models.SlugField(_("name"), max_length=60, unique=True, help_text=_("Written in articles as {{ name }}."))
    kind = models.CharField(_("kind"), max_length=8, choices=SnippetKind, default=SnippetKind.SNIPPET)
    body = models.TextField(_("text (Markdown)"))

    class Meta:
        verbose_name = _("snippet")
        verbose_name_plural = _("snippets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
