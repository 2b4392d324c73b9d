"""Staff pages inside the admin: asking before a row is changed by an action."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Question:
    """What staff are asked before an action runs, and what is said once it did."""

    title: Any
    text: Any
    button: Any
    said: Any
    form: Callable[..., forms.Form] = forms.Form
    is_danger: bool = False


def ask(
    request: HttpRequest,
    admin: ModelAdmin,
    row: models.Model | None,
    question: Question,
    act: Callable[[dict[str, Any]], Any],
) -> HttpResponse:
    """Shows the question with its form; a POST hands the form's values to `act` and goes back to the row.

    Nothing changes by a GET, and what an action refuses stands as an error above the form. `act` may answer the row
    to go to (a new one).
    """
    form = question.form(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _asked(request, admin, row, question, form, 200)
    if not form.is_valid():
        return _asked(request, admin, row, question, form, 422)
    try:
        made = act(form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _asked(request, admin, row, question, form, 409)
    messages.success(request, str(question.said))
    return redirect(_place_of(admin, made if row is None else row))


def _asked(
    request: HttpRequest, admin: ModelAdmin, row: models.Model | None, question: Question, form: forms.Form, status: int
) -> HttpResponse:
    context = {
        **admin.admin_site.each_context(request),
        "title": question.title,
        "opts": admin.opts,
        "question": question,
        "form": form,
        "row": row,
        "back": _place_of(admin, row),
    }
    return render(request, "admin/ask.html", context, status=status)


def row_or_404(request: HttpRequest, admin: ModelAdmin, object_id: str) -> Any:
    """The row that this person may see in this admin; an id that is none finds nothing."""
    found = admin.get_object(request, object_id)
    if found is None:
        raise Http404
    return found


def _place_of(admin: ModelAdmin, row: models.Model | None) -> str:
    name = f"admin:{admin.opts.app_label}_{admin.opts.model_name}"
    return reverse(f"{name}_change", args=[row.pk]) if row else reverse(f"{name}_changelist")
