from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.lib.model_admin import ModelAdmin
from tickets.models import Desk

_CONVERSATIONS = [
    *("undo_for", "reopen_within", "ask_to_escalate_again_after"),
    *("filings_an_hour", "most_copies", "copy_letters_an_hour", "bounce_counts_for"),
]
_POINTS = ["points_critical", "points_high", "points_normal", "points_low"]
_GUESTS = [
    *("guest_filing_valid_for", "guest_link_valid_for", "guest_link_again_after"),
    *("guest_letters_an_hour", "guest_filings_an_hour"),
    *("guest_files_mb_an_hour", "guest_files_mb"),
]
_RATINGS = ["ask_for_rating_after", "ask_again_after", "rate_within", "rating_changes_within"]


@admin.register(Desk)
class DeskAdmin(ModelAdmin):
    """The one row of figures; it is changed, never added or removed."""

    list_display = ["__str__", "undo_for", "reopen_within", "most_files", "most_file_mb"]
    fieldsets = [
        (_("Conversations"), {"fields": _CONVERSATIONS}),
        (_("What tickets count against the capacity of an agent"), {"fields": _POINTS}),
        (_("Files"), {"fields": ["most_files", "most_file_mb", "most_files_mb_a_day", "unsent_files_kept_for"]}),
        (_("Guests"), {"fields": _GUESTS}),
        (_("Ratings"), {"fields": _RATINGS}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
