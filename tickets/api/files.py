"""Files: uploaded first, then named by what they go with. Handed out by the gate of their message, never shown."""

from typing import Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from ninja import File, Query, UploadedFile

from portal.accounts.api import BYTES, READS, WRITES, Bearer, Listing, Page, Paged, Sort, endpoint, told
from portal.accounts.context import actor
from portal.accounts.states import TokenScope
from portal.lib.refusals import Refused
from tickets import actions
from tickets.api.shapes import FileTold, router, tell_file, visible
from tickets.models import Attachment, Message
from tickets.states import FileState
from tickets.views.files import as_download

MOST_BYTES = 51 * 1024 * 1024  # the largest file that the rules of the desk can allow, and what is around it
UPLOADS = WRITES.but(
    auth=Bearer(TokenScope.WRITE, takes="multipart/form-data", most_bytes=MOST_BYTES), status=201, is_whole=False
)
_SORTS = {"uploaded_at": Sort("uploaded_at"), "-uploaded_at": Sort("uploaded_at", is_down=True)}


class FilesAsked(Listing):
    sort: Literal["uploaded_at", "-uploaded_at"] = "uploaded_at"


@endpoint(router, "POST /files", FileTold, UPLOADS)
def upload_file(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Uploads one file.

    Name its id in `files` of a ticket, message or note that you write; one that nothing took is deleted after a day.
    What it is, its content says; programs are refused.
    """
    if request.POST or list(request.FILES) != ["file"] or len(request.FILES.getlist("file")) != 1:
        raise Refused("Send one file as the part “file”, and nothing else.", code="invalid")
    kept = actions.keep_upload(upload=actions.Upload(file.name or "", file), by=actor(request))
    response = told(tell_file(kept), status=201)
    response["Location"] = f"{request.path.rstrip('/')}/{kept.public_id}"
    return response


@endpoint(router, "GET /files/{file}", FileTold, READS)
def file(request: HttpRequest, file: str) -> HttpResponse:
    """One file: of a message that you may read, or one that you have not sent yet."""
    return told(tell_file(_visible(request, file)))


@endpoint(router, "GET /files/{file}/content", BYTES, READS)
def file_content(request: HttpRequest, file: str) -> HttpResponseBase:
    """The bytes of a file.

    A redirect where they are kept in a bucket: follow it without the token, within a minute. A file that the virus scan
    has not looked at yet (409 `file_waiting`) or found something in (409 `file_infected`) is not handed out.
    """
    found = _visible(request, file)
    if found.state == FileState.WAITING:
        raise Refused("This file still waits for the virus scan. Try again in a minute.", code="file_waiting")
    if not found.is_ready:
        raise Refused("The virus scan found something in this file. It is kept back.", code="file_infected")
    return as_download(found)


@endpoint(router, "DELETE /files/{file}", None, WRITES.but(status=204))
def drop_file(request: HttpRequest, file: str) -> HttpResponse:
    """Takes a file back that you have not sent."""
    mine = Attachment.objects.visible_to(request.user).filter(uploaded_by=actor(request))
    if not actions.drop_upload(attachment=get_object_or_404(mine, public_id=file)):
        raise Refused("This file was sent already.", code="file_sent")
    return HttpResponse(status=204)


@endpoint(router, "GET /tickets/{ticket}/files", Paged[FileTold], READS)
def files(request: HttpRequest, ticket: str, asked: Query[FilesAsked]) -> HttpResponse:
    """All files of a ticket's conversation. Staff also see those of notes."""
    found = visible(request, ticket)
    rows: QuerySet[Attachment] = Attachment.objects.filter(message__in=Message.objects.of_page(found, request.user))
    page = Page(asked, _SORTS[asked.sort], place=found.public_id).of(rows, tell_file)
    return told(Paged[FileTold](**page))


def _visible(request: HttpRequest, public_id: str) -> Attachment:
    return get_object_or_404(Attachment.objects.visible_to(request.user), public_id=public_id)
