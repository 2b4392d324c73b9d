"""Mounts the endpoints of every app: the `router` of its `api.py`, all under `/api/v1/`. And their reference."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from importlib import import_module
from typing import Any

import structlog
from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern, include, path, re_path, reverse
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from portal.accounts.api import problem
from portal.accounts.api.answers import STATUS
from portal.lib.bounded_waits import is_out_of_reach
from portal.lib.openapi import Schema, completed, reference
from portal.lib.problems import MEDIA_TYPE
from portal.lib.refusals import Refused
from portal.web.htmx import page

_OURS = ("portal.", "billing", "helpcenter", "incidents", "tickets")
_PLACES = {"file": "body", "form": "body"}
log = structlog.get_logger("portal.system")


def _problem_of(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """Every error of an endpoint, as a problem."""
    match error:
        case Refused():
            return problem(STATUS.get(error.code, 409), error.code, str(error))
        case ValidationError():
            return _invalid(error)
        case Http404():
            return problem(404, "not_found", "There is no such thing, or not for you.")
        case PermissionDenied():
            return problem(403, "forbidden", "You may not do this.")
        case RequestDataTooBig():
            return problem(413, "too_large", "This request is too large.")
        case MultiPartParserError() | UnreadablePostError() | SuspiciousOperation():
            return problem(400, "bad_body", "The body cannot be read.")
        case HttpError():
            return problem(400, "bad_json", "The body cannot be read as JSON.")
    return _failure(error)


def _failure(error: Exception | type[Exception]) -> HttpResponse:
    """What nobody foresaw, or a database that does not answer, which is worth trying again."""
    log.error("api_failed", exc_info=error)
    if isinstance(error, Exception) and is_out_of_reach(error):
        told = "Our records cannot be reached just now. Send the request again in a minute."
        return problem(503, "unavailable", told, {"Retry-After": "30"})
    return problem(500, "failed", "Something went wrong on our side. It is noted; please try again later.")


def _invalid(error: ValidationError) -> HttpResponse:
    """Each thing that is wrong with its place: in the address (400) or in the body (422)."""
    found = [
        {"in": _PLACES.get(one["loc"][0], one["loc"][0]), "at": _place(one["loc"]), "detail": one["msg"]}
        for one in error.errors
    ]
    is_body = any(one["in"] == "body" for one in found)
    told = f"{found[0]['at'] or 'The body'}: {found[0]['detail']}"
    return problem(422 if is_body else 400, "invalid" if is_body else "bad_query", told, errors=found)


def _place(loc: Sequence[str | int]) -> str:
    """Which field, without the name that the endpoint's code has for the whole."""
    return ".".join(map(str, loc[2:] if len(loc) > 2 else loc[1:]))


def _door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What holds for every answer: errors are problems, nothing is kept, what is left of the limit is told."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def door(request: HttpRequest, **place: Any) -> HttpResponse:
        response = view(request, **place)
        if response.status_code == 405 and response["Content-Type"] != MEDIA_TYPE:
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            response = problem(405, "method", f"Use one of: {allowed}", {"Allow": allowed})
        allowance = getattr(request, "allowance", None)
        for name, value in (allowance.headers() if allowance else {}).items():
            response[name] = value
        response["Cache-Control"] = "private, no-store"
        return response

    return door


@_door
def not_found(request: HttpRequest) -> HttpResponse:
    """An address of the API that is none: says so as JSON instead of as a page."""
    return problem(404, "not_found", "There is no such endpoint.")


def _made() -> NinjaAPI:
    made = NinjaAPI(title="Portal API", version="1", docs_url=None, openapi_url=None, urls_namespace="api")
    made.add_exception_handler(Exception, _problem_of)
    for kind in (ValidationError, HttpError, Http404):
        made.add_exception_handler(kind, _problem_of)
    for config in apps.get_app_configs():
        if config.name.startswith(_OURS) and module_has_submodule(config.module, "api"):
            made.add_router("", import_module(f"{config.name}.api").router)
    return made


def _patterns(made: NinjaAPI) -> Iterator[URLPattern]:
    """One for each path; the framework has one for each method, all with the same view."""
    known: set[str] = set()
    for one in made.urls[0]:
        if isinstance(one, URLPattern) and one.name != "api-root" and str(one.pattern) not in known:
            known.add(str(one.pattern))
            one.callback = _door(one.callback)
            yield one


def _described(request: HttpRequest) -> Schema:
    server = request.build_absolute_uri(reverse("api:docs")).removesuffix("/docs")
    return completed(_api.get_openapi_schema(path_prefix=""), server=server)


@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for programs."""
    return JsonResponse(_described(request))


@login_not_required
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people."""
    described = _described(request)
    context = {"server": described["servers"][0]["url"], "groups": reference(described), "title": _("API")}
    return page(request, "api/docs.html", context)


_api = _made()
app_name = "api"
urlpatterns = [
    path("v1/docs", docs, name="docs"),
    path("v1/openapi.json", openapi, name="openapi"),
    path("v1/", include(list(_patterns(_api)))),
    re_path("", not_found, name="not_found"),
]
