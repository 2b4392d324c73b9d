from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action

from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin
from tickets import actions as tickets
from tickets import admin_views
from tickets.models import AgentProfile, AgentSkill, CategorySkill, Skill


class AgentSkillInline(TabularInline):
    model = AgentSkill
    extra = 0
    fields = ["skill", "level"]


class CategorySkillInline(TabularInline):
    model = CategorySkill
    extra = 0
    fields = ["skill", "is_required", "level"]


@admin.register(Skill)
class SkillAdmin(ModelAdmin):
    list_display = ["name", "slug", "language"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(AgentProfile)
class AgentProfileAdmin(ModelAdmin):
    """To whom the portal hands tickets, how many, and whether they are there. Who is not listed is handed none."""

    list_display = ["user", "availability", "stand_in", "capacity", "points", "idle_since"]
    list_select_related = ["user", "stand_in"]
    list_filter = ["availability"]
    search_fields = ["user__name", "user__email"]
    fields = ["user", "availability", "stand_in", "capacity", "idle_since"]
    readonly_fields = ["availability", "idle_since"]
    inlines = [AgentSkillInline]
    actions_detail = ["set_availability"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AgentProfile]:
        return super().get_queryset(request).with_points()

    @admin.display(description=_("points now"))
    def points(self, profile: AgentProfile) -> int:
        """What they have to work on, in points of their capacity."""
        return getattr(profile, "points", 0)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.readonly_fields, *(["user"] if obj else [])]

    def get_urls(self) -> list[URLPattern]:
        mine = self.admin_site.admin_view(admin_views.my_availability)
        return [path("mine/", mine, name="tickets_agentprofile_mine"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: AgentProfile, form: Any, change: bool) -> None:
        tickets.keep_profile(profile=obj, by=actor(request))

    def has_set_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("tickets.change_agentprofile")

    @action(description=_("Set availability"), permissions=["set"], icon="event_available")
    def set_availability(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.set_availability(request, self, object_id)
