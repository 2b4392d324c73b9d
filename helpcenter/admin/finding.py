from typing import Any

from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import (
    Count,
    F,
    FloatField,
    ForeignKey,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce, Round
from django.forms import CharField, ModelForm
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from helpcenter import admin_views
from helpcenter.models import Article, ArticleHealth, Gap, Promotion, ReadingDay, SearchEvent, Synonym, Vote
from helpcenter.states import GapState
from portal.lib.model_admin import ModelAdmin, ReadOnlyAdmin


class SynonymForm(ModelForm):
    words = SimpleArrayField(
        CharField(max_length=60),
        label=_("Words"),
        min_length=2,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Separated by commas: who searches one of them finds the others."),
    )

    class Meta:
        model = Synonym
        fields = ["words"]

    def clean_words(self) -> list[str]:
        return [" ".join(word.lower().split()) for word in self.cleaned_data["words"]]


@admin.register(Synonym)
class SynonymAdmin(ModelAdmin):
    form = SynonymForm
    list_display = ["__str__"]
    search_fields = ["words"]
    ordering = ["words"]
    show_full_result_count = False


class PromotionForm(ModelForm):
    class Meta:
        model = Promotion
        fields = ["words", "article"]
        help_texts = {"words": _("Exactly what somebody searches; the article then stands first.")}

    def clean_words(self) -> str:
        return " ".join(self.cleaned_data["words"].lower().split())


@admin.register(Promotion)
class PromotionAdmin(ModelAdmin):
    form = PromotionForm
    list_display = ["words", "article"]
    list_select_related = ["article"]
    autocomplete_fields = ["article"]
    search_fields = ["words", "article__title"]
    ordering = ["words"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promotion]:
        return super().get_queryset(request).filter(article__in=Article.objects.for_audiences_of(request.user))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "article":
            options["queryset"] = Article.objects.for_audiences_of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **options)


class LedTo(admin.SimpleListFilter):
    title = _("what it led to")
    parameter_name = "led_to"
    _CHOICES: dict[str, tuple[Any, Q]] = {
        "nothing": (_("No result"), Q(results=0)),
        "no_click": (_("Results, none opened"), Q(results__gt=0, opened=None)),
        "opened": (_("An article was opened"), Q(opened__isnull=False)),
        "ticket": (_("A ticket followed"), Q(led_to_ticket=True)),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _condition) in self._CHOICES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[SearchEvent]) -> QuerySet[SearchEvent]:
        chosen = self._CHOICES.get(self.value() or "")
        return queryset.filter(chosen[1]) if chosen else queryset


@admin.register(SearchEvent)
class SearchEventAdmin(ReadOnlyAdmin):
    list_display = ["searched_at", "query", "source", "results", "is_corrected", "opened_title", "opened_place",
                    "led_to_ticket", "took_ms"]  # fmt: skip
    list_filter = [LedTo, "source", "is_corrected"]
    list_select_related = ["opened"]
    search_fields = ["query"]
    ordering = ["-searched_at"]
    fields = ["query", "source", "results", "is_corrected", "opened_place", "led_to_ticket", "took_ms", "searched_at"]
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[SearchEvent]:
        """Without what was opened by readers of other audiences."""
        readable = Article.objects.for_audiences_of(request.user)
        return super().get_queryset(request).filter(Q(opened=None) | Q(opened__in=readable))

    @admin.display(description=_("Opened"))
    def opened_title(self, event: SearchEvent) -> str:
        return str(event.opened or "–")


@admin.register(Gap)
class GapAdmin(ReadOnlyAdmin):
    """The list of articles to write, the most wanted first."""

    list_display = ["words", "kind", "count", "last_at", "state", "next_step"]
    list_filter = ["state", "kind"]
    search_fields = ["words"]
    ordering = ["-count", "-last_at"]
    fields = ["words", "kind", "count", "first_at", "last_at", "state"]
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        begin = self.admin_site.admin_view(admin_views.begin_article)
        dismiss = self.admin_site.admin_view(admin_views.dismiss_gap)
        return [
            path("<int:pk>/begin/", begin, name="helpcenter_gap_begin"),
            path("<int:pk>/dismiss/", dismiss, name="helpcenter_gap_dismiss"),
            *super().get_urls(),
        ]

    @admin.display(description=_("Next step"))
    def next_step(self, gap: Gap) -> SafeString | str:
        """Buttons of the list's own form, which carries the token."""
        if gap.state == GapState.OPEN:
            button = '<button type="submit" class="button button-small" formaction="{}">{}</button> '
            ways = [("begin", _("Write article")), ("dismiss", _("Dismiss"))]
            made = [
                format_html(button, reverse(f"admin:helpcenter_gap_{way}", args=[gap.pk]), said) for way, said in ways
            ]
            return format_html('<span class="desk"><span class="cluster">{}{}</span></span>', *made)
        if gap.article_id:
            return format_html(
                '<a href="{}">{}</a>', reverse("admin:helpcenter_article_change", args=[gap.article_id]), _("Article")
            )
        return "–"


def _sum(name: str) -> Coalesce:
    days = ReadingDay.objects.filter(article=OuterRef("pk")).order_by().values("article")
    return Coalesce(Subquery(days.annotate(total=Sum(name)).values("total"), output_field=IntegerField()), 0)


def _votes(condition: Q) -> Coalesce:
    cast = Vote.objects.filter(condition, article=OuterRef("pk"), version=OuterRef("version")).order_by()
    counted = cast.values("article").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@admin.register(ArticleHealth)
class ArticleHealthAdmin(ReadOnlyAdmin):
    """How each article fares; every column sorts, each row leads to the article."""

    _FIGURES = ["views", "yes", "no", "exits", "tickets", "ticket_share"]
    list_display = ["title", "category", *(f"shown_{name}" for name in _FIGURES)]
    list_display_links = None
    list_filter = ["category", "state"]
    list_select_related = ["category"]
    search_fields = ["title"]
    ordering = ["-pk"]
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return request.user.has_perm("helpcenter.view_article")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleHealth]:
        figures = {name: _sum(name) for name in ("views", "exits", "tickets")}
        votes = {"yes": _votes(Q(is_helpful=True)), "no": _votes(Q(is_helpful=False))}
        readable = super().get_queryset(request).for_audiences_of(request.user)
        share = Round(100.0 * F("tickets") / (F("views") + 1), 1, output_field=FloatField())
        return readable.annotate(**figures, **votes).annotate(ticket_share=share)

    @admin.display(description=_("Article"), ordering="title")
    def title(self, article: Any) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:helpcenter_article_change", args=[article.pk]), article.title
        )

    @admin.display(description=_("Views"), ordering="views")
    def shown_views(self, article: Any) -> int:
        return article.views

    @admin.display(description=_("Helped"), ordering="yes")
    def shown_yes(self, article: Any) -> int:
        return article.yes

    @admin.display(description=_("Did not help"), ordering="no")
    def shown_no(self, article: Any) -> int:
        return article.no

    @admin.display(description=_("Left for the ticket form"), ordering="exits")
    def shown_exits(self, article: Any) -> int:
        return article.exits

    @admin.display(description=_("Tickets after reading"), ordering="tickets")
    def shown_tickets(self, article: Any) -> int:
        return article.tickets

    @admin.display(description=_("Tickets per 100 views"), ordering="ticket_share")
    def shown_ticket_share(self, article: Any) -> float:
        return article.ticket_share
