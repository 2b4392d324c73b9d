import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.web.middleware import ClientAddress


def seen(settings: LazySettings, trusted: list[str], came_from: str, forwarded: str = "") -> str:
    settings.TRUSTED_PROXIES = trusted
    answered: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        answered.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    ClientAddress(view)(RequestFactory().get("/", headers=headers, REMOTE_ADDR=came_from))
    return answered[0]


@pytest.mark.parametrize(
    ("trusted", "came_from", "forwarded", "visitor"),
    [
        ([], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (["10.0.0.0/8"], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (["10.0.0.0/8"], "10.0.0.5", "203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.5", "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.5", "203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.5", "nonsense", "10.0.0.5"),
        (["10.0.0.0/8"], "10.0.0.5", "203.0.113.9:51514", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.5", "[2001:db8::7]:443", "2001:db8::7"),
        (["10.0.0.0/8"], "::ffff:10.0.0.5", "203.0.113.9", "203.0.113.9"),
    ],
)
def test_only_trusted_proxies_tell_who_visits(
    settings: LazySettings, trusted: list[str], came_from: str, forwarded: str, visitor: str
) -> None:
    assert seen(settings, trusted, came_from, forwarded) == visitor
