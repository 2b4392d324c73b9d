"""Files on messages: limits, types, who gets them, how they are handed over."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.tickets import MacroFactory
from tests.fakes.bucket import Bucket
from tests.tickets.files import check_all, kept_in, picture, upload
from tickets import actions as tickets
from tickets.models import Attachment, Desk, HeldReply, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def sent(client: Client, ticket: Ticket, **fields: Any) -> Any:
    return client.post(f"/tickets/{ticket.public_id}/reply/", fields)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.fixture
def reader(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the bytes of this test are, and nothing else."""
    kept_in(FileSystemStorage(location=tmp_path), monkeypatch)
    return tmp_path


def test_several_files_go_with_a_ticket_and_with_an_answer(reader: Client, customer: User, folder: Path) -> None:
    words = {"subject": "Late", "body": "Ten minutes.", "impact": "hindered"}
    files = [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.png", picture())]
    assert reader.post("/tickets/new/", {**words, "files": files}).status_code == 302
    ticket = Ticket.objects.get()
    assert [one.name for one in ticket.messages.get().attachments.order_by("pk")] == ["a.txt", "b.png"]
    assert sent(reader, ticket, body="One more", files=[SimpleUploadedFile("c.log", b"three")]).status_code == 302
    shown = reader.get(ticket.get_absolute_url()).content.decode()
    assert all(name in shown for name in ("a.txt", "b.png", "c.log"))
    names = [path.name for path in folder.rglob("*") if path.is_file()]
    assert len(names) == 3
    assert not {"a.txt", "b.png", "c.log"} & set(names)


def test_nothing_is_lost_when_the_form_has_another_error(reader: Client, file: File) -> None:
    ticket = file()
    answer = sent(reader, ticket, body="", files=[SimpleUploadedFile("a.txt", b"one")])
    assert answer.status_code == 422
    kept = Attachment.objects.get()
    assert f'value="{kept.public_id}" checked' in answer.content.decode()
    assert sent(reader, ticket, body="Here", kept=kept.public_id).status_code == 302
    kept.refresh_from_db()
    assert kept.message is not None
    assert sent(reader, ticket, body="Again", kept=kept.public_id).status_code == 302  # a double click takes no copy
    assert Attachment.objects.count() == 1


def test_one_bad_file_sends_nothing_and_keeps_the_good_one(reader: Client, file: File) -> None:
    ticket = file()
    files = [SimpleUploadedFile("good.txt", b"one"), SimpleUploadedFile("empty.txt", b"")]
    answer = sent(reader, ticket, body="Here", files=files)
    assert answer.status_code == 422
    assert "empty.txt is empty" in answer.content.decode()
    assert "good.txt" in answer.content.decode()
    assert ticket.messages.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("big.txt", b"x" * (1024 * 1024 + 1), "file_large"),
        ("empty.txt", b"", "file_empty"),
        ("holiday.jpg", b"MZ\x90\x00\x03\x00\x00\x00\x04\xff", "file_program"),
    ],
)
def test_limits_hold_whatever_the_name_says(customer: User, name: str, content: bytes, code: str) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"most_file_mb": 1})
    with pytest.raises(Refused) as refused:
        upload(customer, name, content)
    assert refused.value.code == code


def test_the_type_is_told_by_the_content(customer: User) -> None:
    assert upload(customer, "a.png", b"<svg onload=alert(1)>").content_type == "text/plain"
    assert upload(customer, "a.txt", picture()).content_type == "image/png"
    assert upload(customer, "a.html", b"<html><script>1</script>").content_type == "text/plain"
    assert upload(customer, "a.bin", b"\x00\x01\xff\xfe").content_type == "application/octet-stream"
    assert upload(customer, "../../etc/pass\u202ewd\n.txt").name == "passwd.txt"


def test_too_many_files_are_refused(reader: Client, customer: User, file: File) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"most_files": 2})
    ticket, ids = file(), [upload(customer).public_id for _number in range(3)]
    answer = sent(reader, ticket, body="Here", kept=ids)
    assert answer.status_code == 409
    assert "Attach 2 files at most" in answer.content.decode()
    assert all(one in answer.content.decode() for one in ids)
    for _number in range(3):
        upload(customer)
    with pytest.raises(Refused, match="many files"):
        upload(customer)


def test_files_of_others_can_neither_be_sent_nor_named(
    file: File, customer: User, owner: User, now: Any, reader: Client
) -> None:
    theirs = upload(owner)
    with pytest.raises(Refused, match="no longer here"):
        tickets.reply_with_files(
            ticket=file(), draft=tickets.Draft("Mine now", [theirs.public_id]), by=customer, now=now
        )
    assert reader.get(f"/tickets/files/{theirs.public_id}/").status_code == 404
    sent(reader, file(), body="Here", kept=theirs.public_id)
    theirs.refresh_from_db()
    assert theirs.message is None


def test_a_file_is_a_download_in_which_nothing_runs(reader: Client, customer: User, file: File, now: Any) -> None:
    page = upload(customer, "page.html", b"<script>alert(1)</script>")
    tickets.reply_with_files(ticket=file(), draft=tickets.Draft("See", [page.public_id]), by=customer, now=now)
    answer = reader.get(page.get_absolute_url())
    assert body(answer) == b"<script>alert(1)</script>"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_an_origin_of_its_own_shows_pictures_by_a_link_of_a_minute(
    reader: Client, customer: User, file: File, settings: Any
) -> None:
    settings.FILES_HOST, settings.ALLOWED_HOSTS = "files.example", ["testserver", "files.example"]
    shot, page = upload(customer, "a.png", picture()), upload(customer, "a.svg", b"<svg onload=alert(1)></svg>")
    way = reader.get(shot.get_absolute_url())["Location"]
    assert way.startswith("http://files.example/tickets/files/")
    path, stranger = way.removeprefix("http://files.example"), Client()
    shown = stranger.get(path, headers={"host": "files.example"})
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/png")
    assert shown["Content-Disposition"] == 'inline; filename="a.png"'
    assert "sandbox" in shown["Content-Security-Policy"]
    drawn = reader.get(page.get_absolute_url())["Location"].removeprefix("http://files.example")
    kept = stranger.get(drawn, headers={"host": "files.example"})
    assert (kept["Content-Type"], "attachment" in kept["Content-Disposition"]) == ("text/plain", True)
    for forged in (path[:-3] + "x/", path.replace(shot.public_id, page.public_id)):
        assert stranger.get(forged, headers={"host": "files.example"}).status_code == 404
    assert stranger.get(path).status_code == 404  # our own origin shows nothing by a link
    assert reader.get("/tickets/", headers={"host": "files.example"}).status_code == 404
    assert reader.get("/help/", headers={"host": "files.example"}).status_code == 404


def test_a_bucket_hands_files_out_by_its_own_signed_link(
    reader: Client, customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = upload(customer, 'a"b.txt')
    kept_in(Bucket(), monkeypatch)
    answer = reader.get(kept.get_absolute_url())
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"https://bucket.example/{kept.stored.name}?expire=60&")
    assert "attachment%3B" in answer["Location"]


def test_only_the_gate_of_the_message_opens_a_file(
    file: File, customer: User, owner: User, stranger: User, agent: User, now: Any
) -> None:
    ticket, mine, secret = file(), upload(customer), upload(agent, "secret.txt")
    tickets.reply_with_files(ticket=ticket, draft=tickets.Draft("See", [mine.public_id]), by=customer, now=now)
    tickets.note_with_files(ticket=ticket, draft=tickets.Draft("He lies.", [secret.public_id]), by=agent, now=now)
    seen = {user: set(Attachment.objects.visible_to(user)) for user in (customer, owner, stranger, agent)}
    assert seen == {customer: {mine}, owner: {mine}, stranger: set(), agent: {mine, secret}}
    client = Client()
    for user, status in ((customer, 404), (owner, 404), (agent, 200)):
        client.force_login(user)
        assert client.get(secret.get_absolute_url()).status_code == status
        assert ("secret.txt" in client.get(ticket.get_absolute_url()).content.decode()) == (status == 200)


def test_agents_attach_to_answers_and_notes(client: Client, agent: User, file: File) -> None:
    client.force_login(agent)
    ticket = file()
    desk = f"/admin/tickets/ticket/{ticket.pk}/"
    files = [SimpleUploadedFile("fix.txt", b"fix")]
    answer = {"body": "Try this.", "seen": ticket.version, "leaves": "waiting", "files": files}
    assert client.post(f"{desk}reply/", answer).status_code == 302
    assert tickets.leave_next(now=timezone.now() + timedelta(minutes=3))
    noted = client.post(f"{desk}note/", {"body": "", "files": [SimpleUploadedFile("log.txt", b"log")]})
    assert noted.status_code == 422
    kept = Attachment.objects.get(name="log.txt")
    assert kept.public_id in noted.content.decode()
    client.post(f"{desk}note/", {"body": "See the log.", "kept": kept.public_id})
    assert [one.message.kind for one in Attachment.objects.order_by("pk") if one.message] == ["reply", "note"]
    assert "log.txt" in client.get(f"{desk}change/").content.decode()
    assert "fix.txt" in client.get("/admin/tickets/attachment/").content.decode()


def test_files_of_an_answer_that_is_taken_back_are_there_for_the_next(
    client: Client, agent: User, file: File, customer: User
) -> None:
    client.force_login(agent)
    ticket = file()
    desk = f"/admin/tickets/ticket/{ticket.pk}/"
    answer = {"body": "Try this.", "seen": ticket.version, "leaves": "waiting"}
    client.post(f"{desk}reply/", {**answer, "files": [SimpleUploadedFile("fix.txt", b"fix")]})
    held, fix = HeldReply.objects.get(), Attachment.objects.get()
    assert (fix.held, fix.message) == (held, None)
    client.force_login(customer)
    assert client.get(fix.get_absolute_url()).status_code == 404
    client.force_login(agent)
    Attachment.objects.update(uploaded_at=timezone.now() - timedelta(days=2))
    assert not tickets.sweep_next_upload()  # it is on its way
    with pytest.raises(Refused, match="sent already"):
        draft = tickets.Draft("Twice", [fix.public_id])
        tickets.note_with_files(ticket=ticket, draft=draft, by=agent)
    back = client.post(f"{desk}takeback/", {"held": held.pk})
    Attachment.objects.update(uploaded_at=timezone.now())
    assert fix.public_id in client.get(back["Location"]).content.decode()
    client.post(f"{desk}reply/", {**answer, "seen": 99, "body": "Try that.", "kept": fix.public_id})
    assert tickets.leave_next(now=timezone.now() + timedelta(minutes=3))
    fix.refresh_from_db()
    assert fix.message is not None
    assert fix.message.body == "Try that."


def test_a_macro_sends_files_too(agent: User, file: File) -> None:
    ticket, fix = file(), upload(agent, "fix.txt")
    answer = tickets.Answer(body="Try this.", files=[fix.public_id])
    tickets.apply_macro(macro=MacroFactory(), ticket=ticket, by=agent, answer=answer)
    fix.refresh_from_db()
    assert fix.message is not None


def test_letters_name_the_files_with_links_behind_the_gate(
    file: File, agent: User, customer: User, settle: Callable[..., int], now: Any
) -> None:
    ticket, fix, trace = file(), upload(agent, "fix.txt", b"the bytes"), upload(customer, "trace.txt")
    tickets.reply_with_files(ticket=ticket, draft=tickets.Draft("Try this.", [fix.public_id]), by=agent, now=now)
    tickets.reply_with_files(ticket=ticket, draft=tickets.Draft("No.", [trace.public_id]), by=customer, now=now)
    settle()
    to_customer = Letter.objects.get(key__startswith="ticket-replied")
    to_agent = Letter.objects.filter(key__startswith="ticket-customer-replied").first()
    assert f"fix.txt: http://127.0.0.1:8000/tickets/files/{fix.public_id}/" in to_customer.text
    assert to_agent is not None
    assert f"/tickets/files/{trace.public_id}/" in to_agent.html
    assert "the bytes" not in to_customer.text + to_customer.html


def test_what_was_never_sent_is_swept(customer: User, file: File, folder: Path, now: Any) -> None:
    old, fresh, taken, dropped = (upload(customer, f"{number}.txt") for number in range(4))
    tickets.reply_with_files(ticket=file(), draft=tickets.Draft("See", [taken.public_id]), by=customer, now=now)
    Attachment.objects.exclude(pk=fresh.pk).update(uploaded_at=timezone.now() - timedelta(days=2))
    assert tickets.drop_upload(attachment=dropped)
    assert not tickets.drop_upload(attachment=taken)
    while tickets.sweep_next_upload():
        pass
    assert set(Attachment.objects.all()) == {fresh, taken}
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {
        one.stored.name.split("/")[1] for one in (fresh, taken)
    }
    with pytest.raises(Refused, match="no longer here"):
        tickets.reply_with_files(ticket=file(), draft=tickets.Draft("See", [old.public_id]), by=customer)


def test_a_request_larger_than_all_limits_is_refused_unread(client: Client, settings: Any) -> None:
    settings.MOST_REQUEST_MB = 0
    assert client.post("/tickets/files/", {"files": SimpleUploadedFile("a.txt", b"one")}).status_code == 413


def test_a_file_is_sent_while_the_form_is_filled_in(reader: Client, customer: User) -> None:
    answer = reader.post("/tickets/files/", {"files": SimpleUploadedFile("a.txt", b"one")})
    kept = Attachment.objects.get(uploaded_by=customer)
    assert (answer.status_code, answer.json()["id"]) == (201, kept.public_id)
    refused = reader.post("/tickets/files/", {"files": SimpleUploadedFile("a.txt", b"")})
    assert (refused.status_code, refused.json()["problem"]) == (422, "a.txt is empty.")
    assert reader.post("/tickets/files/").status_code == 422
    assert check_all() == 0
