"""Files through the API: uploaded first, then named; the same limits, gate and scanner as on the pages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.accounts.models import IdempotencyKey, User
from tests.factories.files import AttachmentFactory
from tests.fakes.bucket import Bucket
from tests.fakes.clamd import EICAR, Scanner
from tests.portal.accounts.bearers import bearer, send
from tests.tickets.files import check_all, kept_in, picture, upload
from tests.tickets.ways import TICKETS, changed, path_of
from tickets import actions as tickets
from tickets.models import Attachment, Desk, Message, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
File = Callable[..., Ticket]
FILES = "/api/v1/files"


def sent(client: Client, headers: dict[str, str], name: str = "a.txt", content: bytes = b"one", **more: Any) -> Any:
    return client.post(FILES, {"file": SimpleUploadedFile(name, content), **more}, headers=headers)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_file_is_uploaded_named_in_a_ticket_and_fetched(client: Client, customer: User) -> None:
    headers = bearer(customer, "write")
    made = sent(client, headers, "holiday.txt", picture())
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["content_type"], told["state"], told["message"]) == (
        *("holiday.txt", "image/png", "ready"),
        None,
    )
    assert made["Location"] == f"{FILES}/{told['id']}"
    words = {"subject": "Late", "body": "See", "files": [told["id"]]}
    filed = send(client, "POST", TICKETS, headers, words)
    assert filed.status_code == 201
    messages = client.get(f"{TICKETS}/{filed.json()['id']}/messages", headers=headers).json()["items"]
    assert [one["id"] for one in messages[0]["files"]] == [told["id"]]
    assert messages[0]["files"][0]["message"] == messages[0]["id"]
    got = client.get(f"{FILES}/{told['id']}/content", headers=bearer(customer))
    assert body(got) == picture()
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"] == 'attachment; filename="holiday.txt"'
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert "no-store" in got["Cache-Control"]


def test_files_go_with_answers_and_notes(client: Client, file: File, customer: User, agent: User) -> None:
    ticket, theirs, staff = file(), bearer(customer, "write"), bearer(agent, "write")
    for headers, path, name in ((theirs, "messages", "a.txt"), (staff, "messages", "b.txt"), (staff, "notes", "c.txt")):
        kept = sent(client, headers, name).json()["id"]
        written = changed(client, "POST", path_of(ticket, path), headers, {"body": "See", "files": [kept]})
        assert (written.status_code, [one["name"] for one in written.json()["files"]]) == (201, [name])
    shown = [one["name"] for one in client.get(path_of(ticket, "files"), headers=theirs).json()["items"]]
    assert shown == ["a.txt", "b.txt"]
    whole, cursor = [], ""
    while cursor is not None:
        page = client.get(
            path_of(ticket, "files") + f"?limit=1&sort=-uploaded_at&cursor={cursor}", headers=staff
        ).json()
        whole += [one["name"] for one in page["items"]]
        cursor = page["next"]
    assert whole == ["c.txt", "b.txt", "a.txt"]


def test_nothing_is_written_when_a_file_is_not_there_to_be_sent(
    client: Client, file: File, customer: User, owner: User
) -> None:
    ticket, headers = file(), bearer(customer, "write")
    theirs = upload(owner).public_id
    for name, status, code in ((theirs, 422, "file_gone"), ("made-up", 422, "file_gone"), ("x" * 23, 422, "invalid")):
        refused = send(client, "POST", path_of(ticket, "messages"), headers, {"body": "Mine", "files": [name]})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        words = {"subject": "Mine", "body": "Mine", "files": [name]}
        assert send(client, "POST", TICKETS, headers, words).status_code == status
    kept = sent(client, headers).json()["id"]
    words = {"body": "Once", "files": [kept]}
    assert send(client, "POST", path_of(ticket, "messages"), headers, words).status_code == 201
    assert send(client, "POST", path_of(ticket, "messages"), headers, words).json()["code"] == "file_gone"
    assert (ticket.messages.count(), Ticket.objects.count()) == (2, 1)


def test_one_request_brings_one_file_and_nothing_else(client: Client, customer: User) -> None:
    headers = bearer(customer, "write")
    one = SimpleUploadedFile("a.txt", b"one")
    for parts in ({}, {"other": one}, {"file": "words"}, {"file": [one, one]}, {"file": one, "uploaded_by": "1"}):
        refused = client.post(FILES, parts, headers=headers)
        assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json"), parts
    broken = client.generic("POST", FILES, "--x\r\n", content_type="multipart/form-data; boundary=", headers=headers)
    assert (broken.status_code, broken.json()["code"]) == (400, "bad_body")
    unknown = send(client, "POST", FILES, headers, {"file": "words"})
    assert (unknown.status_code, unknown.json()["code"]) == (415, "media_type")
    assert not Attachment.objects.exists()


def test_the_limits_of_the_desk_hold_here(client: Client, customer: User) -> None:
    rules = {"most_file_mb": 1, "most_files": 1, "most_files_mb_a_day": 2}
    Desk.objects.update_or_create(pk=1, defaults=rules)
    headers, large = bearer(customer, "write"), b"x" * 1024 * 1024
    for content, status, code in (
        (large + b"x", 413, "file_large"),
        (b"", 422, "file_empty"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\xff", 422, "file_program"),
    ):
        refused = sent(client, headers, content=content)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    kept = [sent(client, headers, content=large).json()["id"] for _number in range(2)]
    full = sent(client, headers)
    assert (full.status_code, full.json()["code"], "today" in full.json()["detail"]) == (409, "files_many", True)
    words = {"subject": "Late", "body": "See", "files": kept}
    assert send(client, "POST", TICKETS, headers, words).json()["code"] == "files_many"
    assert client.delete(f"{FILES}/{kept[0]}", headers=headers).status_code == 204
    assert sent(client, headers).status_code == 409  # what waits for the sweep still takes its place


def test_an_upload_larger_than_any_rule_is_refused_unread(client: Client, customer: User) -> None:
    headers = {**bearer(customer, "write"), "Content-Length": str(60 * 1024 * 1024)}
    refused = client.generic("POST", FILES, b"x", content_type="multipart/form-data; boundary=x", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_scopes_hold(client: Client, customer: User) -> None:
    kept = upload(customer).public_id
    reads = bearer(customer, "read")
    assert sent(client, reads).json()["code"] == "scope"
    assert client.delete(f"{FILES}/{kept}", headers=reads).json()["code"] == "scope"
    for path in (FILES, f"{FILES}/{kept}", f"{FILES}/{kept}/content"):
        assert client.get(path, headers=bearer(customer, "metrics")).status_code in (403, 405)
    assert client.get(f"{FILES}/{kept}/content").status_code == 401
    client.force_login(customer)
    assert client.get(f"{FILES}/{kept}/content").status_code == 401  # a session is no key


def test_an_upload_under_a_key_is_kept_once(client: Client, customer: User, owner: User, folder: Path) -> None:
    headers = {**bearer(customer, "write"), "Idempotency-Key": "k1"}
    first, again = (sent(client, headers) for _time in range(2))
    assert (first.status_code, first.json(), first["Location"]) == (201, again.json(), again["Location"])
    assert Attachment.objects.count() == 1
    for answer in (sent(client, headers, content=b"two"), sent(client, headers, name="b.txt")):
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    others = {**bearer(owner, "write"), "Idempotency-Key": "k1"}
    assert sent(client, others).json()["id"] != first.json()["id"]
    assert sum(1 for path in folder.rglob("*") if path.is_file()) == 2
    refused = sent(client, {**headers, "Idempotency-Key": "k2"}, content=b"")
    assert refused.json()["code"] == "file_empty"
    assert sent(client, {**headers, "Idempotency-Key": "k2"}).status_code == 201  # it failed: tried again
    assert IdempotencyKey.objects.count() == 3


def test_what_the_scanner_has_not_seen_or_not_liked_is_not_handed_out(
    client: Client, file: File, customer: User, scanner: Scanner
) -> None:
    headers = bearer(customer, "write")
    kept = [sent(client, headers, content=content).json()["id"] for content in (b"fine", b"--" + EICAR)]
    send(client, "POST", path_of(file(), "messages"), headers, {"body": "See", "files": kept})
    ways = [f"{FILES}/{one}/content" for one in kept]
    waiting = [client.get(way, headers=headers) for way in ways]
    assert [(one.status_code, one.json()["code"]) for one in waiting] == [(409, "file_waiting")] * 2
    assert check_all() == 2
    assert body(client.get(ways[0], headers=headers)) == b"fine"
    bad = client.get(ways[1], headers=headers)
    assert (bad.status_code, bad.json()["code"]) == (409, "file_infected")
    assert client.get(f"{FILES}/{kept[1]}", headers=headers).json()["state"] == "infected"


def test_files_of_a_bucket_come_from_the_bucket(
    client: Client, customer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = upload(customer)
    kept_in(Bucket(), monkeypatch)
    answer = client.get(f"{FILES}/{kept.public_id}/content", headers=bearer(customer))
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"https://bucket.example/{kept.stored.name}?expire=60&")


def test_bytes_that_are_gone_are_not_found(client: Client, customer: User) -> None:
    gone = AttachmentFactory(message=None, uploaded_by=customer)
    answer = client.get(f"{FILES}/{gone.public_id}/content", headers=bearer(customer))
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_only_what_is_ones_own_and_unsent_is_taken_back(
    client: Client, file: File, customer: User, owner: User, agent: User
) -> None:
    mine, theirs, used = upload(customer), upload(owner), upload(customer)
    tickets.reply_with_files(ticket=file(), draft=tickets.Draft("See", [used.public_id]), by=customer)
    headers = bearer(customer, "write")
    assert client.delete(f"{FILES}/{theirs.public_id}", headers=headers).status_code == 404
    refused = client.delete(f"{FILES}/{used.public_id}", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (409, "file_sent")
    assert client.delete(f"{FILES}/{used.public_id}", headers=bearer(agent, "write")).status_code == 404
    assert client.delete(f"{FILES}/{mine.public_id}", headers=headers).status_code == 204
    assert client.get(f"{FILES}/{mine.public_id}", headers=headers).status_code == 404
    assert Message.objects.get(attachments=used).attachments.count() == 1


def test_the_number_of_queries_is_the_same_for_few_and_many_files(
    client: Client, file: File, customer: User, django_assert_num_queries: Any
) -> None:
    ticket, headers = file(), bearer(customer)
    client.get("/api/v1/me", headers=headers)  # notes the use of the token
    for count in (1, 9):
        for _one in range(count):
            draft = tickets.Draft("See", [upload(customer).public_id, upload(customer).public_id])
            tickets.reply_with_files(ticket=ticket, draft=draft, by=customer)
        for path in ("messages", "files"):
            with django_assert_num_queries(5):  # token, person, plans, ticket, rows
                client.get(path_of(ticket, path), headers=headers)
