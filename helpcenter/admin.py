from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from helpcenter import actions, admin_views
from helpcenter.actions.articles import WORDS, newest_revision
from helpcenter.models import Article, Category, Vote
from helpcenter.querysets import audiences_of
from helpcenter.states import ArticleState
from portal.events.admin import ReadOnlyAdmin
from portal.lib.refusals import Refused


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ["title", "slug", "audience", "position"]
    list_filter = ["audience"]
    search_fields = ["title", "slug"]
    ordering = ["position", "title"]
    fields = ["title", "slug", "description", "icon", "position", "audience"]
    prepopulated_fields = {"slug": ["title"]}

    def save_model(self, request: HttpRequest, obj: Category, form: forms.ModelForm, change: bool) -> None:
        """Through the actions, so that old addresses keep answering and everybody concerned learns of it."""
        shelf = actions.Shelf(**form.cleaned_data)
        if change:
            actions.update_category(category=obj, shelf=shelf, by=request.user)  # type: ignore[arg-type]  # staff
        else:
            obj.pk = actions.create_category(shelf=shelf, by=request.user).pk  # type: ignore[arg-type]  # staff

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return False


class ArticleForm(forms.ModelForm):
    """The article's place, and the words of its newest revision; saved words are the next one."""

    title = forms.CharField(label=_("Title"), max_length=160, widget=UnfoldAdminTextInputWidget())
    summary = forms.CharField(
        label=_("Summary"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("One sentence for lists."),
    )
    keywords = SimpleArrayField(
        forms.CharField(max_length=60),
        label=_("Keywords"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Words that readers use for this, separated by commas; found by search, shown nowhere."),
    )
    body = forms.CharField(
        label=_("Text (Markdown)"),
        required=False,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "spellcheck": "true", "class": "markdown"}),
    )
    note = forms.CharField(
        label=_("What was changed"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )
    based_on = forms.IntegerField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = Article
        fields = ["slug", "category", "audience", "position"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            newest = newest_revision(self.instance)
            self.initial.update({name: getattr(newest, name) for name in WORDS}, based_on=newest.number)
        if "body" in self.fields:  # staff who may only read get no fields
            self.fields["body"].widget.attrs |= {
                "hx-post": reverse("admin:helpcenter_article_preview"),
                "hx-trigger": "input changed delay:400ms, load",
                "hx-target": "#preview",
            }

    def manuscript(self) -> actions.Manuscript:
        """What a valid form hands in."""
        return actions.Manuscript(**self.cleaned_data, tiers=self.instance.tiers)


@admin.register(Article)
class ArticleAdmin(ModelAdmin):
    form = ArticleForm
    list_display = ["title", "category", "shown_state", "read_by", "helpful", "updated_at"]
    list_filter = ["state", "category", "audience"]
    list_select_related = ["category"]
    search_fields = ["title", "slug", "summary"]
    ordering = ["category__position", "position", "pk"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["shown_state", "published_at", "updated_at", "helpful", "comments", "preview"]
    fieldsets = [
        (None, {"fields": ["title", ("slug", "category"), "summary"]}),
        (_("Text"), {"fields": ["body", "note", "based_on", "preview"]}),
        (_("Place and readers"), {"fields": [("audience", "position"), "keywords"]}),
        (_("State"), {"fields": [("shown_state", "published_at", "updated_at"), "helpful", "comments"]}),
    ]
    actions = ["publish_chosen", "withdraw_chosen"]
    actions_submit_line = ["save_and_publish", "save_and_withdraw"]
    show_full_result_count = False

    class Media:
        css = {"all": ["css/prose.css"]}  # the preview looks as the page will

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        """Drafts too, but only of audiences that this person belongs to."""
        return super().get_queryset(request).for_audiences_of(request.user).with_votes()  # type: ignore[attr-defined]  # our queryset

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
            saved = actions.update_article(article=obj, manuscript=form.manuscript(), by=request.user)  # type: ignore[arg-type]  # staff
        else:
            saved = actions.create_article(manuscript=form.manuscript(), by=request.user)  # type: ignore[arg-type]  # staff
        obj.pk = saved.pk
        for button in self.get_actions_submit_line(request, saved.pk):
            if button.action_name in request.POST:
                button.method(request, obj)

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(admin_views.preview)
        return [path("preview/", preview, name="helpcenter_article_preview"), *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False

    def view_on_site(self, obj: Article) -> str | None:  # type: ignore[override]  # Django takes a method too
        return obj.get_absolute_url() if obj.state == ArticleState.PUBLISHED else None

    @display(
        description=_("State"),
        ordering="state",
        label={ArticleState.PUBLISHED.label: "success", ArticleState.DRAFT.label: "warning"},
    )
    def shown_state(self, article: Article) -> str:
        return article.get_state_display()

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

    @action(description=_("Save and withdraw"), permissions=["withdraw"])
    def save_and_withdraw(self, request: HttpRequest, obj: Article) -> None:
        self._move(request, Article.objects.filter(pk=obj.pk), actions.withdraw_article)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_move(request, object_id, ArticleState.DRAFT)

    def has_withdraw_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_move(request, object_id, ArticleState.PUBLISHED)

    def _may_move(self, request: HttpRequest, object_id: Any, present: str) -> bool:
        is_there = Article.objects.filter(pk=object_id, state=present).exists() if object_id else True
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


@admin.register(Vote)
class VoteAdmin(ReadOnlyAdmin):
    list_display = ["voted_at", "article", "version", "is_helpful", "reason", "comment"]
    list_filter = ["is_helpful", "reason"]
    list_select_related = ["article"]
    search_fields = ["comment", "article__title"]
    ordering = ["-voted_at"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Vote]:
        readable = Article.objects.for_audiences_of(request.user)
        return super().get_queryset(request).filter(article__in=readable)
