"""A folder of Markdown as a ZIP file: looked at first, then brought in; and taken out."""

import secrets
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from helpcenter import actions
from helpcenter.forms import FolderForm
from helpcenter.models import Article
from helpcenter.querysets import audiences_of
from portal.accounts.context import actor
from portal.lib.archives import Limits, Unacceptable, packed, unpacked
from portal.lib.refusals import Refused

_KEPT_FOR = 900
_LIST = "admin:helpcenter_article_changelist"


def bring_in(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """Uploaded: told what would happen. Confirmed: done."""
    if not (admin.has_add_permission(request) and admin.has_change_permission(request)):
        raise PermissionDenied
    form, delivered, token = FolderForm(), None, request.POST.get("token", "")
    content = cache.get(_key(request, token)) if token else None
    if token and content is None:
        messages.warning(request, _("The upload is no longer here. Choose the file again."))
    elif content is not None:
        messages.success(request, _told(_imported(request, content, dry_run=False)))
        cache.delete(_key(request, token))
        return redirect(_LIST)
    elif request.method == "POST":
        form = FolderForm(request.POST, request.FILES)
        if form.is_valid():
            token, delivered = _looked_at(request, form)
    kinds = _by_kind(delivered) if delivered else []
    context = {"form": form, "kinds": kinds, "token": token, "title": _("Import a folder")}
    return render(request, "admin/helpcenter/folder.html", {**_frame(request, admin), **context})


# What an import notes, as a reader is told it: what is wrong first. The others are said by how many they are.
_WRONG = {
    "problem": _lazy("Left out, because something is wrong"),
    "lost link": _lazy("Links to pages that are not there"),
    "lost file": _lazy("Files that are named and not there"),
    "lost anchor": _lazy("Links to headings that are not there"),
    "lost callout": _lazy("Callouts that would not show"),
    "lost code": _lazy("Code that would not show"),
}
_FINE = {
    "category": _lazy("New categories"),
    "new": _lazy("New articles"),
    "changed": _lazy("Changed articles"),
    "mended": _lazy("Links to headings that are mended"),
    "same": _lazy("Unchanged articles"),
}


def _by_kind(delivered: actions.Delivered) -> list[dict[str, Any]]:
    """What would happen, by kind: its name, whether something is wrong, and each file with the reason."""
    kinds = [(what, said, what in _WRONG) for what, said in {**_WRONG, **_FINE}.items()]
    return [
        {
            "said": said,
            "is_wrong": is_wrong,
            "notes": [(path, why) for kind, path, why in delivered.notes if kind == what],
        }
        for what, said, is_wrong in kinds
        if what in delivered.counts
    ]


def _looked_at(request: HttpRequest, form: FolderForm) -> tuple[str, Any]:
    """What would happen; the upload is kept for a while under a token of this person."""
    content, token = form.cleaned_data["folder"].read(), secrets.token_urlsafe(16)
    try:
        delivered = _imported(request, content, dry_run=True)
    except Refused as refusal:
        form.add_error("folder", str(refusal))
        return "", None
    cache.set(_key(request, token), content, timeout=_KEPT_FOR)
    return token, delivered


def _imported(request: HttpRequest, content: bytes, *, dry_run: bool) -> actions.Delivered:
    try:
        with unpacked(content, Limits.of(settings.HELP_ZIP_LIMITS)) as inside:
            order = actions.Order(inside, dry_run=dry_run, audiences=set(audiences_of(request.user)))
            return actions.import_folder(order=order, by=actor(request))
    except Unacceptable as problem:
        said = _("The file is not imported: %(why)s. Large folders: manage.py import_articles.")
        raise Refused(said % {"why": problem}, code="folder_unacceptable") from problem


def take_out(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    """All articles that this person may read, as import_articles reads them."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    articles = Article.objects.for_audiences_of(request.user).whole().select_related("owner").in_order()
    if articles.count() > settings.HELP_ZIP_LIMITS["files"]:
        raise Refused(_("These are too many articles for one file: manage.py export_articles."), code="export_large")
    with TemporaryDirectory() as folder:
        actions.export_folder(folder=Path(folder), articles=articles)
        content = packed(Path(folder))
    disposition = {"Content-Disposition": 'attachment; filename="articles.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=disposition)


def _told(delivered: actions.Delivered) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(delivered.counts.items())) or _("Nothing to import.")


def _key(request: HttpRequest, token: str) -> str:
    return f"folder:{request.user.pk}:{token[:40]}"


def _frame(request: HttpRequest, admin: ModelAdmin) -> dict[str, Any]:
    return {**admin.admin_site.each_context(request), "opts": admin.opts}
