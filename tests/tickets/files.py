"""Files for tests."""

import io

import pytest
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.accounts.models import User
from tickets import actions as tickets
from tickets.models import Attachment


def picture(width: int = 640, height: int = 400, kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, kind)
    return made.getvalue()


def upload(by: User, name: str = "trace.txt", content: bytes = b"10:02 QE-1042\n") -> Attachment:
    return tickets.keep_upload(upload=tickets.Upload(name, SimpleUploadedFile(name, content)), by=by)


def check_all() -> int:
    """As the worker does."""
    count = 0
    while claimed := tickets.claim_file():
        tickets.check_file(attachment=claimed)
        count += 1
    return count


def kept_in(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are kept there, until this test ends."""
    for name in ("stored", "thumbnail"):
        monkeypatch.setattr(Attachment._meta.get_field(name), "storage", storage)
