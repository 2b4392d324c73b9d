from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class WorkFilter(admin.SimpleListFilter):
    """Articles that somebody should do something about."""

    title = _("Work")
    parameter_name = "work"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("changed", _("Draft beside what is shown")),
            ("in_review", _("In review")),
            ("approved", _("Approved, not published")),
            ("review_due", _("Review due")),
            ("scheduled", _("Scheduled")),
            ("expiring", _("Ends soon")),
            ("broken", _("Broken links")),
            ("unowned", _("Without owner")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        return queryset.at_work(self.value(), timezone.now()) if self.value() else queryset


class BrokenFilter(admin.SimpleListFilter):
    """Links: what is broken, unless all are asked for."""

    title = _("Links")
    parameter_name = "links"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("inside", _("Broken, within the help center")), ("outside", _("Broken, outside")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Broken")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.value() == "all":
            return queryset
        broken = queryset.filter(broken_since__isnull=False)
        return broken.filter(is_external=self.value() == "outside") if self.value() else broken
