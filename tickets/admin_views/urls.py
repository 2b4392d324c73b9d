"""The addresses of the desk's own pages and acts, below those that the admin gives to tickets."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from tickets import admin_views
from tickets.admin_views import (
    articles,
    bulk,
    circle,
    classifying,
    customers,
    desk,
    fields,
    finding,
    queue_views,
    reports,
    sending,
    splits,
)

_OF_ONE = {
    "reply": admin_views.reply,
    "takeback": sending.take_back,
    "people": circle.people,
    "colleagues": circle.colleagues,
    "article": articles.draft_article,
    "note": admin_views.note,
    "assign": admin_views.assign,
    "priority": admin_views.priority,
    "escalate": admin_views.escalate,
    "compose": desk.compose,
    "macro": desk.macro,
    "tags": desk.tags,
    "snooze": desk.snooze,
    "merge": desk.merge,
    "guest_link": desk.guest_link,
    "fields": fields.fields,
    "customer": customers.customer,
    "timeline": customers.full_timeline,
    "split": splits.split,
    "suggestions": classifying.suggestions,
    "decide": classifying.decide,
}
_OF_MANY = {
    "bulk": ("bulk/", bulk.act),
    "behalf": ("behalf/", desk.behalf),
    "bulk_fields": ("bulk/fields/", bulk.fields),
    "search_help": ("search-help/", finding.search_help),
    "views": ("views/", queue_views.views),
    "keep_view": ("views/keep/", queue_views.keep_view),
    "drop_view": ("views/<int:pk>/drop/", queue_views.drop_view),
}


def of_tickets(guard: Callable[..., Any]) -> list[URLPattern]:
    """All of them, each behind `guard`, which lets only staff through."""
    return [
        *[path(where, guard(view), name=f"tickets_ticket_{name}") for name, (where, view) in _OF_MANY.items()],
        path("reports/", guard(reports.reports), name="tickets_report"),
        path("reports/<slug:table>.csv", guard(reports.as_csv), name="tickets_report_csv"),
        *[path(f"<int:pk>/{name}/", guard(view), name=f"tickets_ticket_{name}") for name, view in _OF_ONE.items()],
        *[
            path(f"<int:pk>/{name}/", guard(admin_views.move), {"move": name}, name=f"tickets_ticket_{name}")
            for name in admin_views.MOVES
        ],
    ]
