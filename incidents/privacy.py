"""Incidents and maintenance are written by the house about itself; whoever wrote them is a link to their account."""

from portal.lib.privacy import Fate, decide

decide(
    {
        "incidents.StatusPage": {Fate.HOUSE: "about"},
        "incidents.ComponentGroup": {Fate.FIGURE: "public_id", Fate.HOUSE: "name description"},
        "incidents.Component": {Fate.FIGURE: "public_id", Fate.HOUSE: "name description"},
        "incidents.ComponentStatusChange": {Fate.HOUSE: "reason", Fate.LINK: "by"},
        "incidents.Incident": {Fate.FIGURE: "public_id", Fate.HOUSE: "title", Fate.LINK: "opened_by"},
        "incidents.IncidentUpdate": {
            Fate.FIGURE: "public_id",
            Fate.HOUSE: "body html affected",
            Fate.LINK: "by",
        },
        "incidents.TicketLink": {Fate.LINK: "linked_by"},
        "incidents.Maintenance": {Fate.FIGURE: "public_id", Fate.HOUSE: "title body html", Fate.LINK: "scheduled_by"},
    }
)
