from typing import Any

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

import portal.operations.actions as operations
from portal.accounts.context import actor
from portal.lib.clock import moment
from portal.operations.forms import FoundForm, TaskForm
from portal.operations.metrics import panels_for
from portal.web.admin_views import Question, ask, row_or_404


def work_list(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fills the admin's index: the person's own work first, as the apps' panels tell it."""
    panels = panels_for(actor(request), moment(None))
    shown = [render_to_string(one.template, one.context, request) for one in panels if one.template]
    return {
        **context,
        "title": _("Work list"),
        "dials": [dial for one in panels for dial in one.dials],
        "panels": shown,
    }


def open_task(request: HttpRequest, admin: ModelAdmin) -> HttpResponse:
    question = Question(
        _("Open a task"),
        _("Work for the staff: whose it is and until when."),
        _("Open the task"),
        _("The task is open."),
        TaskForm,
    )
    return ask(
        request,
        admin,
        None,
        question,
        lambda words: operations.open_task(operations.Work(**words), by=actor(request)),
    )


def finish_task(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    task = row_or_404(request, admin, object_id)
    question = Question(
        _("Finish the task"),
        _("Say what was found, so that the next person need not ask."),
        _("Finish"),
        _("The task is done."),
        FoundForm,
    )
    return ask(
        request, admin, task, question, lambda words: operations.finish_task(task=task, by=actor(request), **words)
    )


def drop_task(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    task = row_or_404(request, admin, object_id)
    question = Question(
        _("Drop the task"),
        _("It need not be done any more. Say why."),
        _("Drop"),
        _("The task is dropped."),
        FoundForm,
        is_danger=True,
    )
    return ask(
        request, admin, task, question, lambda words: operations.drop_task(task=task, by=actor(request), **words)
    )


def take_task(request: HttpRequest, admin: ModelAdmin, object_id: str) -> HttpResponse:
    task = row_or_404(request, admin, object_id)
    question = Question(_("Take the task"), _("It becomes yours."), _("Take it"), _("The task is yours."))
    return ask(request, admin, task, question, lambda _words: operations.take_task(task=task, by=actor(request)))
