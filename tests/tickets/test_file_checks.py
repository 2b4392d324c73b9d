"""The virus scan and the small pictures, as the worker does them."""

import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.privacy import ERASED, PERSON, Subject
from tests.fakes.clamd import EICAR, Scanner
from tests.tickets.files import check_all, picture, upload
from tickets import actions as tickets
from tickets import privacy
from tickets.actions import file_checks
from tickets.models import Attachment, Message, Ticket
from tickets.tasks import check_files, sweep_uploads

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def reader(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def sent(ticket: Ticket, by: User, *files: Attachment) -> Message:
    return tickets.reply_with_files(ticket=ticket, draft=tickets.Draft("See", [one.public_id for one in files]), by=by)


def test_a_clean_file_is_handed_out_once_it_was_scanned(
    reader: Client, customer: User, file: File, scanner: Scanner
) -> None:
    kept = upload(customer, "a.txt", b"harmless" * 200_000)
    sent(file(), customer, kept)
    held = reader.get(kept.get_absolute_url())
    assert (held.status_code, b"still waits for the virus scan" in held.content) == (409, True)
    assert check_files() == 1
    assert scanner.scanned == [b"harmless" * 200_000]
    assert reader.get(kept.get_absolute_url()).status_code == 200


def test_an_infected_file_is_quarantined_where_everybody_sees_it(
    reader: Client, customer: User, agent: User, file: File, scanner: Scanner
) -> None:
    ticket, bad, also = file(), upload(customer, "bad.txt", b"--" + EICAR), upload(customer, "fine.txt")
    sent(ticket, customer, bad, also)
    assert check_all() == 2
    bad.refresh_from_db()
    assert (bad.state, bad.problem) == ("infected", "Eicar-Test-Signature")
    assert "Quarantined" in reader.get(ticket.get_absolute_url()).content.decode()
    assert Event.objects.about(ticket).named("ticket.file_quarantined").count() == 1
    assert reader.get(also.get_absolute_url()).status_code == 200
    for user in (customer, agent):
        reader.force_login(user)
        answer = reader.get(bad.get_absolute_url())
        assert (answer.status_code, b"quarantined" in answer.content) == (409, True)
    assert "Quarantined" in reader.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    assert "Eicar" in reader.get("/admin/tickets/attachment/?state__exact=infected").content.decode()


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.ctl"])
def test_with_the_scanner_away_a_file_waits_and_is_never_lost(
    customer: User, file: File, settings: Any, url: str
) -> None:
    settings.CLAMAV_URL = url
    kept = upload(customer)
    sent(file(), customer, kept)
    at = timezone.now()
    for seconds in (1, 20, 60, 130, 300):
        claimed = tickets.claim_file(now=at + timedelta(seconds=seconds))
        if claimed:
            tickets.check_file(attachment=claimed, now=at + timedelta(seconds=seconds))
    kept.refresh_from_db()
    assert kept.state == "waiting"
    assert kept.attempts >= 3
    assert kept.problem
    with Scanner() as back:
        settings.CLAMAV_URL = back.url
        claimed = tickets.claim_file(now=at + timedelta(hours=1))
        assert claimed is not None
        assert tickets.check_file(attachment=claimed).state == "ready"


def test_what_the_scanner_will_not_look_at_waits_and_says_so(customer: User, settings: Any) -> None:
    with Scanner(most=10) as small:
        settings.CLAMAV_URL = small.url
        kept = upload(customer, "a.txt", b"x" * 100)
        check_all()
        kept.refresh_from_db()
        assert (kept.state, "size limit" in kept.problem or "Error" in kept.problem) == ("waiting", True)


def test_a_worker_that_died_gives_the_file_back(customer: User, scanner: Scanner) -> None:
    upload(customer)
    at = timezone.now()
    assert tickets.claim_file(now=at) is not None
    assert tickets.claim_file(now=at + timedelta(minutes=1)) is None
    assert tickets.claim_file(now=at + timedelta(minutes=7)) is not None


def test_pictures_get_a_small_one_that_was_written_anew(reader: Client, customer: User, file: File) -> None:
    kept = upload(customer, "a.jpg", picture(2000, 1000, "JPEG"))
    ticket = file()
    sent(ticket, customer, kept)
    assert reader.get(f"{kept.get_absolute_url()}?small").status_code == 404
    check_all()
    small = reader.get(f"{kept.get_absolute_url()}?small")
    content = b"".join(small.streaming_content)
    assert (small["Content-Type"], content[8:12]) == ("image/webp", b"WEBP")
    assert len(content) < 4000
    assert f"/tickets/files/{kept.public_id}/?small" in reader.get(ticket.get_absolute_url()).content.decode()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it unfolds to that many pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack("!L", len(content)) + kind + content + struct.pack("!L", zlib.crc32(kind + content))

    head = struct.pack("!LLBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [bomb(60_000, 60_000), bomb(7000, 7000), bomb(100, 100), picture()[:60], b"GIF89a" + b"\xff" * 40],
    ids=["bomb", "over our cap", "cut off", "torn", "nonsense"],
)
def test_a_picture_that_cannot_be_made_small_stays_a_plain_file(customer: User, content: bytes) -> None:
    kept = upload(customer, "a.png", content)
    assert check_all() == 1
    kept.refresh_from_db()
    assert (kept.state, bool(kept.thumbnail), kept.check_at) == ("ready", False, None)


def test_a_file_that_was_dropped_meanwhile_is_left_alone(customer: User, scanner: Scanner) -> None:
    kept = upload(customer)
    tickets.drop_upload(attachment=kept)
    assert check_all() == 0
    assert sweep_uploads() == 1
    assert not Attachment.objects.exists()


def test_an_erased_person_s_files_are_handed_to_nobody_and_swept(file: File, customer: User, agent: User) -> None:
    sent(file(), customer, upload(customer, "passport.txt"))
    unsent = upload(customer, "draft.txt")
    while privacy.erase(Subject(PERSON, customer.pk, (customer.email,)), 100):
        pass
    assert not Attachment.objects.visible_to(agent).exists()
    assert not Attachment.objects.exclude(name=ERASED).exists()
    assert sweep_uploads() == 2
    assert not unsent.stored.storage.exists(unsent.stored.name)


def test_a_picture_at_which_workers_die_goes_without_a_small_one(customer: User, file: File) -> None:
    kept = upload(customer, "heavy.png", picture())
    sent(file(), customer, kept)
    for _death in range(3):
        assert tickets.claim_file(now=timezone.now()) == kept
        Attachment.objects.update(check_at=timezone.now())  # its lease ends
    assert check_all() == 1
    kept.refresh_from_db()
    assert (kept.is_ready, kept.thumbnail.name, kept.check_at) == (True, "", None)


def test_what_was_found_clean_is_handed_out_whatever_becomes_of_its_picture(
    customer: User, file: File, scanner: Scanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_given: Any, **_options: Any) -> bytes:
        raise MemoryError

    monkeypatch.setattr(file_checks, "thumbnail", dies)
    kept = upload(customer, "heavy.png", picture())
    sent(file(), customer, kept)
    with pytest.raises(MemoryError):
        check_all()
    kept.refresh_from_db()
    assert (kept.is_ready, kept.check_at is not None) == (True, True)
