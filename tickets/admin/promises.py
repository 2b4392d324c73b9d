from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin, ReadOnlyAdmin
from tickets import actions as tickets
from tickets.admin.desk import CategorySkillInline
from tickets.forms import LadderStepForm, SlaPolicyForm
from tickets.models import Category, Escalation, Ladder, LadderStep, MatrixLine, SlaPolicy, TeamTarget, TeamTurn


@admin.register(SlaPolicy)
class SlaPolicyAdmin(ModelAdmin):
    """What is promised. Before a change is kept it says how many open promises move; they keep what was used."""

    form = SlaPolicyForm
    list_display = [
        *("dimension", "value", "first_response_for", "next_response_for", "update_for", "resolution_for"),
        *("calendar", "ladder", "is_active", "remark"),
    ]
    list_select_related = ["calendar", "ladder"]
    list_filter = ["dimension", "is_active"]
    fields = [
        *("dimension", "value", "position", "first_response_for", "next_response_for", "update_for"),
        *("resolution_for", "calendar", "ladder", "remark", "is_active", "is_confirmed"),
    ]

    def save_model(self, request: HttpRequest, obj: SlaPolicy, form: Any, change: bool) -> None:
        tickets.keep_policy(policy=obj, by=actor(request))

    def delete_model(self, request: HttpRequest, obj: SlaPolicy) -> None:
        tickets.drop_policy(policy=obj, by=actor(request))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for policy in queryset:
            tickets.drop_policy(policy=policy, by=actor(request))


class StepInline(TabularInline):
    model = LadderStep
    form = LadderStepForm
    extra = 0
    fields = ["at_percent", "tells", "raises_to"]


@admin.register(Ladder)
class LadderAdmin(ModelAdmin):
    """What is done while a promise stays unkept. Promises keep the steps that stood here when they were given."""

    list_display = ["name", "is_urgent"]
    fields = ["name", "slug", "is_urgent"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [StepInline]


@admin.register(MatrixLine)
class MatrixLineAdmin(ModelAdmin):
    list_display = ["priority", "level", "title"]
    filter_horizontal = ["people"]


@admin.register(TeamTarget)
class TeamTargetAdmin(ModelAdmin):
    """How soon the teams answer. A stay that has begun keeps the target it began with."""

    list_display = ["level", "priority", "answer_for"]
    list_filter = ["level", "priority"]
    ordering = ["level", "answer_for", "priority"]


@admin.register(TeamTurn)
class TeamTurnAdmin(ReadOnlyAdmin):
    """Which team had which ticket, and whether it answered in time; told by what happened to the ticket."""

    list_display = ["ticket", "level", "priority", "reached_at", "due_at", "answered_at", "left_at", "is_kept"]
    list_select_related = ["ticket"]
    list_filter = ["level", "priority"]
    ordering = ["-reached_at", "-pk"]
    show_full_result_count = False

    @admin.display(description=_("in time"), boolean=True)
    def is_kept(self, turn: TeamTurn) -> bool | None:
        return {"kept": True, "breached": False}.get(turn.standing(timezone.now()))


@admin.register(Escalation)
class EscalationAdmin(ReadOnlyAdmin):
    """What was escalated, when and why; made by the clock and by people who asked."""

    list_display = ["ticket", "timer", "at_percent", "level", "reached_at", "was_skipped"]
    list_select_related = ["ticket", "timer"]
    list_filter = ["level"]
    ordering = ["-reached_at", "-pk"]

    @admin.display(description=_("skipped"), boolean=True)
    def was_skipped(self, escalation: Escalation) -> bool:
        return escalation.skipped_at is not None


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    list_display = ["name", "slug", "position", "is_active"]
    inlines = [CategorySkillInline]
