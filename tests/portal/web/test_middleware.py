import pytest
from django.conf import LazySettings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from prometheus_client import REGISTRY

from portal.web.middleware import ClientAddress
from tests.factories.accounts import MembershipFactory, StaffFactory


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


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["/tickets/a%00b/", "/organization/%00/", "/admin/accounts/user/%00/change/", "/admin/outbox/letter/?state=%00",
     "/tickets/?before=%00", "/help/%00/", "/status/incidents/%00/"],
)  # fmt: skip
def test_a_null_byte_in_an_address_is_refused(client: Client, address: str) -> None:
    client.force_login(StaffFactory(is_superuser=True))
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["utf-16", "raw_unicode_escape", "no-such"])
def test_a_body_in_another_encoding_is_refused(client: Client, charset: str) -> None:
    client.force_login(MembershipFactory().user)
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    answer = client.generic("POST", "/tickets/new/", b"--x--", content_type=kind)
    assert answer.status_code == 400
    assert (
        client.get("/help/search/?q=x", headers={"Content-Type": f"text/plain; charset={charset}"}).status_code == 400
    )


@pytest.mark.django_db
@pytest.mark.parametrize("object_id", ["abc", "9" * 30, "9" * 5000, "-1", "1e5", "٣"])
def test_an_id_that_is_none_finds_nothing_in_the_admin(client: Client, object_id: str) -> None:
    client.force_login(StaffFactory(is_superuser=True))
    for address in (
        f"/admin/accounts/organization/{object_id}/change-tier/",
        f"/admin/accounts/user/{object_id}/deactivate/",
        f"/admin/incidents/incident/{object_id}/revise/",
        f"/admin/incidents/incident/{object_id}/change/",
        f"/admin/tickets/ticket/{object_id}/change/",
        f"/admin/tickets/ticket/{object_id}/solve/",
        f"/admin/billing/subscription/add/?organization={object_id}",
    ):
        assert client.get(address).status_code in {302, 404, 405}, address


@pytest.mark.django_db
def test_made_up_methods_do_not_fill_the_figures(client: Client) -> None:
    for number in range(3):
        client.generic(f"MADEUP{number}", "/help/search/")
    methods = {sample.labels.get("method", "") for metric in REGISTRY.collect() for sample in metric.samples}
    assert "other" in methods
    assert not [one for one in methods if one.startswith("MADEUP")]
