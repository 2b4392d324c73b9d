from typing import Any

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from helpcenter.models import Article, Calibration, Question
from portal.lib.model_admin import ReadOnlyAdmin


@admin.register(Question)
class QuestionAdmin(ReadOnlyAdmin):
    """What was asked and what became of it. Words are scrubbed; who asked is not shown."""

    list_display = ["asked_at", "text_in_short", "outcome", "reason", "sureness", "is_solved", "led_to_ticket"]
    list_filter = ["outcome", "reason", "is_solved", "led_to_ticket"]
    search_fields = ["text", "=conversation", "=public_id"]
    ordering = ["-asked_at"]
    show_full_result_count = False
    fields = ["asked_at", "conversation", "turn", "text", "outcome", "reason", "sureness", "quoted", "phrased",
              "is_solved", "led_to_ticket"]  # fmt: skip

    @admin.display(description=_("Question"))
    def text_in_short(self, question: Question) -> str:
        return str(question) or "–"

    @admin.display(description=_("Confidence"), ordering="confidence")
    def sureness(self, question: Question) -> str:
        """Calibrated; a rule or an incident has none."""
        return "–" if question.confidence is None else f"{question.confidence:.0%}"

    @admin.display(description=_("Quoted"))
    def quoted(self, question: Question) -> SafeString | str:
        """What was quoted and from where, of articles that this person reads."""
        kept: list[dict[str, Any]] = question.answer.get("quotes", [])
        readable = Article.objects.for_audiences_of(getattr(question, "reader", AnonymousUser())).select_related(
            "category"
        )
        articles = readable.in_bulk([one["article"] for one in kept])
        shown = [(articles[one["article"]], one) for one in kept if one["article"] in articles]
        rows = ((article.get_absolute_url(), one["anchor"], article.title, one["text"]) for article, one in shown)
        return format_html_join("", '<p><a href="{}#{}">{}</a><br>{}</p>', rows) or "–"

    @admin.display(description=_("Worded by a model outside"))
    def phrased(self, question: Question) -> SafeString | str:
        return format_html("<p>{}</p>", question.answer["phrased"]) if question.answer.get("phrased") else "–"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Question | None:
        found: Any = super().get_object(request, object_id, from_field)
        if found is not None:
            found.reader = request.user  # for `quoted`
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).defer("visitor", "user_id")


@admin.register(Calibration)
class CalibrationAdmin(ReadOnlyAdmin):
    """What was learned about how sure answers may be, for each model."""

    list_display = ["recipe", "made_at", "measured"]
    fields = ["recipe", "made_at", "measured"]
