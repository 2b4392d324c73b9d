"""Files in the first form of a guest: kept within limits, shown to nobody before the address is proven."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.privacy import ERASED, PERSON, Subject
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.accounts import UserFactory
from tests.factories.files import GuestFilingFactory
from tests.fakes.clamd import EICAR, Scanner
from tests.tickets.files import check_all, picture, upload
from tests.tickets.test_guests import GERDA, link_in, written
from tickets import actions as tickets
from tickets import privacy
from tickets.models import Attachment, Desk, GuestFiling, Ticket
from tickets.tasks import forget_guests, sweep_uploads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
FIRST = "/tickets/guest/files/"
ELSEWHERE = {"REMOTE_ADDR": "10.9.8.7"}


def kept_on_disk(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file())


def text(name: str = "a.txt", content: bytes = b"one") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def confirmed(client: Client) -> Ticket:
    client.post(link_in(Letter.objects.filter(to=GERDA).latest("pk")))
    return Ticket.objects.latest("pk")


def test_files_come_along_with_the_first_form_and_are_on_the_ticket_once_it_is_confirmed(client: Client) -> None:
    assert 'enctype="multipart/form-data"' in client.get("/tickets/guest/").content.decode()
    assert written(client, files=[text(), text("b.png", picture())]).status_code == 200
    assert set(Attachment.objects.values_list("message", "uploaded_by", "filing")) == {
        (None, None, GuestFiling.objects.get().pk)
    }
    way = link_in(Letter.objects.get())
    assert "b.png" in client.get(way).content.decode()
    ticket = confirmed(client)
    files = list(ticket.messages.get().attachments.order_by("pk"))
    assert [one.name for one in files] == ["a.txt", "b.png"]
    assert {(one.uploaded_by, one.network, one.filing) for one in files} == {(ticket.requester, "", None)}
    there = client.post(way)["Location"]  # twice is once
    assert ticket.messages.count() == 1
    assert b"".join(client.get(f"{there}files/{files[0].public_id}/").streaming_content) == b"one"


def test_a_script_sends_them_while_the_form_is_filled_in(client: Client) -> None:
    shown = client.get("/tickets/guest/").content.decode()
    assert f'data-files="{FIRST}"' in shown
    assert "js/files" in shown
    kept = client.post(FIRST, {"files": text()})
    assert (kept.status_code, kept.json()["name"]) == (201, "a.txt")
    assert client.post(FIRST, {"files": text(content=b"")}).json()["problem"] == "a.txt is empty."
    assert client.post(FIRST).status_code == 422
    back = written(client, kept=kept.json()["id"], subject="")  # another error: nothing is lost
    assert (back.status_code, f'value="{kept.json()["id"]}" checked' in back.content.decode()) == (422, True)
    assert written(client, kept=kept.json()["id"]).status_code == 200
    assert [one.name for one in confirmed(client).messages.get().attachments.all()] == ["a.txt"]


def test_the_form_is_no_door_for_other_sites(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(FIRST, {"files": text()}).status_code == 403
    assert not Attachment.objects.exists()


def test_nobody_gets_a_file_before_the_address_is_proven(client: Client, agent: User, customer: User) -> None:
    written(client, files=[text("a.png", picture())])
    kept = Attachment.objects.get()
    for user in (None, customer, agent, UserFactory(is_staff=True, is_superuser=True)):
        if user is not None:
            client.force_login(user)
        assert client.get(f"/tickets/files/{kept.public_id}/").status_code in (302, 404)
        assert kept.public_id not in client.get("/admin/tickets/attachment/").content.decode()
        assert not Attachment.objects.visible_to(user or client.get("/help/").wsgi_request.user).exists()
    mine = tickets.Filing(subject="Mine", body="Mine", files=[kept.public_id])
    with pytest.raises(Refused, match="no longer here"):
        tickets.file_ticket(filing=mine, by=customer)
    assert check_all() == 0  # and no worker opens it


def test_it_is_scanned_once_the_address_is_proven(client: Client, scanner: Scanner) -> None:
    written(client, files=[text("bad.txt", b"--" + EICAR), text("fine.txt")])
    assert check_all() == 0
    files = confirmed(client).messages.get().attachments.order_by("pk")
    assert [one.state for one in files] == ["waiting", "waiting"]
    assert check_all() == 2
    assert [one.state for one in files.all()] == ["infected", "ready"]


def test_a_file_goes_with_one_form_only(client: Client) -> None:
    kept = client.post(FIRST, {"files": text()}).json()["id"]
    assert written(client, kept=kept).status_code == 200
    written(client, kept=kept, email="else@example.net", **ELSEWHERE)  # no longer anybody's to name
    assert list(Attachment.objects.values_list("filing__email", flat=True)) == [GERDA]
    member_s = upload(UserFactory())
    written(client, kept=member_s.public_id)
    member_s.refresh_from_db()
    assert (member_s.filing, member_s.message) == (None, None)


def test_too_many_files_are_refused_and_come_back(client: Client) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"most_files": 2})
    answer = written(client, files=[text(f"{number}.txt") for number in range(3)])
    assert (answer.status_code, "Attach 2 files at most" in answer.content.decode()) == (422, True)
    assert not GuestFiling.objects.exists()
    assert answer.content.decode().count('name="kept"') == 3


def test_one_network_uploads_little_in_an_hour(client: Client) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"guest_files_mb_an_hour": 1})
    large = b"x" * 600 * 1024
    assert client.post(FIRST, {"files": text(content=large)}).status_code == 201
    refused = client.post(FIRST, {"files": text(content=large)})
    assert (refused.status_code, "from your network" in refused.json()["problem"]) == (422, True)
    assert client.post(FIRST, {"files": text(content=large)}, **ELSEWHERE).status_code == 201
    Attachment.objects.update(dropped_at=timezone.now())  # what waits for the sweep still counts
    assert client.post(FIRST, {"files": text(content=large)}).status_code == 422
    Attachment.objects.update(uploaded_at=timezone.now() - timedelta(hours=2))
    assert client.post(FIRST, {"files": text(content=large)}).status_code == 201


def test_one_network_uploads_few_in_an_hour_and_ipv6_gives_nobody_more(client: Client) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"most_files": 1})
    for number in range(3):
        assert client.post(FIRST, {"files": text()}, REMOTE_ADDR=f"2001:db8::{number}").status_code == 201
    assert client.post(FIRST, {"files": text()}, REMOTE_ADDR="2001:db8::9:9").status_code == 422


def test_all_strangers_together_fill_only_their_corner(client: Client, customer: User) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"guest_files_mb": 1})
    large = b"x" * 600 * 1024
    assert client.post(FIRST, {"files": text(content=large)}, REMOTE_ADDR="10.0.0.1").status_code == 201
    refused = client.post(FIRST, {"files": text(content=large)}, REMOTE_ADDR="10.0.0.2")
    assert (refused.status_code, "just now" in refused.json()["problem"]) == (422, True)
    assert written(client, email="else@example.net").status_code == 200  # words come in all the same
    assert upload(customer, content=large).pk  # and members' files
    Attachment.objects.filter(uploaded_by=None).delete()
    assert client.post(FIRST, {"files": text(content=large)}, REMOTE_ADDR="10.0.0.2").status_code == 201


def test_what_no_form_took_is_swept_after_two_hours(client: Client, folder: Path) -> None:
    client.post(FIRST, {"files": text()})
    written(client, files=[text("taken.txt")])
    assert (sweep_uploads(), kept_on_disk(folder)) == (0, 2)
    Attachment.objects.update(uploaded_at=timezone.now() - timedelta(hours=3))
    assert (sweep_uploads(), kept_on_disk(folder)) == (1, 1)
    assert Attachment.objects.get().name == "taken.txt"


def test_what_was_never_confirmed_is_erased_with_its_files(client: Client, folder: Path) -> None:
    written(client, files=[text(), text("b.txt")])
    then = timezone.now() - timedelta(days=3)
    GuestFiling.objects.update(created_at=then, expires_at=timezone.now())
    assert forget_guests() == 1
    assert sweep_uploads() == 2
    assert not Attachment.objects.exists()
    assert kept_on_disk(folder) == 0


def test_files_of_a_form_whose_letter_never_left_are_not_kept(client: Client, folder: Path) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"guest_letters_an_hour": 1})
    written(client, files=[text()])
    silent = written(client, files=[text("lost.txt")])
    assert silent.status_code == 200  # nobody learns that no letter left
    sweep_uploads()
    assert [one.name for one in Attachment.objects.all()] == ["a.txt"]
    assert kept_on_disk(folder) == 1


def test_erasing_a_person_takes_what_they_wrote_as_a_guest_in_any_spelling(folder: Path) -> None:
    person = UserFactory(email=GERDA)
    kept = tickets.keep_guest_upload(upload=tickets.Upload("mine.txt", text("mine.txt")), network="n")
    Attachment.objects.update(filing=GuestFilingFactory(email="Gerda@Example.net"))
    while privacy.erase(Subject(PERSON, person.pk, (GERDA,)), 500):
        pass
    assert not GuestFiling.objects.exists()
    kept.refresh_from_db()
    assert (kept.name, kept.network, kept.dropped_at is not None) == (ERASED, "", True)
    assert sweep_uploads() == 1
    assert kept_on_disk(folder) == 0
