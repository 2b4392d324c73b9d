from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from portal.accounts.context import actor
from portal.accounts.models import Tier
from portal.lib import pulse
from portal.lib.given import row_id
from portal.lib.model_admin import ModelAdmin
from tickets import admin_views
from tickets.admin_views import exports, finding, urls
from tickets.metrics import told
from tickets.models import Tag, Ticket
from tickets.querysets import ORDERS, TicketQuerySet
from tickets.states import Priority, Sorting


class _Choice(admin.SimpleListFilter):
    """A filter whose values are a closed list; the first one holds when nothing is chosen."""

    rows: list[tuple[str, Any]] = []

    template = "admin/tickets/ticket/filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return self.rows

    def chosen(self) -> str:
        values = [value for value, _label in self.lookup_choices]
        chosen = self.value() or ""
        if chosen and chosen not in values:
            raise SuspiciousOperation(f"{self.parameter_name} is none of {values}")
        return chosen


class StateFilter(_Choice):
    title = _("State")
    parameter_name = "state"
    rows = [
        ("waiting", _("Waiting for customer")),
        ("snoozed", _("Snoozed")),
        ("done", _("Solved and closed")),
        ("all", _("All")),
    ]

    def choices(self, changelist: Any) -> Any:
        """What would be "all" is the queue: what is our turn."""
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Our turn")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        by_state = {
            "waiting": queryset.waiting,
            "snoozed": queryset.snoozed,
            "done": queryset.done,
            "all": queryset.all,
        }
        if finding.is_search(request) and not self.chosen():
            return queryset
        return by_state.get(self.chosen(), queryset.at_hand)()


class WhoseFilter(_Choice):
    title = _("Assignee")
    parameter_name = "whose"
    rows = [("mine", _("Mine")), ("unassigned", _("Nobody"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        if self.chosen() == "mine":
            return queryset.assigned_to(request.user)
        return queryset.unassigned() if self.chosen() == "unassigned" else queryset


class PromiseFilter(_Choice):
    title = _("Promise")
    parameter_name = "promise"
    rows = [("soon", _("Due within the hour")), ("overdue", _("Overdue")), ("missed", _("Ever missed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        now = timezone.now()
        by_choice = {
            "soon": lambda: queryset.due_soon(now),
            "overdue": lambda: queryset.overdue(now),
            "missed": queryset.broken_promise,
        }
        return by_choice.get(self.chosen(), queryset.all)()


class PriorityFilter(_Choice):
    title = _("Priority")
    parameter_name = "priority"
    rows = Priority.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        return queryset.filter(priority=self.chosen()) if self.chosen() else queryset


class TierFilter(_Choice):
    title = _("Tier")
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Tier.objects.values_list("slug", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        return queryset.filter(organization__tier__slug=self.chosen()) if self.chosen() else queryset


class TagFilter(_Choice):
    title = _("Tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Tag.objects.values_list("slug", "name"))

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        return queryset.tagged(self.chosen()) if self.chosen() else queryset


class SortingFilter(_Choice):
    """In which order; the rows stay the same."""

    title = _("Order")
    parameter_name = "sort"
    rows = Sorting.choices

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("As usual")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet:
        self.chosen()
        return queryset


class QueueList(ChangeList):
    """The rows are lines ready for the page, in place of whole tickets."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found: TicketQuerySet = self.result_list  # type: ignore[has-type]  # set by super
        self.result_list = told(found.work_lines(), timezone.now())


@admin.register(Ticket)
class TicketAdmin(ModelAdmin):
    """The queue, what is due first on top, and the workspace of each ticket. Tickets are moved by actions alone."""

    list_display = ["number", "subject"]
    list_display_links = None
    sortable_by: list[str] = []
    list_filter = [StateFilter, WhoseFilter, PriorityFilter, PromiseFilter, TierFilter, TagFilter, SortingFilter]
    list_before_template = "admin/tickets/ticket/quick_choices.html"
    search_fields = ["number"]  # shows the box; what is typed there is read by tickets.search
    search_help_text = _("Words, #number, from:, tag:, due:<1h …")
    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 30
    actions = None

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        sheet = path("tickets.csv", guard(self.as_csv), name="tickets_ticket_csv")
        return [sheet, *urls.of_tickets(guard), *super().get_urls()]

    def get_ordering(self, request: HttpRequest) -> Any:
        usual = Sorting.NEWEST if finding.is_search(request) else Sorting.DUE
        return ORDERS.get(request.GET.get("sort", ""), ORDERS[usual])

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return finding.found(request, queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return finding.answered(request, self._queue)

    def _queue(self, request: HttpRequest, extra_context: dict[str, Any]) -> HttpResponse:
        may_change = request.user.has_perm("tickets.change_ticket")
        heard = pulse.Pulse.of(pulse.Listener(Ticket._meta.label_lower, actor(request).pk, ""))
        context = {"title": _("Queue"), "pulse": heard, "may_change": may_change, "narrowed": request.GET.urlencode()}
        return super().changelist_view(request, {**context, **extra_context})

    def as_csv(self, request: HttpRequest) -> HttpResponse:
        """The queue as it is narrowed, whole, as CSV."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return finding.answered(request, self._sheet)

    def _sheet(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        if "wrong_search" in context:
            return HttpResponseBadRequest(context["wrong_search"])
        found: Any = self.get_changelist_instance(request).get_queryset(request)
        return exports.tickets_csv(found.visible_to(request.user))

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return QueueList

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return admin_views.workspace(request, row_id(object_id))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
