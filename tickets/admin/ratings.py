from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.lib.model_admin import ReadOnlyAdmin
from tickets.models import Survey


@admin.register(Survey)
class SurveyAdmin(ReadOnlyAdmin):
    """What customers think of solutions, the newest first. Read only: a rating is the customer's."""

    list_display = ["ticket_link", "stars", "comment", "requester", "organization", "assignee", "answered_at"]
    list_display_links = None
    list_filter = ["score"]
    list_select_related = ["ticket__requester", "ticket__organization", "ticket__assignee"]
    search_fields = ["=ticket__number", "comment", "ticket__requester__email", "ticket__organization__name"]
    ordering = ["-answered_at", "-pk"]
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Survey]:
        return super().get_queryset(request).exclude(score=None)

    @admin.display(description=_("ticket"))
    def ticket_link(self, survey: Survey) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:tickets_ticket_change", args=[survey.ticket_id]), survey.ticket
        )

    @admin.display(description=_("rating"), ordering="score")
    def stars(self, survey: Survey) -> str:
        return f"{survey.score} · {survey.get_score_display()}"

    @admin.display(description=_("requester"))
    def requester(self, survey: Survey) -> str:
        return str(survey.ticket.requester)

    @admin.display(description=_("organization"))
    def organization(self, survey: Survey) -> str:
        return str(survey.ticket.organization or "–")

    @admin.display(description=_("assignee"))
    def assignee(self, survey: Survey) -> str:
        return str(survey.ticket.assignee or "–")
