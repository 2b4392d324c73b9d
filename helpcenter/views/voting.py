from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from helpcenter import actions
from helpcenter.forms import VoteForm
from helpcenter.models import Article
from helpcenter.views.visitors import visitor_of
from portal.lib.rate_limits import take
from portal.lib.visitors import place_of
from portal.web.htmx import page, wanted_part
from portal.web.origin import from_here_only

MOST_VOTES_A_MINUTE = 30  # of one network address: a whole office may share it


@login_not_required
@from_here_only
@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps a vote, then asks a "no" for its reason. Works without script, session or token.

    Who floods from one address, under whatever browser's name, is thanked all the same and learns nothing.
    """
    found = get_object_or_404(Article.objects.visible_to(request.user).select_related("category"), pk=pk)
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _feedback_page(request, found, voted="no", form=form, status=422)
    place = place_of(request.META.get("REMOTE_ADDR", ""))
    if not take(f"vote:{place}", limit=MOST_VOTES_A_MINUTE, now=timezone.now()).is_over:
        actions.vote(article=found, ballot=form.ballot(visitor_of(request)))
    is_told = form.cleaned_data["reason"] or form.cleaned_data["comment"]
    voted = "told" if is_told else form.cleaned_data["vote"]
    if wanted_part(request, ["feedback"]):
        return _feedback_page(request, found, voted=voted, form=VoteForm())
    return redirect(f"{found.get_absolute_url()}?voted={voted}#feedback")


def _feedback_page(
    request: HttpRequest, found: Article, *, voted: str, form: VoteForm, status: int = 200
) -> HttpResponse:
    context = {"article": found, "voted": voted, "vote_form": form}
    return page(request, "helpcenter/article.html", context, parts=["feedback"], status=status)
