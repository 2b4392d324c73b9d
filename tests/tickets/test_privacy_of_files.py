"""An export says which files somebody handed in, and where they are; those of notes are for the staff."""

from collections.abc import Callable
from typing import Any

import pytest

from portal.accounts.models import User
from portal.lib.privacy import PERSON, Subject
from tests.tickets.files import upload
from tickets import actions as tickets
from tickets import privacy
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_an_export_names_the_files_that_its_person_may_fetch(
    file: Callable[..., Ticket], customer: User, agent: User
) -> None:
    ticket = file()
    mine, secret, unsent = upload(customer), upload(agent, "notes.txt"), upload(customer, "not-sent.txt")
    tickets.note_with_files(ticket=ticket, draft=tickets.Draft("See", [secret.public_id]), by=agent)
    tickets.reply_with_files(ticket=ticket, draft=tickets.Draft("Look", [mine.public_id]), by=customer)
    sheets: dict[str, Any] = {
        sheet.path: sheet.content for sheet in privacy.export(Subject(PERSON, customer.pk, (customer.email,)))
    }
    told = [one for message in sheets["tickets.json"][0]["messages"] for one in message["files"]]
    assert told == [{"name": "trace.txt", "size": 14, "type": "text/plain", "url": mine.get_absolute_url()}]
    assert "- trace.txt" in sheets[f"tickets/{ticket.number}.md"]
    assert [one["name"] for one in sheets["files-not-sent.json"]] == [unsent.name]
    assert "notes.txt" not in str(sheets)
