"""The full tables that the measurements run against: 10,000 articles, 100,000 tickets."""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from helpcenter.models import Article, Category, Revision
from helpcenter.states import Audience, RevisionState
from portal.accounts.models import Membership, Organization, Tier, User
from portal.lib.markdown import Rendered, render
from portal.lib.tokens import public_id
from tests.bench.copying import copy
from tickets.models import Message, Ticket, Timer
from tickets.states import MessageKind, Priority, TicketState

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
ORGANIZATIONS = 500
WORDS = [
    "signal", "dashboard", "account", "model", "delivery", "payment", "invoice", "plan", "login", "password",
    "webhook", "telegram", "confidence", "score", "watchlist", "profile", "risk", "export", "token", "alert",
    "outage", "latency", "refund", "seat", "member", "role", "chart", "history", "momentum", "feed", "device",
    "browser", "session", "code", "error", "retry", "schedule", "report", "metric", "limit", "upgrade", "cancel",
    "renewal", "card", "bank", "tax",
]  # fmt: skip


def _vocabulary() -> list[str]:
    """Eight thousand words, the most frequent first, those above among the common ones: a text of natural language
    repeats few words often and most words hardly ever (Zipf), and an index is as quick as that lets it be."""
    syllables = ["bdfgklmnprstvz", "aeiou", "lmnrst", "aeiou", ["x", "ck", "rd", "nt"]]
    made = ["".join(parts) for parts in itertools.product(*syllables)]
    words = random.Random(11).sample(made, 8000 - len(WORDS))  # the same on each run, nothing secret
    for number, word in enumerate(WORDS):
        words.insert(30 + 12 * number, word)
    return words


VOCABULARY = _vocabulary()
_FREQUENCIES = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(VOCABULARY))))


def load(articles: int, tickets: int) -> None:
    """Fills an empty, migrated database; the same rows on each run."""
    dice = random.Random(7)  # the same rows on each run, nothing secret
    _load_articles(articles, dice)
    _load_people()
    _load_tickets(tickets, dice)


def know_the_tables() -> None:
    """As the server does by itself when tables grow; not when a migration gives one a column."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def sentence(dice: random.Random, length: int) -> str:
    """So many words, capitalized, without a full stop."""
    return " ".join(dice.choices(VOCABULARY, cum_weights=_FREQUENCIES, k=length)).capitalize()


def _load_articles(count: int, dice: random.Random) -> None:
    category = Category.objects.create(title="Guides", slug="guides", audience=Audience.CUSTOMER)
    bodies = ["\n\n".join(f"## {sentence(dice, 4)}\n\n{sentence(dice, 60)}." for _ in range(5)) for _ in range(500)]
    rendered = [render(body) for body in bodies]

    def rows() -> Iterator[dict[str, Any]]:
        for number in range(count):
            yield {
                "category_id": category.pk,
                "title": f"{sentence(dice, 5)} {number}",
                "slug": f"guide-{number}",
                "summary": sentence(dice, 12),
                "version": 1,
                "position": number,
                "created_at": NOW,
                "updated_at": NOW,
                "published_at": NOW - timedelta(minutes=number),
            }

    copy(Article, rows(), fields=[])
    copy(Revision, (_revision(article, bodies, rendered) for article in Article.objects.all()), fields=[])
    with connection.cursor() as cursor:
        for statement in _SHOWN:
            cursor.execute(statement)


def _revision(article: Article, bodies: list[str], rendered: list[Rendered]) -> dict[str, Any]:
    chosen = article.position % len(bodies)
    made = rendered[chosen]
    return {
        "article_id": article.pk,
        "number": 1,
        "title": article.title,
        "summary": article.summary,
        "body": bodies[chosen],
        "html": made.html,
        "toc": made.toc,
        "text": made.text,
        "created_at": NOW,
        "state": RevisionState.PUBLISHED,
    }


# What `helpcenter.search.index` does for one article, for all of them.
_SHOWN = [
    "UPDATE helpcenter_article a SET state = 'published', live_id = r.id, announced_at = r.created_at "
    "FROM helpcenter_revision r WHERE r.article_id = a.id",
    "INSERT INTO helpcenter_posting (article_id, term, title_count, body_count, title_length, body_length) "
    "SELECT article_id, lexeme, sum(in_title), sum(in_body), sum(sum(in_title)) OVER (PARTITION BY article_id),"
    " sum(sum(in_body)) OVER (PARTITION BY article_id) FROM ("
    " SELECT article_id, lexeme, cardinality(positions) in_title, 0 in_body"
    " FROM helpcenter_revision, unnest(to_tsvector('helpcenter_english', title))"
    " UNION ALL SELECT article_id, lexeme, 0, cardinality(positions)"
    " FROM helpcenter_revision, unnest(to_tsvector('helpcenter_english', summary || E'\\n' || text))"
    ") stood GROUP BY article_id, lexeme",
    "INSERT INTO helpcenter_searchdocument (article_id, vector, words, title_length, body_length, popularity) "
    "SELECT r.article_id, setweight(to_tsvector('helpcenter_english', r.title), 'A')"
    " || setweight(to_tsvector('helpcenter_english', r.summary), 'C')"
    " || setweight(to_tsvector('helpcenter_english', r.text), 'D'),"
    " (SELECT array_agg(DISTINCT word) FROM regexp_split_to_table(lower(r.title || ' ' || r.text), '[^a-z]+') word"
    "  WHERE length(word) > 2), sum(title_count), sum(body_count), 0 "
    "FROM helpcenter_revision r JOIN helpcenter_posting p USING (article_id) GROUP BY r.id",
]


def _load_people() -> None:
    tiers = list(Tier.objects.order_by("rank"))
    copy(
        Organization,
        (
            {"name": f"Company {number}", "tier_id": tiers[number % 3].pk, "created_at": NOW, "public_id": public_id()}
            for number in range(ORGANIZATIONS)
        ),
        fields=[],
    )
    copy(
        User,
        (
            {"email": f"customer{number}@example.org", "name": f"Customer {number}", "password": "!"}
            for number in range(ORGANIZATIONS)
        ),
        fields=[],
    )
    organizations = Organization.objects.order_by("pk").values_list("pk", flat=True)
    users = User.objects.filter(email__startswith="customer").order_by("pk").values_list("pk", flat=True)
    pairs = zip(users, organizations, strict=True)
    rows = ({"user_id": user, "organization_id": one, "role": "owner", "joined_at": NOW} for user, one in pairs)
    copy(Membership, rows, fields=[])


def _load_tickets(count: int, dice: random.Random) -> None:
    members = list(Membership.objects.order_by("pk").values_list("user_id", "organization_id"))
    states = dice.choices(TicketState.values, weights=[3, 4, 5, 8, 80], k=count)
    priorities = dice.choices(Priority.values, weights=[1, 9, 70, 20], k=count)
    copy(Ticket, (_ticket(n, members, states, priorities) for n in range(count)), fields=["number"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('tickets_ticket_number', max(number)) FROM tickets_ticket")
    ids = list(Ticket.objects.order_by("pk").values_list("pk", "requester_id", "state", "filed_at"))
    copy(Message, (row for one in ids for row in _messages(*one)), fields=[])
    copy(Timer, (_timer(pk, filed_at) for pk, _by, state, filed_at in ids if state == TicketState.NEW), fields=[])


def _ticket(number: int, members: list, states: list[str], priorities: list[str]) -> dict[str, Any]:
    user, organization = members[number % len(members)]
    state = states[number]
    filed = NOW - timedelta(minutes=number)
    ours = state in {TicketState.NEW, TicketState.OPEN}
    return {
        "number": 1001 + number,
        "public_id": public_id(),
        "organization_id": organization,
        "requester_id": user,
        "subject": f"My {WORDS[number % len(WORDS)]} does not work as it should ({number})",
        "state": state,
        "priority": priorities[number],
        "filed_at": filed,
        "last_activity_at": filed + timedelta(hours=1),
        "solved_at": filed + timedelta(hours=1) if state in {TicketState.SOLVED, TicketState.CLOSED} else None,
        "closed_at": filed + timedelta(hours=1) if state == TicketState.CLOSED else None,
        "due_at": filed + timedelta(hours=4) if ours else None,
    }


def _messages(ticket: int, requester: int, state: str, filed_at: datetime) -> Iterator[dict[str, Any]]:
    shared = {"ticket_id": ticket, "kind": MessageKind.REPLY}
    text = "Since this morning the page shows nothing. What can I do?"
    yield {**shared, "author_id": requester, "body": text, "html": f"<p>{text}</p>", "created_at": filed_at}
    if state != TicketState.NEW:
        answer = "Please log out and in again; if it stays, tell us the code at the foot of the page."
        yield {
            **shared,
            "is_from_staff": True,
            "body": answer,
            "html": f"<p>{answer}</p>",
            "created_at": filed_at + timedelta(hours=1),
        }


def _timer(ticket: int, filed_at: datetime) -> dict[str, Any]:
    target = timedelta(hours=4)
    return {
        "ticket_id": ticket,
        "target_for": target,
        "running_since": filed_at,
        "due_at": filed_at + target,
        "warn_at": filed_at + target * 0.75,
        "next_at": filed_at + target * 0.75,
        "reason": {"dimension": "tier", "value": "elite", "label": "Elite", "target_s": 14400},
    }
