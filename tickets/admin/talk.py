from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from tickets.models import Desk


@admin.register(Desk)
class DeskAdmin(ModelAdmin):
    """The one row of how conversations are led here."""

    list_display = ["__str__", "undo_for", "most_copies"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
