"""Mounts the endpoints of every app: the `urlpatterns` of its `api.py`, all under `/api/v1/`."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.module_loading import module_has_submodule
from django.views.decorators.csrf import csrf_exempt

from portal.accounts.api import problem

_OURS = ("portal.", "billing", "helpcenter", "incidents", "tickets")


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest) -> HttpResponse:
    """An address of the API that is none: says so as JSON instead of as a page."""
    return problem(404, "not_found", "There is no such endpoint.")


def _patterns() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for config in apps.get_app_configs():
        if config.name.startswith(_OURS) and module_has_submodule(config.module, "api"):
            found += import_module(f"{config.name}.api").urlpatterns
    return found


app_name = "api"
urlpatterns = [path("v1/", include(_patterns())), re_path("", not_found, name="not_found")]
