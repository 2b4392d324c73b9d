"""Files on their way in and out. In: each is kept at once, so nothing is lost when a form comes back. Out: behind the
gate of its message, as a download or from an origin of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib.file_kinds import HARMLESS, UNKNOWN
from portal.lib.refusals import Refused
from portal.web.files import guarded, is_of_files_host
from tickets import actions as tickets
from tickets.models import Attachment
from tickets.querysets import AttachmentQuerySet

LINK_LIVES_S = 60
_signer = signing.TimestampSigner(salt="tickets.file")


@dataclass(frozen=True)
class HandedIn:
    """The files that go with a form, uploaded before or with it, and in words what was wrong with others."""

    kept: list[Attachment] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [one.public_id for one in self.kept]


def handed_in(request: HttpRequest, by: User) -> HandedIn:
    """Keeps the files that came with a form (`files`), beside those that it names as uploaded already (`kept`)."""
    return _gathered(
        request, Attachment.objects.unsent_of(by), lambda upload: tickets.keep_upload(upload=upload, by=by)
    )


def handed_in_by_a_stranger(request: HttpRequest, network: str) -> HandedIn:
    """The same for a visitor who has proven no address: what they name is told by its unguessable name alone."""
    return _gathered(
        request,
        Attachment.objects.unclaimed(),
        lambda upload: tickets.keep_guest_upload(upload=upload, network=network),
    )


def _gathered(
    request: HttpRequest, unsent: AttachmentQuerySet, keep: Callable[[tickets.Upload], Attachment]
) -> HandedIn:
    named = request.POST.getlist("kept")[:100]
    found = HandedIn(list(unsent.named(named)) if named else [])
    for upload in request.FILES.getlist("files"):
        try:
            found.kept.append(keep(tickets.Upload(upload.name or "", upload)))
        except Refused as refusal:
            found.problems.append(str(refusal))
    return found


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """One file, sent while the form is still being filled in. Answers what the form needs to name it."""
    return taken_in(handed_in(request, actor(request)))


def taken_in(found: HandedIn) -> HttpResponse:
    """What the script of the form hears about the file that it sent."""
    if found.problems or not found.kept:
        return JsonResponse({"problem": " ".join(found.problems) or _("Choose a file.")}, status=422)
    kept = found.kept[-1]
    return JsonResponse({"id": kept.public_id, "name": kept.name, "size": filesizeformat(kept.size)}, status=201)


@require_safe
def file(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """A file of a message, for who may read the message; `?small` is its small picture."""
    return handed_over(request, get_object_or_404(Attachment.objects.visible_to(request.user), public_id=public_id))


def handed_over(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The file itself, or the way to it; one that is held back says why. The caller is its gate."""
    if not attachment.is_ready:
        return render(request, "tickets/file_held.html", {"attachment": attachment}, status=409)
    if "small" in request.GET:
        return _small(attachment)
    if settings.FILES_HOST and _is_local(attachment):
        key = _signer.sign(attachment.public_id).removeprefix(f"{attachment.public_id}:")
        way = reverse("tickets:file_by_key", args=[attachment.public_id, key])
        return _private(redirect(f"{settings.SITE_URL.split('//')[0]}//{settings.FILES_HOST}{way}"))
    return as_download(attachment)


def as_download(attachment: Attachment) -> HttpResponseBase:
    """A file that is ready, to be kept and never shown; where a bucket has the bytes, the way there. The caller is its
    gate."""
    if not _is_local(attachment):
        return _private(redirect(_bucket_link(attachment)))
    return _private(guarded(_whole(attachment, UNKNOWN), attachment.name, is_shown=False))


@login_not_required
@require_safe
def file_by_key(request: HttpRequest, public_id: str, key: str) -> HttpResponseBase:
    """At the origin of files: what a link of the last minute names. Pictures and PDF are shown, all else is kept."""
    if not is_of_files_host(request):
        raise Http404
    try:
        _signer.unsign(f"{public_id}:{key}", max_age=LINK_LIVES_S)
    except signing.BadSignature as error:
        raise Http404 from error
    attachment = get_object_or_404(Attachment, public_id=public_id, dropped_at=None)
    if not attachment.is_ready:
        raise Http404
    is_shown = attachment.content_type in HARMLESS
    return _private(guarded(_whole(attachment, attachment.content_type), attachment.name, is_shown=is_shown))


def _whole(attachment: Attachment, content_type: str) -> FileResponse:
    try:
        return FileResponse(attachment.stored.open("rb"), filename=attachment.name, content_type=content_type)
    except FileNotFoundError as error:
        raise Http404 from error


def _small(attachment: Attachment) -> HttpResponseBase:
    """Written anew by us, so it may be shown in our own pages."""
    if not attachment.thumbnail:
        raise Http404
    try:
        response = FileResponse(attachment.thumbnail.open("rb"), content_type="image/webp")
    except FileNotFoundError as error:
        raise Http404 from error
    response["Cache-Control"] = "private, max-age=3600"
    return guarded(response, attachment.name, is_shown=True)


def _is_local(attachment: Attachment) -> bool:
    """Whether the bytes are in a folder; else they come from the bucket itself."""
    try:
        return bool(attachment.stored.path)
    except NotImplementedError:
        return False


def _bucket_link(attachment: Attachment) -> str:
    """Signed by the bucket's key for a minute; a browser keeps what it gets there, and runs none of it."""
    name = attachment.name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_")
    asked = {"ResponseContentDisposition": f'attachment; filename="{name}"', "ResponseContentType": UNKNOWN}
    storage: Any = attachment.stored.storage
    return storage.url(attachment.stored.name, parameters=asked, expire=LINK_LIVES_S)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "private, no-store"
    return response
