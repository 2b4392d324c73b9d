from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin
from portal.web.admin_views import Question, ask, row_or_404
from tickets import actions as tickets
from tickets.models import TicketField


@admin.register(TicketField)
class TicketFieldAdmin(ModelAdmin):
    """What is asked of tickets besides what every ticket has. Archived, never deleted."""

    list_display = ["name", "slug", "kind", "is_required", "is_for_customers", "position", "is_asked"]
    list_filter = ["kind", "is_for_customers"]
    search_fields = ["name", "slug"]
    fields = [
        *("name", "slug", "help_text", "kind", "choices", "categories", "is_for_customers", "is_required", "position"),
        "archived_at",
    ]
    readonly_fields = ["archived_at"]
    prepopulated_fields = {"slug": ["name"]}
    actions_detail = ["toggle_archived"]

    @admin.display(description=_("asked"), boolean=True)
    def is_asked(self, field: TicketField) -> bool:
        return not field.is_archived

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(self.prepopulated_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: TicketField | None = None) -> list[str]:
        fixed = ["slug", "kind"] if obj is not None and obj.values.exists() else []
        return [*self.readonly_fields, *fixed]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: TicketField, form: Any, change: bool) -> None:
        tickets.keep_field(field=obj, by=actor(request))

    def has_toggle_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("tickets.change_ticketfield")

    @action(description=_("Archive, or bring back"), permissions=["toggle"], icon="archive")
    def toggle_archived(self, request: HttpRequest, object_id: str) -> HttpResponse:
        field = row_or_404(request, self, object_id)
        question = Question(
            _("Bring it back") if field.is_archived else _("Archive the field"),
            _("It is asked again.") if field.is_archived else _("It is asked no longer. What was answered stays."),
            _("Bring it back") if field.is_archived else _("Archive"),
            _("Done."),
        )
        change = tickets.restore_field if field.is_archived else tickets.archive_field
        return ask(request, self, field, question, lambda _words: change(field=field, by=actor(request)))
