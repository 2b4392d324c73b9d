from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.lib.model_admin import ModelAdmin, ReadOnlyAdmin
from portal.success import admin_views
from portal.success.health import measures
from portal.success.models import Health, HealthWeight


@admin.register(Health)
class HealthAdmin(ReadOnlyAdmin):
    """How customers fare, those at risk first. The page of each says why."""

    list_display = ["organization", "score", "fares", "known", "scored_at", "why"]
    list_select_related = ["organization"]
    search_fields = ["organization__name"]
    ordering = ["score", "pk"]
    list_display_links = None

    def get_urls(self) -> list[URLPattern]:
        panel = self.admin_site.admin_view(admin_views.health_of_organization)
        return [
            path("of-organization/<int:pk>/", panel, name="success_health_of_organization"),
            *super().get_urls(),
        ]

    @admin.display(description=_("fares"))
    def fares(self, health: Health) -> str:
        return str(health.band.label)

    @admin.display(description=_("why"))
    def why(self, health: Health) -> str:
        address = reverse("admin:success_health_of_organization", args=[health.organization_id])
        return format_html('<a href="{}">{}</a>', address, _("Why"))


@admin.register(HealthWeight)
class HealthWeightAdmin(ModelAdmin):
    """How much each respect counts; from the next count on."""

    list_display = ["label", "part", "weight"]
    list_display_links = ["label"]
    ordering = ["part"]
    fields = ["weight"]

    @admin.display(description=_("what"))
    def label(self, weight: HealthWeight) -> str:
        one = measures().get(weight.part)
        return str(one.label) if one else weight.part

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
