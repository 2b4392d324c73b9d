"""What the reports count, straight from the log and the rows.

Every query reads only what happened between two moments, by an index on when it happened (the backlog: what is active
now): its cost grows with the period that is asked for and not with the table.

A period is half-open: `begins` belongs to it, `ends` does not. All narrowing (`tier`, `channel`, `priority`,
`category`, `team`, `agent`) looks at the ticket as it stands today; figures by tier of promises, and the volume, are
grouped by what held when it happened.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from tickets.states import ACTIVE

_OF_THE_TICKET = """
    LEFT JOIN accounts_organization o ON o.id = k.organization_id
    LEFT JOIN accounts_tier t ON t.id = o.tier_id
    LEFT JOIN tickets_category c ON c.id = k.category_id
"""
_NARROWED = """
    AND (%(tier)s::text IS NULL OR t.slug = %(tier)s)
    AND (%(channel)s::text IS NULL OR k.channel = %(channel)s)
    AND (%(priority)s::text IS NULL OR k.priority = %(priority)s)
    AND (%(category)s::text IS NULL OR c.slug = %(category)s)
    AND (%(team)s::text IS NULL OR k.level = %(team)s)
    AND (%(agent)s::bigint IS NULL OR k.assignee_id = %(agent)s)
"""
_IN_THE_PERIOD = "e.happened_at >= %(begins)s AND e.happened_at < %(ends)s"


def _query(*parts: str) -> str:
    return "\n".join(parts)


PROMISES = _query(
    """
    SELECT r.metric, e.details->>'tier' AS tier, k.assignee_id AS agent, k.level AS team,
        GROUPING(e.details->>'tier', k.assignee_id, k.level) AS kind,
        count(*) FILTER (WHERE e.name = 'ticket.promise_met') AS kept,
        count(*) FILTER (WHERE e.name = 'ticket.promise_missed') AS missed,
        count(*) FILTER (WHERE e.name <> 'ticket.promise_missed') AS given,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM e.happened_at - r.started_at))
            FILTER (WHERE e.name <> 'ticket.promise_missed') AS wall,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY (e.details->>'actual_s')::float)
            FILTER (WHERE e.name <> 'ticket.promise_missed') AS business
    FROM events_event e
    JOIN tickets_timer r ON r.id = (e.details->>'timer')::bigint
    JOIN tickets_ticket k ON k.id = r.ticket_id
    """,
    _OF_THE_TICKET,
    " WHERE e.name IN ('ticket.promise_met', 'ticket.promise_met_late', 'ticket.promise_missed') AND ",
    _IN_THE_PERIOD,
    _NARROWED,
    """
    GROUP BY GROUPING SETS ((r.metric), (r.metric, e.details->>'tier'), (r.metric, k.assignee_id), (r.metric, k.level))
    """,
)
VOLUME = _query(
    """
    SELECT name, day, channel, priority, category, tier, GROUPING(day, channel, priority, category, tier) AS kind,
        count(*) AS count
    FROM (
        SELECT e.name, (e.happened_at AT TIME ZONE %(zone)s)::date AS day, e.details->>'channel' AS channel,
            e.details->>'priority' AS priority, e.details->>'category' AS category, e.details->>'tier' AS tier
        FROM events_event e JOIN tickets_ticket k ON k.id = e.about_id::bigint
    """,
    _OF_THE_TICKET,
    " WHERE e.name IN ('ticket.filed', 'ticket.solved') AND ",
    _IN_THE_PERIOD,
    _NARROWED,
    """
    ) found
    GROUP BY GROUPING SETS ((name), (name, day), (name, channel), (name, priority), (name, category), (name, tier))
    """,
)
FIRST_CONTACT = _query(
    """
    WITH solved AS (
        SELECT DISTINCT e.about_id FROM events_event e JOIN tickets_ticket k ON k.id = e.about_id::bigint
    """,
    _OF_THE_TICKET,
    " WHERE e.name = 'ticket.solved' AND ",
    _IN_THE_PERIOD,
    _NARROWED,
    """
        AND NOT EXISTS (
            SELECT 1 FROM events_event b WHERE b.about_type = 'tickets.ticket' AND b.about_id = e.about_id
            AND b.happened_at < %(begins)s AND b.name = 'ticket.solved'
        )
    )
    SELECT count(*) AS solved, count(*) FILTER (WHERE told.heard = 0 AND told.said <= 1) AS at_once
    FROM solved CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE b.name IN ('ticket.customer_replied', 'ticket.reopened')) AS heard,
            count(*) FILTER (WHERE b.name = 'ticket.replied' AND b.by_id IS NOT NULL) AS said
        FROM events_event b WHERE b.about_type = 'tickets.ticket' AND b.about_id = solved.about_id
    ) told
    """,
)
RATINGS = _query(
    """
    SELECT k.assignee_id AS agent, t.slug AS tier, s.score, GROUPING(k.assignee_id, t.slug, s.score) AS kind,
        count(*) AS count, avg(s.score)::float AS mean, count(*) FILTER (WHERE s.score >= 4) AS satisfied
    FROM tickets_survey s JOIN tickets_ticket k ON k.id = s.ticket_id
    """,
    _OF_THE_TICKET,
    " WHERE s.answered_at >= %(begins)s AND s.answered_at < %(ends)s ",
    _NARROWED,
    " GROUP BY GROUPING SETS ((), (k.assignee_id), (t.slug), (s.score)) ",
)
ASKED = _query(
    "SELECT count(*) AS count FROM tickets_survey s JOIN tickets_ticket k ON k.id = s.ticket_id ",
    _OF_THE_TICKET,
    " WHERE s.asked_at >= %(begins)s AND s.asked_at < %(ends)s ",
    _NARROWED,
)
ESCALATIONS = _query(
    """
    SELECT e.name, e.details->>'level' AS team, count(*) AS count
    FROM events_event e JOIN tickets_ticket k ON k.id = e.about_id::bigint
    """,
    _OF_THE_TICKET,
    " WHERE e.name IN ('ticket.promise_warned', 'ticket.escalated', 'ticket.escalation_asked') AND ",
    _IN_THE_PERIOD,
    _NARROWED,
    " GROUP BY 1, 2 ORDER BY 1, 2 ",
)
TEAM_TURNS = _query(
    """
    SELECT n.level AS team, count(*) AS count,
        count(*) FILTER (WHERE n.answered_at <= n.due_at) AS kept,
        count(*) FILTER (WHERE coalesce(n.answered_at, n.left_at, %(now)s) > n.due_at) AS late,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM n.answered_at - n.reached_at))
            FILTER (WHERE n.answered_at IS NOT NULL) AS took
    FROM tickets_teamturn n JOIN tickets_ticket k ON k.id = n.ticket_id
    """,
    _OF_THE_TICKET,
    " WHERE n.reached_at >= %(begins)s AND n.reached_at < %(ends)s ",
    _NARROWED,
    " GROUP BY n.level ",
)
# Nothing is joined, and each age is a stretch of the index that serves it: what narrows by another table asks there.
BACKLOG = _query(
    """
    SELECT age.bucket, told.count, told.overdue, told.oldest
    FROM (VALUES
        (0, %(now)s - interval '1 day', 'infinity'),
        (1, %(now)s - interval '3 days', %(now)s - interval '1 day'),
        (2, %(now)s - interval '7 days', %(now)s - interval '3 days'),
        (3, %(now)s - interval '30 days', %(now)s - interval '7 days'),
        (4, '-infinity', %(now)s - interval '30 days')
    ) AS age (bucket, after, until)
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, count(*) FILTER (WHERE k.due_at <= %(now)s) AS overdue, min(k.filed_at) AS oldest
        FROM tickets_ticket k
        WHERE k.state IN ('new', 'open', 'waiting') AND k.filed_at > age.after AND k.filed_at <= age.until
        AND (%(tier)s::text IS NULL OR k.organization_id IN (
            SELECT o.id FROM accounts_organization o JOIN accounts_tier t ON t.id = o.tier_id WHERE t.slug = %(tier)s))
        AND (%(channel)s::text IS NULL OR k.channel = %(channel)s)
        AND (%(priority)s::text IS NULL OR k.priority = %(priority)s)
        AND (%(category)s::text IS NULL OR k.category_id IN (
            SELECT c.id FROM tickets_category c WHERE c.slug = %(category)s))
        AND (%(team)s::text IS NULL OR k.level = %(team)s)
        AND (%(agent)s::bigint IS NULL OR k.assignee_id = %(agent)s)
    ) told
    WHERE told.count > 0 ORDER BY age.bucket
    """
)
assert set(ACTIVE) == {"new", "open", "waiting"}  # noqa: S101  # as the query says, and the index that serves it


@dataclass(frozen=True)
class Period:
    """From when until when, and which tickets; None does not narrow."""

    begins: datetime
    ends: datetime
    zone: str = "UTC"
    tier: str | None = None
    channel: str | None = None
    priority: str | None = None
    category: str | None = None
    team: str | None = None
    agent: int | None = None


def counted(query: str, period: Period, *, now: datetime | None = None) -> list[dict[str, Any]]:
    """The lines of one of the queries above."""
    with connection.cursor() as cursor:
        cursor.execute(query, {**asdict(period), "now": now})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
