"""The yardstick: a Django view without middleware, template or query."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    settings.configure(SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, MIDDLEWARE=[])


def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", headers={"Content-Length": "2"})


urlpatterns = [path("", bare)]
application = get_wsgi_application()
