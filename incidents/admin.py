from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

import incidents.actions as incidents
from incidents import admin_views
from incidents.models import Component, ComponentGroup, Incident, Maintenance, StatusPage
from incidents.states import ComponentStatus, IncidentStatus, Severity
from portal.accounts.admin import told
from portal.accounts.context import actor
from portal.events.models import Event
from portal.lib.model_admin import ModelAdmin

_TONES = {
    ComponentStatus.OPERATIONAL.label: "success",
    ComponentStatus.DEGRADED.label: "warning",
    ComponentStatus.PARTIAL.label: "warning",
    ComponentStatus.MAJOR.label: "danger",
    IncidentStatus.INVESTIGATING.label: "danger",
    IncidentStatus.IDENTIFIED.label: "warning",
    IncidentStatus.MONITORING.label: "info",
    IncidentStatus.RESOLVED.label: "success",
    Severity.P0.label: "danger",
    Severity.P1.label: "warning",
}


class KeptAdmin(ModelAdmin):
    """Rows that have a history are hidden, never deleted."""

    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(StatusPage)
class StatusPageAdmin(KeptAdmin):
    fields = ["about", "weight_major", "weight_partial", "weight_degraded"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not StatusPage.objects.exists()

    def save_model(self, request: HttpRequest, obj: StatusPage, form: Any, change: bool) -> None:
        obj.pk = 1
        super().save_model(request, obj, form, change)


@admin.register(ComponentGroup)
class ComponentGroupAdmin(ModelAdmin):
    list_display = ["name", "description", "position"]
    fields = ["name", "description", "position"]

    def save_model(self, request: HttpRequest, obj: ComponentGroup, form: Any, change: bool) -> None:
        incidents.keep_group(group=obj, by=actor(request))


@admin.register(Component)
class ComponentAdmin(KeptAdmin):
    list_display = ["name", "group", "baseline", "is_public", "position"]
    list_filter = ["group", "status", "is_public"]
    list_select_related = ["group"]
    search_fields = ["name", "=public_id"]
    ordering = ["group__position", "position"]
    fields = ["name", "description", "group", "position", "is_public", "tracked_since", "status", "steps", "timeline"]
    readonly_fields = ["status", "steps", "timeline"]
    actions_detail = ["set_status"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"tracked_since": timezone.now()}

    def save_model(self, request: HttpRequest, obj: Component, form: Any, change: bool) -> None:
        incidents.keep_component(component=obj, by=actor(request))

    @display(description=_("baseline status"), ordering="status", label=_TONES)
    def baseline(self, component: Component) -> str:
        return component.get_status_display()

    @admin.display(description=_("baseline steps"))
    def steps(self, component: Component) -> str:
        newest = component.status_changes.select_related("by").order_by("-at", "-pk")[:20]
        return render_to_string("admin/incidents/steps.html", {"steps": newest})

    @admin.display(description=_("timeline"))
    def timeline(self, component: Component) -> str:
        return told(Event.objects.about(component))

    @action(description=_("Set status"), permissions=["change"], icon="published_with_changes")
    def set_status(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.set_component_status(request, self, object_id)


@admin.register(Incident)
class IncidentAdmin(KeptAdmin):
    list_display = ["title", "graveness", "shown_status", "started_at", "resolved_at", "is_public"]
    list_filter = ["status", "severity", "is_public"]
    search_fields = ["title", "=public_id", "updates__body"]
    ordering = ["-started_at"]
    date_hierarchy = "started_at"

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        revise = guard(self.revise_view)
        links = [
            path("of-ticket/<int:pk>/", guard(admin_views.incidents_of_ticket), name="incidents_incident_of_ticket"),
            path("of-ticket/<int:pk>/link/", guard(admin_views.link_ticket), name="incidents_incident_link"),
            path("of-ticket/<int:pk>/unlink/", guard(admin_views.unlink_ticket), name="incidents_incident_unlink"),
        ]
        return [*links, path("<path:object_id>/revise/", revise, name="incidents_incident_revise"), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return admin_views.open_incident(request, self)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return admin_views.incident_desk(request, self, object_id)

    def revise_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.revise_incident(request, self, object_id)

    @display(description=_("severity"), ordering="severity", label=_TONES)
    def graveness(self, incident: Incident) -> str:
        return incident.get_severity_display()

    @display(description=_("status"), ordering="status", label=_TONES)
    def shown_status(self, incident: Incident) -> str:
        return incident.get_status_display()


@admin.register(Maintenance)
class MaintenanceAdmin(KeptAdmin):
    list_display = ["title", "state", "planned_start_at", "planned_end_at", "is_public"]
    list_filter = ["is_public"]
    search_fields = ["title", "=public_id", "body"]
    ordering = ["-planned_start_at"]
    fields = ["title", "body", "state", "shown_components", "planned_start_at", "planned_end_at", "started_at",
              "ended_at", "canceled_at", "is_public", "scheduled_by", "timeline"]  # fmt: skip
    actions_detail = ["start", "finish", "reschedule", "cancel"]

    def has_steer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("incidents.change_maintenance")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # only actions move it

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return self.fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Maintenance]:
        return super().get_queryset(request).select_related("scheduled_by")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return admin_views.schedule_maintenance(request, self)

    @admin.display(description=_("state"))
    def state(self, maintenance: Maintenance) -> str:
        return str(maintenance.state_at(timezone.now()).label)

    @admin.display(description=_("components"))
    def shown_components(self, maintenance: Maintenance) -> str:
        return ", ".join(maintenance.components.values_list("name", flat=True))

    @admin.display(description=_("timeline"))
    def timeline(self, maintenance: Maintenance) -> str:
        return told(Event.objects.about(maintenance))

    @action(description=_("Start now"), permissions=["steer"], icon="play_arrow")
    def start(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.start_maintenance(request, self, object_id)

    @action(description=_("Finish now"), permissions=["steer"], icon="done_all")
    def finish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.finish_maintenance(request, self, object_id)

    @action(description=_("Move"), permissions=["steer"], icon="edit_calendar")
    def reschedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.reschedule_maintenance(request, self, object_id)

    @action(description=_("Cancel"), permissions=["steer"], icon="event_busy")
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.cancel_maintenance(request, self, object_id)
