from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import TabularInline
from unfold.decorators import action, display

from helpcenter import actions, admin_views
from helpcenter.admin.article_form import ArticleForm
from helpcenter.admin.files import AssetInline, FolderActions
from helpcenter.admin.filters import WorkFilter
from helpcenter.models import Article, Category, RelatedArticle
from helpcenter.querysets import audiences_of
from helpcenter.states import OPEN_REVISIONS, ArticleState, RevisionState
from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin
from portal.lib.refusals import Refused


class RelatedInline(TabularInline):
    """Articles shown beside this one before those that are computed."""

    model = RelatedArticle
    fk_name = "article"
    fields = ["other", "position"]
    autocomplete_fields = ["other"]
    extra = 0


@admin.register(Article)
class ArticleAdmin(FolderActions, ModelAdmin):
    form = ArticleForm
    list_display = ["title", "category", "shown_state", "read_by", "helpful", "updated_at"]
    list_filter = ["state", WorkFilter, "category", "audience"]
    list_select_related = ["category"]
    search_fields = ["title", "slug", "summary"]
    ordering = ["category__position", "position", "pk"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["shown_state", "window", "updated_at", "helpful", "comments", "preview", "standing", "revisions"]
    fieldsets = [
        (None, {"fields": ["title", ("slug", "category"), "summary"]}),
        (_("Text"), {"fields": ["body", "note", "based_on", "preview"]}),
        (_("Place and readers"), {"fields": [("audience", "position"), "tiers", "keywords"]}),
        (_("State"), {"fields": [("shown_state", "window", "updated_at"), "standing", "helpful", "comments"]}),
        (_("Revisions"), {"fields": ["revisions"]}),
    ]
    inlines = [AssetInline, RelatedInline]
    change_form_before_template = "admin/helpcenter/conflict.html"
    actions = ["publish_chosen", "withdraw_chosen"]
    actions_submit_line = ["save_and_publish", "verify"]
    actions_detail = [
        *("ask_for_review", "approve", "give_back"),
        {"title": _("More"), "icon": "more_horiz", "items": ["schedule", "care", "withdraw", "archive"]},
    ]
    show_full_result_count = False

    class Media:
        css = {"all": ["css/prose.css"]}  # the preview looks as the page will

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Drafts too, but only of audiences that this person belongs to."""
        return super().get_queryset(request).for_audiences_of(request.user).with_votes()

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "category":
            options["queryset"] = Category.objects.filter(audience__in=audiences_of(request.user))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        field = super().formfield_for_choice_field(db_field, request, **options)
        if db_field.name == "audience":
            allowed = {"", *audiences_of(request.user)}
            field.choices = [(value, label) for value, label in field.choices if value in allowed]
        return field

    def save_model(self, request: HttpRequest, obj: Article, form: ArticleForm, change: bool) -> None:
        """Through the actions: they render, index, keep old addresses and record what happened."""
        if change:
            saved = actions.update_article(article=obj, manuscript=form.manuscript(), by=actor(request))
        else:
            saved = actions.create_article(manuscript=form.manuscript(), by=actor(request))
        obj.pk = saved.pk
        for button in self.get_actions_submit_line(request, saved.pk):
            if button.action_name in request.POST:
                button.method(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            actions.tell_of_picks(article=form.instance, by=actor(request))

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        revision = "<path:object_id>/revisions/<int:number>/restore/"
        return [
            path("preview/", guard(admin_views.preview), name="helpcenter_article_preview"),
            path(revision, guard(self.restore_view), name="helpcenter_article_restore"),
            path(
                "<path:object_id>/revisions/<int:old>/<int:new>/",
                guard(self.difference_view),
                name="helpcenter_article_difference",
            ),
            *super().get_urls(),
        ]

    def restore_view(self, request: HttpRequest, object_id: str, number: int) -> HttpResponse:
        return admin_views.restore(request, self, object_id, number)

    def difference_view(self, request: HttpRequest, object_id: str, old: int, new: int) -> HttpResponse:
        return admin_views.difference(request, self, object_id, old, new)

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False

    def view_on_site(self, obj: Article) -> str | None:
        return obj.get_absolute_url() if obj.state == ArticleState.PUBLISHED else None

    @display(
        description=_("State"),
        ordering="state",
        label={_("Shown"): "success", _("Draft"): "warning", _("Scheduled"): "info", _("Ended"): "warning"},
    )
    def shown_state(self, article: Article) -> Any:
        return article.standing_label(timezone.now())

    @admin.display(description=_("Shown from, until"))
    def window(self, article: Article) -> SafeString | str:
        return render_to_string("admin/helpcenter/window.html", {"article": article}) if article.pk else "–"

    @admin.display(description=_("Care"))
    def standing(self, article: Article) -> SafeString | str:
        """Owner, review, followers, links that lead nowhere, and the address of a preview."""
        return admin_views.standing_of(article) if article.pk else "–"

    @admin.display(description=_("Revisions"))
    def revisions(self, article: Article) -> SafeString | str:
        return admin_views.revisions_of(article, may_restore=True) if article.pk else "–"

    @admin.display(description=_("Readers"))
    def read_by(self, article: Article) -> str:
        return article.read_by_label

    @admin.display(description=_("Helpful"), ordering="yes")
    def helpful(self, article: Article) -> str:
        """Votes on the present version."""
        yes, no = getattr(article, "yes", 0), getattr(article, "no", 0)
        return f"{yes} / {yes + no}" if yes + no else "–"

    @admin.display(description=_("What readers said"))
    def comments(self, article: Article) -> SafeString | str:
        """The newest remarks, with the version they were made on."""
        if article.pk is None:
            return "–"
        return admin_views.remarks(article) or "–"

    @admin.display(description=_("Preview"))
    def preview(self, article: Article) -> SafeString:
        return format_html('<div id="preview" class="desk prose">{}</div>', "")

    @admin.action(description=_("Publish"), permissions=["change"])
    def publish_chosen(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        self._move(request, queryset, actions.publish_article)

    @admin.action(description=_("Withdraw (back to draft)"), permissions=["change"])
    def withdraw_chosen(self, request: HttpRequest, queryset: QuerySet[Article]) -> None:
        self._move(request, queryset, actions.withdraw_article)

    @action(description=_("Save and publish"), permissions=["publish"])
    def save_and_publish(self, request: HttpRequest, obj: Article) -> None:
        self._move(request, Article.objects.filter(pk=obj.pk), actions.publish_article)

    @action(description=_("Save and verify"), permissions=["verify"])
    def verify(self, request: HttpRequest, obj: Article) -> None:
        """One click: somebody looked at it and stands for it."""
        self._move(request, Article.objects.filter(pk=obj.pk), actions.verify_article)

    @action(description=_("Ask for a review"), permissions=["submit"], icon="rate_review")
    def ask_for_review(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.submit(request, self, object_id)

    @action(description=_("Approve"), permissions=["decide"], icon="check")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.approve(request, self, object_id)

    @action(description=_("Give back"), permissions=["decide"], icon="undo")
    def give_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.give_back(request, self, object_id)

    @action(description=_("When it is shown"), permissions=["change"], icon="schedule")
    def schedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.schedule(request, self, object_id)

    @action(description=_("Owner and reviews"), permissions=["change"], icon="person")
    def care(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.care(request, self, object_id)

    @action(description=_("Withdraw"), permissions=["withdraw"], icon="visibility_off")
    def withdraw(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.withdraw(request, self, object_id)

    @action(description=_("Archive"), permissions=["archive"], icon="archive")
    def archive(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.archive(request, self, object_id)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Something is at work that readers do not see."""
        return self._may(request, object_id, Q(revisions__state__in=OPEN_REVISIONS) | ~Q(state=ArticleState.PUBLISHED))

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, ~Q(state=ArticleState.DRAFT))

    def has_archive_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, ~Q(state=ArticleState.ARCHIVED))

    def has_verify_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Q(state=ArticleState.PUBLISHED))

    def has_submit_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Q(revisions__state=RevisionState.DRAFT))

    def has_decide_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may(request, object_id, Q(revisions__state=RevisionState.IN_REVIEW))

    def _may(self, request: HttpRequest, object_id: Any, present: Q) -> bool:
        is_there = Article.objects.filter(present, pk=object_id).exists() if object_id else True
        return is_there and self.has_change_permission(request)

    def _move(self, request: HttpRequest, chosen: QuerySet[Article], move: Any) -> None:
        moved = 0
        for article in chosen:
            try:
                move(article=article, by=request.user)
                moved += 1
            except Refused as refusal:
                messages.warning(request, f"{article}: {refusal}")
        if moved:
            messages.success(request, ngettext("%d article moved.", "%d articles moved.", moved) % moved)
