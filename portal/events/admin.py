from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.events.actions import replay
from portal.events.models import Delivery, Event
from portal.lib.model_admin import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["happened_at", "name", "about_type", "about_id", "organization_id", "by_id"]
    list_filter = ["name"]
    search_fields = ["name", "=about_id", "=request_id"]
    ordering = ["-pk"]
    show_full_result_count = False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["event", "listener", "state", "attempts", "next_at", "error"]
    list_filter = ["state", "listener"]
    ordering = ["-pk"]
    list_select_related = ["event"]
    show_full_result_count = False
    actions = ["replay_parked"]

    @admin.action(description=_("Replay parked deliveries"), permissions=["replay"])
    def replay_parked(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = replay(deliveries=queryset, by=request.user)  # type: ignore[arg-type]  # staff only, never anonymous
        messages.success(request, ngettext("%d delivery goes out again.", "%d deliveries go out again.", count) % count)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("events.change_delivery")
