from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from portal.lib.model_admin import ReadOnlyAdmin
from tickets.admin_views import imports
from tickets.models import DeskImport


@admin.register(DeskImport)
class DeskImportAdmin(ReadOnlyAdmin):
    """Files of another desk that were handed in, and what became of them. For administrators."""

    list_display = ["name", "source", "state", "through", "uploaded_by", "uploaded_at", "ended_at", "reason"]
    list_filter = ["state"]
    list_select_related = ["uploaded_by"]
    ordering = ["-pk"]
    actions_list = ["hand_in"]
    actions_detail = ["confirm", "repeat"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return imports.standing(request, self, object_id)

    @action(description=_("Import another desk"), permissions=["hand_in"], icon="upload", url_path="hand-in")
    def hand_in(self, request: HttpRequest) -> HttpResponse:
        return imports.hand_in(request, self)

    @action(description=_("Bring it in"), permissions=["act"], url_path="confirm")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return imports.confirm(request, self, object_id)

    @action(description=_("Look again"), permissions=["act"], url_path="repeat")
    def repeat(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return imports.repeat(request, self, object_id)

    def has_hand_in_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("tickets.add_deskimport")

    def has_act_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("tickets.change_deskimport")
