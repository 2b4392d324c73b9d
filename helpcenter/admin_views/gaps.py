from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from helpcenter import actions
from helpcenter.models import Gap
from portal.accounts.context import actor
from portal.lib.refusals import Refused


@require_POST
def begin_article(request: HttpRequest, pk: int) -> HttpResponse:
    """From a content gap to a draft that is ready to be written."""
    if not request.user.has_perm("helpcenter.add_article"):
        raise PermissionDenied
    try:
        article = actions.begin_article(gap=get_object_or_404(Gap, pk=pk), by=actor(request))
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("admin:helpcenter_gap_changelist")
    return redirect("admin:helpcenter_article_change", article.pk)


@require_POST
def dismiss_gap(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the list of articles to write."""
    if not request.user.has_perm("helpcenter.change_article"):
        raise PermissionDenied
    try:
        actions.dismiss_gap(gap=get_object_or_404(Gap, pk=pk), by=actor(request))
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("admin:helpcenter_gap_changelist")
