import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db.models import BinaryField, F, Func, IntegerField, Value
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from helpcenter.models import Asset, AssetFile
from portal.lib.file_kinds import SHOWN
from portal.web.files import guarded

PIECE = 1024 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")


@login_not_required
@require_safe
def file(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    """A file of an article, for who may read the article (or works on it); `?w=960` is a picture in that width."""
    asset = get_object_or_404(Asset.objects.open_to(request.user), article_id=pk, name=name)
    width = request.GET.get("w", "")
    size = Func(F("content"), function="octet_length", output_field=IntegerField())
    files = asset.files.annotate(size=size).defer("content")
    wanted = (width.isascii() and width.isdigit() and files.filter(width=int(width[:6])).first()) or files.get(width=0)
    etag = f'"{asset.digest[:24]}-{wanted.width}"'
    if etag in [tag.removeprefix("W/") for tag in parse_etags(request.headers.get("If-None-Match", ""))]:
        response: HttpResponseBase = HttpResponseNotModified()
    else:
        response = _part(request, wanted, etag)
    return _with_manners(response, request, asset, etag)


def _part(request: HttpRequest, wanted: Any, etag: str) -> HttpResponseBase:
    """All of the file (annotated with its `size`), or the range that was asked for."""
    size: int = wanted.size
    asked = _RANGE.match(request.headers.get("Range", ""))
    if not asked or not any(asked.groups()) or request.headers.get("If-Range", etag) != etag:
        return _answer(request, wanted, range(size))
    first, last = asked.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response = _answer(request, wanted, range(start, end + 1))
    response.status_code = 206
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    return response


def _answer(request: HttpRequest, wanted: AssetFile, span: range) -> HttpResponseBase:
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse(content_type=wanted.content_type)
    elif len(span) <= PIECE:
        response = HttpResponse(b"".join(_pieces(wanted, span)), content_type=wanted.content_type)
    else:
        response = StreamingHttpResponse(_pieces(wanted, span), content_type=wanted.content_type)
    response["Content-Length"] = str(len(span))
    return response


def _pieces(wanted: AssetFile, span: range) -> Iterator[bytes]:
    """From the table piece by piece: a clip is never in memory as a whole."""
    for start in span[::PIECE]:
        length = min(PIECE, span.stop - start)
        place = [F("content"), Value(start + 1), Value(length)]
        piece = Func(*place, function="substring", output_field=BinaryField())
        yield bytes(AssetFile.objects.filter(pk=wanted.pk).values_list(piece, flat=True).get())


def _with_manners(response: HttpResponseBase, request: HttpRequest, asset: Asset, etag: str) -> HttpResponseBase:
    """Shown in place only if its kind is on the list; kept by others only while nobody needed to sign in for it."""
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Vary"] = "Cookie"
    response["Cache-Control"] = "private, no-cache" if request.user.is_authenticated else "public, max-age=300"
    return guarded(response, asset.name, is_shown=asset.content_type in SHOWN)
