"""Another desk's files in the admin: looked at first, brought in by a worker, once; what is bad is told of."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Organization, User
from portal.events.models import Event
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import DeskImportFactory
from tickets import actions as tickets
from tickets.actions import desk_imports
from tickets.models import DeskImport, Ticket, Timer
from tickets.tasks import run_imports

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/deskimport/"
HAND_IN = f"{LIST}hand-in/"
EXPORT: dict[str, Any] = {
    "organizations.json": {"organizations": [{"id": 10, "name": "Northwind"}]},
    "users.json": {"users": [
        {"id": 1, "name": "Mara", "email": "mara@northwind.example", "organization_id": 10},
        {"id": 2, "name": "Nobody", "email": "no address"},
    ]},
    "tickets.json": {"tickets": [
        {"id": 100, "subject": "Late signals", "description": "Since nine.", "status": "open", "requester_id": 1,
         "organization_id": 10, "created_at": "2024-03-01T09:00:00Z"},
        {"id": 101, "subject": "Whose?", "description": "?", "requester_id": 77, "created_at": "2024-03-01T09:00:00Z"},
    ]},
}  # fmt: skip


@pytest.fixture
def admin(client: Client, db: None, settings: LazySettings, tmp_path: Path) -> Iterator[Client]:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role="administrator"))
    return client


def zipped(files: dict[str, Any], folder: str = "") -> SimpleUploadedFile:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}{name}", content if isinstance(content, str) else json.dumps(content))
    return SimpleUploadedFile("export.zip", made.getvalue(), "application/zip")


def hand_in(client: Client, file: SimpleUploadedFile, **fields: str) -> DeskImport:
    posted = {"file": file, "origin": "zendesk", "holds": "", "source": "", "audience": "operations", **fields}
    answer = client.post(HAND_IN, posted)
    assert answer.status_code == 302, answer.text
    return DeskImport.objects.latest("pk")


def standing(client: Client, chosen: DeskImport) -> str:
    return client.get(f"{LIST}{chosen.pk}/change/").text


def test_it_is_looked_at_confirmed_and_brought_in_by_a_worker(admin: Client) -> None:
    chosen = hand_in(admin, zipped(EXPORT, folder="export/"))
    assert "Waits to be looked at" in standing(admin, chosen)
    assert not Ticket.objects.exists()
    assert run_imports() == 1
    page = standing(admin, chosen)
    assert "nothing is changed yet" in page
    assert "<code>users.json:2</code> &#x27;no address&#x27; is no e-mail address" in page
    assert "its requester &#x27;77&#x27; did not come over" in page
    assert not Ticket.objects.exists()
    assert not Organization.objects.filter(name="Northwind").exists()

    admin.post(f"{LIST}{chosen.pk}/confirm/", follow=True)
    assert not Ticket.objects.exists()  # never in the request
    assert run_imports() == 1
    chosen.refresh_from_db()
    assert (chosen.state, chosen.through, chosen.rows) == ("done", 5, 5)
    assert chosen.tally["ticket"] == {"new": 1, "known": 0, "bad": 1}
    assert Ticket.objects.get().subject == "Late signals"
    assert not Timer.objects.exists()
    assert not Letter.objects.exists()
    assert "Brought in" in standing(admin, chosen)


def test_the_same_file_once_more_changes_nothing(admin: Client) -> None:
    first = hand_in(admin, zipped(EXPORT))
    run_imports()
    tickets.confirm_import(chosen=first, by=User.objects.get(is_staff=True))
    run_imports()
    for again in (hand_in(admin, zipped(EXPORT)), first):
        if again == first:
            admin.post(f"{LIST}{again.pk}/repeat/", follow=True)
        run_imports()
        admin.post(f"{LIST}{again.pk}/confirm/", follow=True)
        run_imports()
        again.refresh_from_db()
        assert again.state == "done"
        assert again.tally["ticket"] == {"new": 0, "known": 1, "bad": 1}
    assert Ticket.objects.count() == 1


def test_one_csv_file_says_by_its_name_or_its_owner_what_it_holds(admin: Client) -> None:
    for name, holds in (("organizations.csv", ""), ("our customers.csv", "organizations")):
        file = SimpleUploadedFile(name, f"id,name\n{name[:3]},{name}\n".encode(), "text/csv")
        chosen = hand_in(admin, file, holds=holds, source="legacy")
        run_imports()
        admin.post(f"{LIST}{chosen.pk}/confirm/")
        run_imports()
        assert Organization.objects.filter(name=name).exists()
    file = SimpleUploadedFile("our customers.csv", b"id,name\n1,A\n")
    answer = admin.post(HAND_IN, {"file": file, "origin": "csv", "audience": "operations"})
    assert answer.status_code == 422
    assert "Say what the file holds" in answer.text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (SimpleUploadedFile("export.zip", b"no archive at all"), "neither a ZIP file nor a CSV file"),
        (SimpleUploadedFile("tickets.csv", b"x" * 1_100_000), "larger than 1 MB"),
        (SimpleUploadedFile("export.zip", b""), "empty"),
    ],
)
def test_what_is_no_upload_is_said_at_once(
    admin: Client, settings: LazySettings, file: SimpleUploadedFile, said: str
) -> None:
    settings.DESK_ZIP_LIMITS = {"mb": 1, "unpacked_mb": 1, "files": 3}
    answer = admin.post(HAND_IN, {"file": file, "origin": "zendesk", "audience": "operations"})
    assert answer.status_code == 422
    assert said in answer.text
    assert not DeskImport.objects.exists()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"../../outside.json": "x"}, "no plain file inside of it"),
        ({"/etc/tickets.json": "x"}, "no plain file inside of it"),
        ({"tickets.json": "0" * 2_000_000}, "too much once unpacked"),
        ({f"tickets-{number}.json": "[]" for number in range(5)}, "more than 3 files"),
        ({"readme.txt": "hello"}, "There are no rows in it."),
    ],
)
def test_an_archive_that_means_harm_or_nothing_is_refused_by_the_worker(
    admin: Client, settings: LazySettings, files: dict[str, str], why: str
) -> None:
    settings.DESK_ZIP_LIMITS = {"mb": 1, "unpacked_mb": 1, "files": 3}
    chosen = hand_in(admin, zipped(files))
    run_imports()
    chosen.refresh_from_db()
    assert chosen.state == "failed"
    assert why in chosen.reason
    assert chosen.reason.split(":")[0] in standing(admin, chosen).replace("&#x27;", "'")


def test_what_a_fault_interrupts_is_tried_again_and_comes_to_an_end(
    admin: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, at = hand_in(admin, zipped(EXPORT)), timezone.now()

    def broken(**_options: Any) -> None:
        raise OSError("the storage is away")

    monkeypatch.setattr(desk_imports, "import_desk", broken)
    for number in range(1, 4):
        claimed = tickets.claim_import(now=at + timedelta(hours=number))
        assert claimed is not None
        tickets.work_import(claimed=claimed, now=at + timedelta(hours=number))
    chosen.refresh_from_db()
    assert chosen.state == "failed"
    assert "the storage is away" in chosen.reason
    assert tickets.claim_import(now=at + timedelta(days=1)) is None
    monkeypatch.undo()
    admin.post(f"{LIST}{chosen.pk}/repeat/")
    run_imports()
    chosen.refresh_from_db()
    assert (chosen.state, chosen.reason) == ("looked_at", "")


def test_an_import_that_kills_its_workers_comes_to_an_end(admin: Client) -> None:
    chosen, at = hand_in(admin, zipped(EXPORT)), timezone.now()
    for number in range(1, 5):
        assert tickets.claim_import(now=at + timedelta(hours=number))  # and the worker dies
    chosen.refresh_from_db()
    assert chosen.state == "failed"
    assert "died" in chosen.reason


def test_only_administrators_see_or_hand_in(client: Client, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    chosen = DeskImportFactory()
    client.force_login(StaffFactory(role="lead"))
    for address in (LIST, HAND_IN, *(f"{LIST}{chosen.pk}/{one}" for one in ("change/", "confirm/", "repeat/"))):
        assert client.get(address, follow=True).status_code == 403, address
        assert client.post(address, follow=True).status_code == 403, address


def test_nothing_is_brought_in_that_nobody_has_looked_at(admin: Client) -> None:
    chosen = hand_in(admin, zipped(EXPORT))
    assert "Have it looked at first" in admin.post(f"{LIST}{chosen.pk}/confirm/").text
    run_imports()
    admin.get(f"{LIST}{chosen.pk}/confirm/")  # a question changes nothing
    assert run_imports() == 0
    assert not Ticket.objects.exists()


def test_files_and_words_about_rows_go_after_two_weeks(admin: Client) -> None:
    chosen = hand_in(admin, zipped(EXPORT))
    run_imports()
    chosen.refresh_from_db()
    name, storage = chosen.stored.name, chosen.stored.storage
    assert storage.exists(name)
    assert not tickets.sweep_import(now=timezone.now() + timedelta(days=13))
    assert tickets.sweep_import(now=timezone.now() + timedelta(days=15))
    assert not tickets.sweep_import(now=timezone.now() + timedelta(days=15))
    chosen.refresh_from_db()
    assert not storage.exists(name)
    assert (chosen.state, chosen.problems, bool(chosen.stored)) == ("failed", [], False)
    assert chosen.tally["user"]["bad"] == 1  # figures stay
    assert "no longer here" in admin.post(f"{LIST}{chosen.pk}/repeat/").text


def test_it_is_written_down_who_did_it(admin: Client) -> None:
    chosen = hand_in(admin, zipped(EXPORT))
    run_imports()
    admin.post(f"{LIST}{chosen.pk}/confirm/")
    run_imports()
    told = [(one.name, one.by_id is None) for one in Event.objects.about(chosen).order_by("pk")]
    assert told == [
        ("desk_import.handed_in", False),
        ("desk_import.ended", True),
        ("desk_import.confirmed", False),
        ("desk_import.ended", True),
    ]
