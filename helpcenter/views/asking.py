from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from helpcenter import actions
from helpcenter.answers import Answer, Context, glance, retell
from helpcenter.forms import AskForm, SolvedForm
from helpcenter.models import Question
from helpcenter.views.visitors import visitor_of
from portal.accounts.models import Organization
from portal.lib.rate_limits import take
from portal.lib.visitors import place_of
from portal.web.htmx import page, wanted_part
from portal.web.origin import from_here_only

MOST_A_MINUTE, MOST_OF_AN_ADDRESS = 10, 40  # of one visitor; of one network address, which an office may share
_PAGE = "helpcenter/ask.html"
_TOO_MANY = _("Those were many questions at once. Wait a minute, or send them to our support.")
View = Callable[..., HttpResponse]


def _checked(view: View) -> View:
    """A token where there is a session; who is not signed in has none and is checked by where the form came from."""
    with_token, without = csrf_protect(view), from_here_only(view)

    @wraps(view)
    def choose(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        is_known = request.user.is_authenticated
        return (with_token if is_known else without)(request, *args, **options)

    return csrf_exempt(choose)


@login_not_required
@_checked
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The empty page (`q` fills in a question, nothing is asked yet); a question sent is answered and kept."""
    if request.method != "POST":
        return _page(request, AskForm(initial={"question": request.GET.get("q", "")[:1000]}))
    form = AskForm(request.POST)
    if form.is_valid() and _asks_too_often(request):
        form.add_error(None, _TOO_MANY)
    if not form.is_valid():
        return _page(request, form, status=422)
    given, now = form.cleaned_data, timezone.now()
    context = Context(given["conversation"], 1, _organization_id(request), visitor_of(request))
    question, answer = actions.ask(question=given["question"], user=request.user, context=context, now=now)
    if wanted_part(request, ["answer"]):
        return _page(request, _next_form(question), question, answer)
    return redirect("helpcenter:answer", question.public_id)


@login_not_required
@_checked
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """An answer given earlier, for who asked; a POST says whether it solved the question."""
    question = _own_question(request, public_id)
    form = SolvedForm(request.POST)
    if request.method == "POST" and form.is_valid():
        question = actions.judge_answer(question=question, is_solved=form.cleaned_data["solved"] == "yes")
        if not wanted_part(request, ["answer"]):
            return redirect("helpcenter:answer", public_id)
    told = retell(question, user=request.user, now=timezone.now())
    return _page(request, _next_form(question), question, told)


@login_not_required
@require_safe
def answer_panel(request: HttpRequest) -> HttpResponse:
    """Above search results: an answer that is sure enough, else nothing at all."""
    found = None
    if not _asks_too_often(request):
        found = glance(question=request.GET.get("q", ""), user=request.user, now=timezone.now())
    return page(request, "helpcenter/answer_panel.html", {"answer": found})


def _page(
    request: HttpRequest, form: AskForm, question: Question | None = None, answer: Answer | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"form": form, "question": question, "answer": answer}
    return page(request, _PAGE, context, parts=["answer"], status=status)


def _next_form(question: Question) -> AskForm:
    return AskForm(initial={"conversation": question.conversation})


def _own_question(request: HttpRequest, public_id: str) -> Question:
    """A signed-in person's questions are theirs alone; for the others the unguessable id is the key."""
    return get_object_or_404(Question.objects.asked_by(request.user), public_id=public_id)


def _organization_id(request: HttpRequest) -> int | None:
    if not request.user.is_authenticated:
        return None
    return Organization.objects.of_member(request.user).order_by("pk").values_list("pk", flat=True).first()


def _asks_too_often(request: HttpRequest) -> bool:
    now, address = timezone.now(), place_of(request.META.get("REMOTE_ADDR", ""))
    return (
        take(f"ask:{visitor_of(request)}", limit=MOST_A_MINUTE, now=now).is_over
        or take(f"ask-from:{address}", limit=MOST_OF_AN_ADDRESS, now=now).is_over
    )
