from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin, ReadOnlyAdmin
from tickets import actions as tickets
from tickets.admin_views import rules
from tickets.forms import ActForm, ActFormSet, ConditionForm, ConditionFormSet
from tickets.models import Firing, Rule, RuleAct, RuleCondition


class ConditionInline(TabularInline):
    model = RuleCondition
    form = ConditionForm
    formset = ConditionFormSet
    extra = 0
    fields = ["asks", "operator", "picked", "value"]


class ActInline(TabularInline):
    model = RuleAct
    form = ActForm
    formset = ActFormSet
    extra = 0
    fields = ["does", "picked", "value"]


@admin.register(Rule)
class RuleAdmin(ModelAdmin):
    """What is done by itself. A new or changed rule is off until somebody looked at what it would have done."""

    list_display = ["name", "position", "trigger", "hours", "is_on", "applied", "in_vain"]
    list_filter = ["trigger"]
    fields = ["name", "position", "trigger", "hours", "version", "active_since"]
    readonly_fields = ["version", "active_since"]
    inlines = [ConditionInline, ActInline]
    actions_detail = ["preview", "switch_off"]

    class Media:
        js = ["js/rules.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rule]:
        return super().get_queryset(request).with_firings()

    @admin.display(description=_("on"), boolean=True)
    def is_on(self, rule: Rule) -> bool:
        return rule.is_active

    @admin.display(description=_("applied"))
    def applied(self, rule: Rule) -> int:
        return getattr(rule, "applied", 0)

    @admin.display(description=_("of these refused or failed"))
    def in_vain(self, rule: Rule) -> int:
        return getattr(rule, "in_vain", 0)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        kept = tickets.keep_rule(rule=form.instance, by=actor(request))
        if not kept.is_active:
            messages.info(request, _("It is switched off. Its preview shows what it would do, and switches it on."))

    @action(description=_("Preview and switch on"), permissions=["change"], icon="preview")
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return rules.preview(request, self, object_id)

    @action(description=_("Switch off"), permissions=["change"], icon="toggle_off")
    def switch_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return rules.switch_off(request, self, object_id)


@admin.register(Firing)
class FiringAdmin(ReadOnlyAdmin):
    """To which tickets rules were applied, and what was refused or failed, with the reason."""

    list_display = ["fired_at", "rule", "number", "ticket", "state", "reason"]
    list_filter = ["state", "rule"]
    list_select_related = ["rule", "ticket"]
    ordering = ["-fired_at", "-pk"]
    show_full_result_count = False
    actions_detail = ["try_again"]
    fields = ["rule", "number", "ticket", "state", "reason", "fired_at"]
    readonly_fields = fields

    def has_again_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("tickets.change_firing")

    @action(description=_("Try again"), permissions=["again"], icon="replay")
    def try_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return rules.try_again(request, self, object_id)
