from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from portal.lib.model_admin import ReadOnlyAdmin
from portal.operations import admin_views
from portal.operations.models import ProbeResult, Task


class WhoseFilter(admin.SimpleListFilter):
    """One's own, free ones, or everybody's."""

    title = _("whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("mine", _("Mine")), ("free", _("Nobody's yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Task]) -> QuerySet[Task]:
        if self.value() == "mine":
            return queryset.filter(owner=request.user.pk)
        return queryset.filter(owner=None) if self.value() == "free" else queryset


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ["title", "state", "owner", "due_at", "about", "opened_at"]
    list_filter = [WhoseFilter, "state"]
    search_fields = ["title", "=about_id"]
    list_select_related = ["owner"]
    show_full_result_count = False
    fields = ["title", "about", "owner", "due_at", "state", "found", "opened_at", "closed_at", "closed_by"]
    readonly_fields = ["about"]
    actions_detail = ["take_task", "finish_task", "drop_task"]

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-state", "due_at", "pk"]  # open before dropped before done

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("operations.add_task")

    def has_work_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("operations.change_task")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return admin_views.open_task(request, self)

    @admin.display(description=_("about"))
    def about(self, task: Task) -> str:
        """What the task is about, as a link into the admin where there is a page for it."""
        return about_link(task.about_type, task.about_id)

    @action(description=_("Take"), permissions=["work"], icon="pan_tool")
    def take_task(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.take_task(request, self, object_id)

    @action(description=_("Finish"), permissions=["work"], icon="task_alt")
    def finish_task(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.finish_task(request, self, object_id)

    @action(description=_("Drop"), permissions=["work"])
    def drop_task(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return admin_views.drop_task(request, self, object_id)


@admin.register(ProbeResult)
class ProbeResultAdmin(ReadOnlyAdmin):
    list_display = ["probed_at", "name", "is_ok", "detail", "took_ms"]
    list_filter = ["name", "is_ok"]
    ordering = ["-probed_at", "name"]
    show_full_result_count = False


def about_link(about_type: str, about_id: str) -> str:
    """The admin's page of what a task, an event or a letter is about; its bare name without one."""
    if not about_type:
        return "-"
    try:
        model: type[Model] = apps.get_model(about_type)
        url = reverse(f"admin:{about_type.replace('.', '_')}_change", args=[about_id])
    except (LookupError, NoReverseMatch, ValueError):
        return f"{about_type} {about_id}"
    return format_html('<a href="{}">{} {}</a>', url, model._meta.verbose_name, about_id)
