from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin
from portal.lib.wall_times import WallTimeField
from tickets import actions as tickets
from tickets import admin_views
from tickets.forms import CalendarHoursFormSet, ShiftFormSet
from tickets.models import BusinessCalendar, CalendarHours, Holiday, Shift
from tickets.states import ALWAYS_OPEN_SLUG


class _TimesInline(TabularInline):
    extra = 0
    formfield_overrides = {WallTimeField: {"widget": UnfoldAdminTextInputWidget}}


class HoursInline(_TimesInline):
    model = CalendarHours
    formset = CalendarHoursFormSet
    fields = ["weekday", "opens", "closes"]


class ShiftInline(_TimesInline):
    model = Shift
    formset = ShiftFormSet
    fields = ["on", "opens", "closes"]


class HolidayInline(_TimesInline):
    model = Holiday
    fields = ["on", "name", "begins", "ends", "source"]
    readonly_fields = ["source"]


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(ModelAdmin):
    """The hours by which promises are counted. A break is the gap between two rows of the same day."""

    list_display = ["name", "zone"]
    fields = ["name", "slug", "zone"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [HoursInline, ShiftInline, HolidayInline]
    actions_detail = ["import_holidays"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        tickets.keep_calendar(calendar=form.instance, by=actor(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What is shipped stays; promises fall back on it."""
        is_shipped = obj is not None and obj.slug == ALWAYS_OPEN_SLUG
        return not is_shipped and super().has_delete_permission(request, obj)

    @action(description=_("Import holidays"), permissions=["change"], icon="event")
    def import_holidays(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.import_holidays(request, self, object_id)
