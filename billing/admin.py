from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from billing import actions, admin_views
from billing.models import Plan, Subscription
from billing.states import SubscriptionState
from portal.accounts.context import actor
from portal.lib.model_admin import ModelAdmin, ReadOnlyAdmin


@admin.register(Plan)
class PlanAdmin(ModelAdmin):
    list_display = ["name", "tier", "monthly", "yearly", "subscribers", "is_public", "position"]
    list_select_related = ["tier"]
    ordering = ["position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        active = Q(subscriptions__state=SubscriptionState.ACTIVE)
        return super().get_queryset(request).annotate(subscriber_count=Count("subscriptions", filter=active))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """The tier of those who bought a plan never changes under them: make another plan and move them."""
        return ["slug", "tier"] if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # taken off the pricing page instead

    def save_model(self, request: HttpRequest, obj: Plan, form: Any, change: bool) -> None:
        actions.save_plan(plan=obj, by=actor(request))

    @admin.display(description=_("per month"), ordering="price_per_month")
    def monthly(self, plan: Plan) -> str:
        return plan.monthly

    @admin.display(description=_("per year"), ordering="price_per_year")
    def yearly(self, plan: Plan) -> str:
        return plan.yearly

    @admin.display(description=_("subscribers"), ordering="subscriber_count")
    def subscribers(self, plan: Plan) -> int:
        return plan.subscriber_count  # type: ignore[attr-defined]  # annotated above


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["organization", "plan", "state", "started_at", "ended_at", "reason"]
    list_filter = ["state", "plan"]
    search_fields = ["organization__name"]
    list_select_related = ["organization", "plan"]
    ordering = ["-started_at"]
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        line = self.admin_site.admin_view(admin_views.plan_of_organization)
        return [
            path("of-organization/<int:pk>/", line, name="billing_subscription_of_organization"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("billing.add_subscription")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A subscription begins when an organization's plan is changed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return admin_views.move_plan(request, self)
