"""The admin's front: its files and its navigation by work, not by table."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.contrib import admin
from django.contrib.admin import sites
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from unfold.apps import DefaultAppConfig
from unfold.sites import UnfoldAdminSite

_GROUPS: list[tuple[Any, list[tuple[Any, str, str, str]]]] = [
    (
        _("Work"),
        [
            (_("Queue"), "inbox", "admin:tickets_ticket_changelist", "tickets.view_ticket"),
            (_("Agents"), "support_agent", "admin:tickets_agentprofile_changelist", "tickets.view_agentprofile"),
            (_("Reports"), "monitoring", "admin:tickets_report", "tickets.view_reports"),
            (_("Macros"), "bolt", "admin:tickets_macro_changelist", "tickets.view_macro"),
            (_("Ratings"), "star", "admin:tickets_survey_changelist", "tickets.view_survey"),
            (_("Tags"), "label", "admin:tickets_tag_changelist", "tickets.add_tag"),
            (_("Tasks"), "task_alt", "admin:operations_task_changelist", "operations.view_task"),
            (_("Incidents"), "emergency", "admin:incidents_incident_changelist", "incidents.view_incident"),
            (_("Maintenance"), "event", "admin:incidents_maintenance_changelist", "incidents.view_maintenance"),
        ],
    ),
    (
        _("Customers"),
        [
            (_("Organizations"), "apartment", "admin:accounts_organization_changelist", "accounts.view_organization"),
            (_("Health"), "favorite", "admin:success_health_changelist", "success.view_health"),
            (_("Weights of health"), "balance", "admin:success_healthweight_changelist", "success.view_healthweight"),
            (_("People"), "group", "admin:accounts_user_changelist", "accounts.view_user"),
            (_("Plans"), "sell", "admin:billing_plan_changelist", "billing.view_plan"),
            (_("Subscriptions"), "receipt_long", "admin:billing_subscription_changelist", "billing.view_subscription"),
            (_("Tiers"), "workspace_premium", "admin:accounts_tier_changelist", "accounts.view_tier"),
            (_("Erasures"), "person_remove", "admin:accounts_erasure_changelist", "accounts.view_erasure"),
            (_("Exports"), "download", "admin:accounts_export_changelist", "accounts.view_export"),
            (_("Retention"), "auto_delete", "admin:accounts_retentionrule_changelist", "accounts.view_retentionrule"),
        ],
    ),
    (
        _("Help center"),
        [
            (_("Articles"), "article", "admin:helpcenter_article_changelist", "helpcenter.view_article"),
            (_("Categories"), "category", "admin:helpcenter_category_changelist", "helpcenter.view_category"),
            (_("Series"), "format_list_numbered", "admin:helpcenter_series_changelist", "helpcenter.view_series"),
            (_("Questions"), "forum", "admin:helpcenter_question_changelist", "helpcenter.view_question"),
            (_("Snippets and terms"), "data_object", "admin:helpcenter_snippet_changelist", "helpcenter.view_snippet"),
            (_("Links"), "link_off", "admin:helpcenter_articlelink_changelist", "helpcenter.view_articlelink"),
            (_("Articles to write"), "lightbulb", "admin:helpcenter_gap_changelist", "helpcenter.view_gap"),
            (
                _("Health of articles"),
                "vital_signs",
                "admin:helpcenter_articlehealth_changelist",
                "helpcenter.view_article",
            ),
            (_("Searches"), "search", "admin:helpcenter_searchevent_changelist", "helpcenter.view_searchevent"),
        ],
    ),
    (
        _("Status page"),
        [
            (_("Components"), "dns", "admin:incidents_component_changelist", "incidents.view_component"),
            (_("Groups"), "folder", "admin:incidents_componentgroup_changelist", "incidents.view_componentgroup"),
            (_("Page"), "web", "admin:incidents_statuspage_changelist", "incidents.view_statuspage"),
        ],
    ),
    (
        _("Machine room"),
        [
            (_("Letters"), "mail", "admin:outbox_letter_changelist", "outbox.view_letter"),
            (_("Webhooks"), "webhook", "admin:outbox_webhook_changelist", "outbox.view_webhook"),
            (_("Endpoints"), "outbound", "admin:outbox_endpoint_changelist", "outbox.view_endpoint"),
            (_("Events"), "history", "admin:events_event_changelist", "events.view_event"),
            (_("Deliveries"), "move_to_inbox", "admin:events_delivery_changelist", "events.view_delivery"),
            (_("Probes"), "monitor_heart", "admin:operations_proberesult_changelist", "operations.view_proberesult"),
            (_("Fields of tickets"), "edit_note", "admin:tickets_ticketfield_changelist", "tickets.view_ticketfield"),
            (_("Skills"), "school", "admin:tickets_skill_changelist", "tickets.view_skill"),
            (_("Promises"), "timer", "admin:tickets_slapolicy_changelist", "tickets.view_slapolicy"),
            (_("Ladders"), "stairs", "admin:tickets_ladder_changelist", "tickets.view_ladder"),
            (_("Targets of teams"), "speed", "admin:tickets_teamtarget_changelist", "tickets.view_teamtarget"),
            (_("Escalation matrix"), "groups", "admin:tickets_matrixline_changelist", "tickets.view_matrixline"),
            (_("Turns of teams"), "swap_horiz", "admin:tickets_teamturn_changelist", "tickets.view_teamturn"),
            (_("Escalations"), "emergency", "admin:tickets_escalation_changelist", "tickets.view_escalation"),
            (_("Rules"), "rule", "admin:tickets_rule_changelist", "tickets.view_rule"),
            (_("Applied rules"), "done_all", "admin:tickets_firing_changelist", "tickets.view_firing"),
            (_("Classifiers"), "psychology", "admin:tickets_classifier_changelist", "tickets.view_classifier"),
            (_("Hours"), "schedule", "admin:tickets_businesscalendar_changelist", "tickets.view_businesscalendar"),
            (_("Desk"), "tune", "admin:tickets_desk_changelist", "tickets.view_desk"),
            (_("Imports"), "upload", "admin:tickets_deskimport_changelist", "tickets.view_deskimport"),
            (_("Attached files"), "attach_file", "admin:tickets_attachment_changelist", "tickets.view_attachment"),
        ],
    ),
]


@dataclass(frozen=True)
class Sidebar:
    """The navigation of one person at one place: which entries they may open, and which one they are in.

    Hundreds of staff share the few that there are, so it is drawn once for each (`key`).
    """

    entries: tuple[tuple[int, int], ...]
    active: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Sidebar":
        """Only what this person may open."""
        user: Any = request.user
        is_allowed = user.has_perm if user.is_superuser else user.get_all_permissions().__contains__
        found = [
            (place, line)
            for place, (_title, entries) in enumerate(_GROUPS)
            for line, (_label, _icon, _url, permission) in enumerate(entries)
            if is_allowed(permission)
        ]
        # The longest: reports stand below the queue's address, and are a place of their own.
        links = [link for link in _links().values() if request.path.startswith(link)]
        return cls(tuple(found), max(links, key=len, default=""))

    @property
    def key(self) -> str:
        return f"{self.active} {self.entries}"

    def groups(self) -> list[dict[str, Any]]:
        """As the theme's own template wants them."""
        return [
            {
                "title": _GROUPS[place][0],
                "separator": True,
                "items": [self._item(*_GROUPS[place][1][line]) for _place, line in lines],
            }
            for place, lines in groupby(self.entries, key=itemgetter(0))
        ]

    def _item(self, title: Any, icon: str, url: str, _permission: str) -> dict[str, Any]:
        link = _links()[url]
        return {"title": title, "icon": icon, "link": link, "active": link == self.active, "has_permission": True}


@lru_cache(maxsize=1)
def _links() -> dict[str, str]:
    return {url: reverse(url) for _title, entries in _GROUPS for _label, _icon, url, _permission in entries}


class StaffSite(UnfoldAdminSite):
    """The theme's site. The sidebar is our own, so the list of all tables is put together only where it is shown."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        return SimpleLazyObject(lambda: super(StaffSite, self).get_app_list(request, app_label))

    def get_sidebar_list(self, request: HttpRequest) -> Any:
        """Put together where it is drawn (templates/admin/sidebar.html)."""
        return SimpleLazyObject(lambda: Sidebar.of(request).groups())

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        ours = {"sidebar": Sidebar.of(request), "templates": {"navigation": "admin/sidebar.html"}}
        return {**super().each_context(request), **ours}


class Theme(DefaultAppConfig):
    """The theme, with our site in place of its own."""

    def ready(self) -> None:
        admin.site = sites.site = StaffSite()
