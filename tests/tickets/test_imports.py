"""Another desk comes over: as it was, once, without a letter and without a promise; what is bad is told of."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from helpcenter.models import Article, Category
from portal.accounts.models import Membership, Organization, User
from portal.events.models import Event
from portal.lib.html_text import as_markdown
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory, UserFactory
from tickets import actions as tickets
from tickets.actions.imports import run as run_module
from tickets.models import ImportedRow, Message, Survey, Ticket, Timer

pytestmark = pytest.mark.django_db
FILED = "2024-03-01T09:00:00Z"


def lines(*rows: Any) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An export as Zendesk makes it: documents with a list, and a line for each."""
    (tmp_path / "organizations.json").write_text(
        json.dumps(
            {"organizations": [{"id": 10, "name": "Northwind", "created_at": "2023-01-01T00:00:00Z"}], "count": 1}
        )
    )
    (tmp_path / "users.ndjson").write_text(
        lines(
            {"id": 1, "name": "Mara", "email": "Mara@northwind.example", "role": "end-user", "organization_id": 10,
             "iana_time_zone": "Europe/Berlin", "verified": True, "created_at": "2023-02-01T00:00:00Z"},
            {"id": 2, "name": "Theo", "email": "theo@desk.example", "role": "admin"},
            {"id": 3, "name": "No address", "email": None},
            "{broken",
            {"id": 4, "name": "Noor", "email": "noor@desk.example", "role": "agent"},
        )
    )  # fmt: skip
    comments = [
        {"id": 1, "author_id": 1, "plain_body": "It is <b>late</b>", "public": True, "created_at": FILED},
        {"id": 2, "author_id": 2, "html_body": "<p>Look <script>alert(1)</script><strong>here</strong></p>",
         "public": True, "created_at": "2024-03-01T10:00:00Z"},
        {"id": 3, "author_id": 2, "plain_body": "He is angry", "public": False, "created_at": "2024-03-01T10:01:00Z"},
    ]  # fmt: skip
    (tmp_path / "tickets.json").write_text(
        lines(
            {"id": 100, "subject": "=Late signals", "status": "solved", "priority": "urgent", "requester_id": 1,
             "assignee_id": 2, "organization_id": 10, "tags": ["VIP", "late signals"], "via": {"channel": "email"},
             "created_at": FILED, "updated_at": "2024-03-02T09:00:00Z", "comments": comments},
            {"id": 101, "subject": "Open still", "description": "Words", "status": "hold", "priority": None,
             "requester_id": 1, "created_at": FILED},
            {"id": 102, "subject": "Nobody asked", "description": "x", "requester_id": 77, "created_at": FILED},
            {"id": 103, "subject": "Future", "description": "x", "requester_id": 1, "created_at": "2999-01-01T00:00Z"},
            {"id": 104, "subject": "Odd", "description": "x", "requester_id": 1, "status": "odd", "created_at": FILED},
        )
    )  # fmt: skip
    (tmp_path / "sections.json").write_text(
        json.dumps([{"id": 5, "name": "Signals", "description": "<p>All of it</p>"}])
    )
    (tmp_path / "articles.json").write_text(
        lines(
            {"id": 9, "title": "Why late?", "section_id": 5, "draft": False, "created_at": FILED,
             "body": '<h2>Cause</h2><p onclick="x()">A <a href="javascript:alert(1)">bad</a> and a '
                     '<a href="https://a.example/x">good</a> link &lt;script&gt;</p><img src=x onerror=y>'},
            {"id": 8, "title": "Not done", "section_id": 5, "draft": True, "body": "<p>Later</p>"},
            {"id": 7, "title": "Lost", "section_id": 55, "body": "<p>x</p>"},
        )
    )  # fmt: skip
    return tmp_path


def run(folder: Path, *options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_desk", folder, *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_a_desk_comes_over_as_it_was(folder: Path, settle: Callable[..., int]) -> None:
    out, err = run(folder, "--from", "zendesk", "--audience", "customer")
    settle()
    assert "Ticket: 2 came over, 0 known, 3 left out." in out
    assert "users.ndjson:3: it has no e-mail address" in err
    assert "users.ndjson:4: this is no JSON" in err
    assert "tickets.json:3: its requester '77' did not come over" in err
    assert "tickets.json:4: created_at lies in the future" in err
    assert "tickets.json:5: status 'odd' is unknown" in err
    mara = User.objects.get(email="mara@northwind.example")
    assert (mara.time_zone, mara.is_active, mara.has_usable_password()) == ("Europe/Berlin", True, False)
    assert Membership.objects.get(user=mara).organization.name == "Northwind"
    theo = User.objects.get(email="theo@desk.example")
    assert not theo.is_staff, "an import makes nobody staff"
    assert not theo.is_active
    ticket = Ticket.objects.get(subject="=Late signals")
    assert (ticket.state, ticket.priority, ticket.channel) == ("solved", "critical", "email")
    assert ticket.filed_at == datetime(2024, 3, 1, 9, tzinfo=UTC)
    assert ticket.solved_at == ticket.last_activity_at == datetime(2024, 3, 2, 9, tzinfo=UTC)
    assert ticket.assignee is None
    assert sorted(ticket.tags.values_list("slug", flat=True)) == ["late-signals", "vip"]
    told = list(ticket.messages.in_order().values_list("kind", "is_from_staff", "author__name"))
    assert told == [("reply", False, "Mara"), ("reply", True, "Theo"), ("note", True, "Theo")]
    html = "".join(ticket.messages.values_list("html", flat=True))
    assert "<strong>here</strong>" in html
    assert "&lt;b&gt;late" in html
    assert "alert" not in html
    assert Ticket.objects.get(subject="Open still").messages.get().body == "Words"


def test_nobody_is_written_to_and_no_clock_starts(folder: Path, settle: Callable[..., int]) -> None:
    run(folder, "--from", "zendesk")
    settle()
    assert not Letter.objects.exists()
    assert not Timer.objects.exists()
    assert not Survey.objects.exists()
    assert not Ticket.objects.exclude(due_at=None).exists()
    assert not Event.objects.filter(name__in=["ticket.filed", "ticket.solved", "ticket.replied"]).exists()
    ticket = Ticket.objects.get(subject="Open still")
    tickets.reply(ticket=ticket, body="Any news?", by=ticket.requester)
    assert Timer.objects.filter(ticket=ticket).exists(), "what is written here is promised an answer"


def test_articles_come_as_clean_markdown_for_those_whom_the_order_names(folder: Path) -> None:
    run(folder, "--from", "zendesk")
    category = Category.objects.get(slug="signals")
    assert (category.audience, category.description) == ("operations", "All of it")
    article = Article.objects.get(title="Why late?")
    assert article.state == "published"
    assert article.live is not None
    html = article.live.html
    assert 'href="https://a.example/x"' in html
    assert "&lt;script&gt;" in html
    for harm in ("javascript:", "onclick", "onerror", "<script"):
        assert harm not in html
    assert Article.objects.get(title="Not done").state == "draft"
    assert not Article.objects.filter(title="Lost").exists()


def test_the_same_folder_again_changes_nothing_and_what_was_mended_comes_over(folder: Path) -> None:
    run(folder, "--from", "zendesk")
    before = (Ticket.objects.count(), Message.objects.count(), User.objects.count(), Article.objects.count())
    text = (folder / "tickets.json").read_text().replace('"status": "odd"', '"status": "closed"')
    (folder / "tickets.json").write_text(text)
    out, _err = run(folder, "--from", "zendesk")
    assert "Ticket: 1 came over, 2 known, 2 left out." in out
    assert "Organization: 0 came over, 1 known, 0 left out." in out
    assert Ticket.objects.get(subject="Odd").closed_at is not None
    assert (Ticket.objects.count() - 1, Message.objects.count() - 1, *before[2:]) == before
    assert Organization.objects.filter(name="Northwind").count() == 1


def test_a_dry_run_tells_the_same_and_keeps_nothing(folder: Path) -> None:
    out, err = run(folder, "--from", "zendesk", "--dry-run")
    assert "Ticket: 2 would come over, 0 known, 3 left out." in out
    assert "tickets.json:5" in err
    assert not ImportedRow.objects.exists()
    assert not Ticket.objects.exists()
    assert not User.objects.filter(email__endswith=".example").exists()


@pytest.mark.django_db(transaction=True)
def test_an_import_that_died_goes_on_where_it_ended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"id": n, "subject": f"T{n}", "description": "x", "requester_id": 1, "created_at": FILED} for n in range(7)]
    (folder / "tickets.json").write_text(lines(*rows))
    keep, seen = run_module.Run._keep, []

    def dies(self: Any, kind: str, *words: Any) -> None:
        seen.append(kind)
        if seen.count("ticket") == 6:
            raise OSError("power is out")
        keep(self, kind, *words)

    with monkeypatch.context() as patch:
        patch.setattr(run_module.Run, "_keep", dies)
        with pytest.raises(OSError, match="power"):
            run(folder, "--from", "zendesk", "--batch", "2")
    assert Ticket.objects.count() == 4, "two batches are through, the third is taken back"
    out, _err = run(folder, "--from", "zendesk", "--batch", "2")
    assert "Ticket: 3 came over, 4 known" in out
    assert sorted(Ticket.objects.values_list("subject", flat=True)) == [f"T{n}" for n in range(7)]


def test_a_desk_comes_over_from_csv(tmp_path: Path) -> None:
    staff = StaffFactory(email="lena@desk.example", role="agent-l1")
    known = UserFactory(email="mara@northwind.example", name="Mara of ours")
    (tmp_path / "organizations.csv").write_text("id,name\n1,Northwind\n")
    (tmp_path / "users.csv").write_text(
        "id,name,email,role,organization_id\n1,Somebody,MARA@northwind.example,end-user,1\n"
        "2,Lena,lena@desk.example,agent,\n3,Short\n"
    )
    (tmp_path / "tickets.csv").write_text(
        "\ufeffid,subject,status,priority,requester_email,assignee_id,created_at,tags,channel\n"
        '7,"Two\nlines",pending,high,mara@northwind.example,2,2024-03-01 09:00:00,"a,b",chat\n'
    )
    (tmp_path / "comments.csv").write_text(
        "id,ticket_id,author_id,body,public,created_at\n"
        "1,7,1,Hello,true,2024-03-01T09:00:00+01:00\n2,7,2,Hi,yes,2024-03-01T11:00:00Z\n"
    )
    _out, err = run(tmp_path, "--from", "csv", "--source", "old-desk")
    assert "users.csv:4: it has another number of columns" in err
    known.refresh_from_db()
    assert known.name == "Mara of ours", "who is here keeps what they said"
    assert known.memberships.count() == 1
    ticket = Ticket.objects.get(subject="Two lines")
    assert (ticket.state, ticket.channel, ticket.requester, ticket.assignee) == ("waiting", "chat", known, staff)
    assert list(ticket.messages.in_order().values_list("body", "is_from_staff")) == [("Hello", False), ("Hi", True)]
    assert ImportedRow.objects.filter(source="old-desk").count() == 4


def test_what_cannot_be_imported_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        run(tmp_path / "nothing", "--from", "csv")
    (tmp_path / "users.json").write_text('{"people": []}')
    (tmp_path / "tickets.json").write_text("[" * 200_000)
    (tmp_path / "organizations.json").write_text(
        '[{"id": 1, "name": "A\\u0000B"}, 7, {"id": "' + "9" * 80 + '", "name": "x"}]'
    )
    _out, err = run(tmp_path, "--from", "zendesk")
    assert "users.json:1: it has no id" in err
    assert "tickets.json:0: this is no JSON" in err
    assert "organizations.json:2: this is no JSON object" in err
    assert "organizations.json:3: id is longer" in err
    assert Organization.objects.filter(name="AB").exists()


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<h1>A</h1><p>b <b>c</b></p>", "## A\n\nb **c**"),
        ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n- b\n    1. c"),
        ("<pre>a < b\n  c</pre>", "```\na"),
        ("x<style>p{}</style><iframe src=y>z</iframe>", "x"),
        ('<a href="data:text/html,x">y</a>', "y"),
        ("{{ snippet }} &lt;img&gt;", "{ { snippet }} &lt;img>"),
        ("<b>" * 5000 + "x", None),
    ],
)
def test_foreign_html_becomes_markdown_without_its_harm(html: str, markdown: str | None) -> None:
    found = as_markdown(html)
    assert markdown is None or found.startswith(markdown)


def test_now_is_when_it_came(folder: Path, now: datetime) -> None:
    order = tickets.ImportOrder(folder, ("json", "ndjson"))
    tickets.import_desk(order=order, by=None, now=now + timedelta(days=1))
    assert set(ImportedRow.objects.values_list("imported_at", flat=True)) == {now + timedelta(days=1)}
