"""Exports, erasures and retention rules as staff see them: what happened, and what goes with age."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

import portal.accounts.actions as accounts
from portal.accounts import admin_views
from portal.accounts.models import Erasure, Export, RetentionRule
from portal.lib.model_admin import ReadOnlyAdmin
from portal.lib.privacy import ageings


class PrivacyActions:
    """What staff do about everything that is known of a row."""

    @action(description=_("Export everything known"), permissions=["ask_export"])
    def ask_export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.ask_export(request, self, object_id)  # type: ignore[arg-type]  # mixed into a ModelAdmin

    @action(description=_("Erase"), permissions=["erase"])
    def ask_erasure(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.ask_erasure(request, self, object_id)  # type: ignore[arg-type]  # likewise

    @action(description=_("Keep after all"), permissions=["erase"])
    def keep(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.keep(request, self, object_id)  # type: ignore[arg-type]  # likewise

    def has_ask_export_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("accounts.add_export")

    def has_erase_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("accounts.add_erasure")


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """That there is one; what is in it the staff never sees."""

    list_display = ["subject_kind", "subject_id", "state", "asked_at", "made_at", "expires_at", "error"]
    list_filter = ["state", "subject_kind"]
    ordering = ["-pk"]
    fields = ["subject_kind", "subject_id", "asked_by_id", "asked_at", "state", "made_at", "expires_at", "error"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("archive")


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["subject_kind", "subject_id", "asked_at", "due_at", "revoked_at", "started_at", "finished_at"]
    list_filter = ["subject_kind"]
    ordering = ["-pk"]


@admin.register(RetentionRule)
class RetentionRuleAdmin(ReadOnlyAdmin):
    list_display = ["label", "days", "is_on", "would_go", "forgotten", "acted_at"]
    ordering = ["what"]
    actions_detail = ["change_rule"]

    @admin.display(description=_("what"), ordering="what")
    def label(self, rule: RetentionRule) -> str:
        one = ageings().get(rule.what)
        return str(one.label) if one else rule.what

    @admin.display(description=_("older than that now"))
    def would_go(self, rule: RetentionRule) -> int:
        return accounts.count_due(rule=rule)

    @action(description=_("Change"), permissions=["change_rule"], icon="tune")
    def change_rule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.change_retention(request, self, object_id)

    def has_change_rule_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("accounts.change_retentionrule")
