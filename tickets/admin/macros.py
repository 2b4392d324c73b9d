from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin
from tickets import actions as tickets
from tickets.models import Macro, Tag


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    list_display = ["name", "slug", "is_active"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Macro)
class MacroAdmin(ModelAdmin):
    """One's own macros and those that all share; the shared ones are changed by whoever may share."""

    list_display = ["name", "is_shared", "leaves", "priority", "assigns_me", "is_active"]
    list_filter = ["is_shared", "is_active"]
    search_fields = ["name"]
    fields = ["name", "body", "leaves", "priority", "tags", "assigns_me", "is_shared", "is_active"]
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Macro]:
        return Macro.objects.visible_to(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: Macro | None = None) -> list[str]:
        return [] if request.user.has_perm("tickets.share_macro") else ["is_shared"]

    def has_change_permission(self, request: HttpRequest, obj: Macro | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_keep(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Macro | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_keep(request, obj)

    def _may_keep(self, request: HttpRequest, macro: Macro | None) -> bool:
        is_shared = macro is not None and Macro.objects.filter(pk=macro.pk, is_shared=True).exists()
        return not is_shared or request.user.has_perm("tickets.share_macro")

    def save_model(self, request: HttpRequest, obj: Macro, form: Any, change: bool) -> None:
        tickets.keep_macro(macro=obj, by=actor(request))
