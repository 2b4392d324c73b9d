"""The search of the desk: what may be typed, what it finds, and that it stays quick."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory, TierFactory
from tests.factories.tickets import CategoryFactory, TagFactory, TicketFactory
from tickets import actions as tickets
from tickets.models import SearchDocument, Ticket
from tickets.querysets import ORDERS
from tickets.search import understood

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def find(agent: User, now: datetime) -> Callable[..., list[str]]:
    """The subjects that the agent finds."""

    def ask(typed: str, reader: User = agent, at: datetime = now) -> list[str]:
        search = understood(typed, reader=reader, now=at)
        return [one.subject for one in search.narrow(Ticket.objects.all(), reader=reader, now=at).order_by("pk")]

    return ask


def test_words_are_found_in_subject_and_messages_together_and_in_any_form(
    file: File, find: Callable[..., list[str]], agent: User, now: datetime
) -> None:
    ticket = file(subject="Réfunds are late", body="The invoice QE-1042 was paid twice.")
    file(subject="Something else", body="The invoice is fine.")
    tickets.note(ticket=ticket, body="Ask the bank.", by=agent, now=now)
    for typed in ("refund", "late invoices", "refund bank invoices", '"paid twice"', "QE-1042", "invoice -fine"):
        assert find(typed) == ["Réfunds are late"], typed
    assert find('"twice paid"') == []
    assert find("invoice") == ["Réfunds are late", "Something else"]
    assert find("invoice refund -bank") == []


def test_what_is_moved_changed_or_gone_is_found_where_it_is(
    file: File, find: Callable[..., list[str]], agent: User, now: datetime
) -> None:
    source, into = file(subject="Source", body="Zebra one."), file(subject="Into", body="Yak.")
    tickets.merge_tickets(source=source, into=into, by=agent, now=now)
    assert find("zebra") == ["Into"]
    into.messages.filter(body="Yak.").update(body="Erased.")
    assert (find("yak"), find("erased")) == ([], ["Into"])
    into.messages.filter(body="Zebra one.").delete()
    assert find("zebra") == []
    Ticket.objects.filter(pk=into.pk).update(subject="Okapi")
    assert find("okapi") == ["Okapi"]
    assert find("source") == ["Source"]
    assert SearchDocument.objects.count() == 2


def test_a_very_long_conversation_is_kept_by_its_first_words_and_never_refuses_one_more(
    file: File, find: Callable[..., list[str]], customer: User, now: datetime
) -> None:
    ticket = file(subject="Long", body="Giraffe.")
    for turn in range(9):
        words = " ".join(f"w{turn}x{number}" for number in range(1900))
        tickets.reply(ticket=ticket, body=words, by=customer, now=now)
    assert find("giraffe w2x7") == ["Long"]
    assert find("w8x7") == []
    ticket.messages.all().update(is_from_staff=False)
    ticket.messages.order_by("-pk").first().delete()
    assert find("giraffe") == ["Long"]


def test_each_field_finds_what_it_says(
    file: File, find: Callable[..., list[str]], agent: User, stranger: User, now: datetime
) -> None:
    ada = stranger
    ada.email, ada.name = "ada@x.example", "Ada Long"
    ada.save()
    tag, category = TagFactory(slug="refund"), CategoryFactory(slug="money")
    mine = file(subject="Mine", priority="critical", category=category)
    tickets.take(ticket=mine, by=agent, now=now)
    tickets.tag(ticket=mine, add=[tag], by=agent, now=now)
    ours = TierFactory(slug="pro")
    stranger.organizations.update(tier=ours, name="Borealis Fund")
    file(subject="Hers", by=ada, organization=ada.organizations.get(), channel="phone")
    tickets.wait_for_customer(ticket=file(subject="Waits"), by=agent, now=now)
    file(subject="Old", at=now - timedelta(days=30))
    expected = {
        "from:ADA@x.example": ["Hers"],
        "ada@x.example": ["Hers"],
        'from:"ada long"': ["Hers"],
        "org:boreal": ["Hers"],
        'org:"Meridian Capital" status:new': ["Old"],
        "tier:elite status:open": ["Mine"],
        "tier:pro,elite status:open,waiting": ["Mine", "Waits"],
        "-tier:elite": ["Hers"],
        "priority:critical": ["Mine"],
        "PRIORITY:Critical": ["Mine"],
        "status:waiting": ["Waits"],
        "status:ours": ["Mine", "Hers", "Old"],
        "assignee:me": ["Mine"],
        "assignee:nobody channel:web": ["Waits", "Old"],
        "tag:refund": ["Mine"],
        "-tag:refund status:ours": ["Hers", "Old"],
        "tag:none status:waiting": ["Waits"],
        "category:money": ["Mine"],
        "category:none channel:phone": ["Hers"],
        "channel:phone": ["Hers"],
        "team:l1 channel:phone": ["Hers"],
        "due:<1h": ["Mine", "Hers", "Old"],
        "due:soon": ["Mine", "Hers"],
        "due:overdue": ["Old"],
        "due:none": ["Waits"],
        "due:today": ["Mine", "Hers"],
        "created:<7d -tier:pro": ["Mine", "Waits"],
        "created:>7d": ["Old"],
        "created:2026-03-10 tier:pro": ["Hers"],
        "created:<2026-03-01": ["Old"],
        "created:>=2026-03-10 tier:pro": ["Hers"],
        "created:>2026-03-10": [],
        "updated:<=today tier:pro": ["Hers"],
        "solved:<7d": [],
    }
    for typed, subjects in expected.items():
        assert find(typed) == subjects, typed


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("password:x", "There is no field “password”"),
        ("requester__password:x", "There is no field"),
        ("status:asleep", "“status:asleep” means nothing here. You can use: new, open"),
        ("tag:unheard", "“tag:unheard” means nothing here."),
        ("tier:gold", "You can use:"),
        ("due:<soonish", "“soonish” is no time."),
        ("created:2026-02-30", "is no time"),
        ("created:0001-01-01", "is no time"),
        ("created:<9999999d", "is no time"),
        ("priority:>high", "cannot be compared with >"),
        ("from:", "Write something after “from:”."),
        ("from:a", "at least two letters"),
        ('"never closed', "A quotation mark is not closed."),
        ("x" * 501, "too long"),
        ("a " * 31, "too many parts"),
        ("a\x00b", "holds a character"),
    ],
)
def test_what_means_nothing_is_refused_with_a_sentence(
    find: Callable[..., list[str]], typed: str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        find(typed)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "typed", ["the", "-", "--", "%", "a' OR 1=1", "\\", "(", "12:30", "https://x.example/a:b", "<b>", "!&|"]
)
def test_strange_words_are_just_words(find: Callable[..., list[str]], file: File, typed: str) -> None:
    file()
    assert find(typed) in ([], ["Signals are late"])


def test_who_does_not_read_as_staff_finds_nothing(
    file: File, find: Callable[..., list[str]], customer: User, agent: User, now: datetime
) -> None:
    """Words of notes would betray themselves by what is found."""
    tickets.note(ticket=file(), body="Sounds angry.", by=agent, now=now)
    assert find("angry") == ["Signals are late"]
    assert find("angry", reader=customer) == []
    assert find("signals", reader=StaffFactory()) == []


def explained(typed: str, reader: User, now: datetime, sort: str) -> str:
    found = understood(typed, reader=reader, now=now).narrow(Ticket.objects.all(), reader=reader, now=now)
    return found.order_by(*ORDERS[sort])[:30].explain()


INDEXED = [
    ("rare7", "newest"),
    ("common", "newest"),
    ("common rare7 -seldom", "newest"),
    ("tag:seldom", "newest"),
    ("from:nobody@x.example", "newest"),
    ("assignee:me status:ours", "due"),
    ("status:ours due:soon", "due"),
    ("status:ours due:overdue", "due"),
    ("status:waiting", "newest"),
    ("status:solved solved:<7d", "newest"),
    ("1234567", "newest"),
]


def test_a_search_among_many_tickets_reads_an_index(agent: User, now: datetime) -> None:
    first, tag = TicketFactory(), TagFactory(slug="seldom")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_ticket (public_id, organization_id, requester_id, subject, state, priority, channel,"
            " level, filed_at, last_activity_at, version, solved_at)"
            " SELECT 'many' || n, %s, %s, 'common ' || CASE WHEN n %% 500 = 0 THEN 'rare7' ELSE 'usual' || n END,"
            " CASE WHEN n %% 100 = 0 THEN 'open' WHEN n %% 101 = 0 THEN 'waiting' ELSE 'solved' END,"
            " 'normal', 'web', 'l1', %s - n * interval '1 hour', %s - n * interval '1 hour', 1,"
            " CASE WHEN n %% 100 > 0 AND n %% 101 > 0 THEN %s - n * interval '1 hour' END"
            " FROM generate_series(1, 20000) AS n",
            [first.organization_id, first.requester_id, now, now, now],
        )
        cursor.execute(
            "INSERT INTO tickets_ticket_tags (ticket_id, tag_id) SELECT id, %s FROM tickets_ticket WHERE id %% 997 = 0",
            [tag.pk],
        )
        cursor.execute("SELECT gin_clean_pending_list('ticket_document_words')")  # as the vacuum does
        cursor.execute("ANALYZE tickets_ticket, tickets_searchdocument, tickets_ticket_tags")
    for typed, sort in INDEXED:
        plan = explained(typed, agent, now, sort)
        assert "Seq Scan on tickets_ticket " not in plan, f"{typed}\n{plan}"
        assert "Seq Scan on tickets_searchdocument" not in plan, f"{typed}\n{plan}"
