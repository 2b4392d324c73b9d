"""Who on the staff may do what: one readable table, from which the groups of the admin are made.

A permission is written as the admin knows it: `app.verb_model`. `*` stands for view, add, change and delete.
"""

from portal.accounts.states import StaffRole

_READ_HELP = ["helpcenter.view_category", "helpcenter.view_article"]
_WRITE_HELP = [
    "helpcenter.view_question",
    "helpcenter.view_calibration",
    "helpcenter.*_article",
    "helpcenter.*_relatedarticle",
    "helpcenter.*_series",
    "helpcenter.*_seriesentry",
    "helpcenter.*_snippet",
    "helpcenter.view_articlelink",
    "helpcenter.view_category",
    "helpcenter.view_vote",
    "helpcenter.*_synonym",
    "helpcenter.*_promotion",
    "helpcenter.view_gap",
    "helpcenter.view_searchevent",
]
_WORK_TICKETS = [
    *("tickets.view_ticket", "tickets.add_ticket", "tickets.change_ticket", "tickets.view_message"),
    *("tickets.view_agentprofile", "tickets.view_attachment"),
    *("tickets.*_macro", "tickets.view_tag"),
]
_SEE_CUSTOMERS = ["accounts.view_organization", "accounts.view_user", "accounts.view_membership", "accounts.view_tier"]
_SEE_LETTERS = ["outbox.view_letter"]
_SEE_HEALTH = ["success.view_health", "success.view_healthweight"]
_TASKS = ["operations.view_task", "operations.add_task", "operations.change_task"]
_SEE_STATUS = [
    "incidents.view_component",
    "incidents.view_componentgroup",
    "incidents.view_incident",
    "incidents.view_maintenance",
]
_RUN_INCIDENTS = [
    *_SEE_STATUS,
    "incidents.*_incident",
    "incidents.*_maintenance",
    "incidents.change_component",
]
_AGENT = [*_READ_HELP, *_WORK_TICKETS, *_SEE_CUSTOMERS, *_SEE_LETTERS, *_TASKS, *_SEE_STATUS]
_LEAD = [
    *_AGENT,
    "accounts.add_export",
    *_WRITE_HELP,
    "tickets.*_agentprofile",
    "tickets.*_agentskill",
    "tickets.*_skill",
    "tickets.*_categoryskill",
    "tickets.view_category",
    "tickets.change_category",
    "tickets.view_desk",
    "tickets.change_desk",
    "tickets.share_macro",
    "tickets.share_queueview",
    "tickets.view_ticketfield",
    "tickets.add_ticketfield",
    "tickets.change_ticketfield",
    "tickets.*_tag",
    "tickets.*_slapolicy",
    "tickets.*_ladder",
    "tickets.*_ladderstep",
    "tickets.*_matrixline",
    "tickets.*_teamtarget",
    *("tickets.view_escalation", "tickets.view_teamturn", "tickets.view_survey"),
    "tickets.view_reports",
    *("tickets.view_classifier", "tickets.change_classifier", "tickets.view_classifierversion"),
    "tickets.view_suggestion",
    *("tickets.*_rule", "tickets.*_rulecondition", "tickets.*_ruleact", "tickets.view_ruleversion"),
    *("tickets.view_firing", "tickets.change_firing"),
    "tickets.*_businesscalendar",
    "tickets.*_calendarhours",
    "tickets.*_shift",
    "tickets.*_holiday",
    "outbox.change_letter",
    "events.view_event",
    "operations.view_proberesult",
    *_SEE_HEALTH,
]

PERMISSIONS: dict[StaffRole, list[str]] = {
    StaffRole.AGENT_L1: _AGENT,
    StaffRole.AGENT_L2: [*_AGENT, *_WRITE_HELP, "events.view_event", "operations.view_proberesult"],
    StaffRole.AGENT_L3: [
        *_AGENT,
        *_WRITE_HELP,
        *_RUN_INCIDENTS,
        "events.view_event",
        "events.view_delivery",
        "events.change_delivery",
        "operations.view_proberesult",
    ],
    StaffRole.LEAD: [*_LEAD, "events.view_delivery", "events.change_delivery"],
    StaffRole.SUCCESS_MANAGER: [
        *_READ_HELP,
        *_WORK_TICKETS,
        *_SEE_CUSTOMERS,
        *_TASKS,
        "accounts.change_organization",
        *_SEE_HEALTH,
        "success.change_healthweight",
        "tickets.view_survey",
        "billing.view_plan",
        "billing.view_subscription",
        "billing.add_subscription",
    ],
    StaffRole.INCIDENT_COMMANDER: [*_AGENT, *_RUN_INCIDENTS, "incidents.*_component", "operations.view_proberesult"],
    StaffRole.EXECUTIVE: [
        *_READ_HELP,
        *("tickets.view_ticket", "tickets.view_survey"),
        "tickets.view_reports",
        *_SEE_CUSTOMERS,
        *_SEE_HEALTH,
        *_SEE_STATUS,
        "billing.view_plan",
        "billing.view_subscription",
        "operations.view_proberesult",
    ],
    StaffRole.ADMINISTRATOR: ["*"],
}

# Which audiences of the help center a role reads besides the customers' articles.
READS_OPERATIONS = set(StaffRole)
READS_ENGINEERING = {StaffRole.AGENT_L3, StaffRole.LEAD, StaffRole.INCIDENT_COMMANDER, StaffRole.ADMINISTRATOR}
