"""The theme's lists for staff, with what an address may filter them by closed."""

from typing import Any

from django.contrib.admin import ListFilter
from django.http import HttpRequest
from unfold.admin import ModelAdmin as ThemeAdmin

_ASKED_OF_A_FILTER = ("", "__exact", "__in", "__isnull", "__gte", "__gt", "__lte", "__lt", "__id__exact")
_ASKED_OF_DAYS = ("__year", "__month", "__day", "__gte", "__lt")


class ModelAdmin(ThemeAdmin):
    """What every list of ours is made from.

    Django lets an address filter by any column of the table. A list then answers, letter by letter, what stands in
    columns that it does not show: a secret, a digest. Here only `list_filter` and `date_hierarchy` are asked for; any
    other key is 400.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        allowed = {f"{self.date_hierarchy}{one}" for one in _ASKED_OF_DAYS} if self.date_hierarchy else set()
        for offered in self.get_list_filter(request):
            allowed |= _keys_of(offered)
        return lookup in allowed


class ReadOnlyAdmin(ModelAdmin):
    """A list of what actions alone write: staff look, nobody adds, changes or deletes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _keys_of(offered: Any) -> set[str]:
    """The keys that a filter of a list reads: its own, or those of its field."""
    if isinstance(offered, type) and issubclass(offered, ListFilter):
        return {getattr(offered, "parameter_name", "")}
    field = offered[0] if isinstance(offered, tuple | list) else offered
    return {f"{field}{one}" for one in _ASKED_OF_A_FILTER}
