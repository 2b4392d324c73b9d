import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.lib.fetch import Forbidden, Limits, Request, Unreachable, fetch, is_public
from tests.fakes.web import Website, website

HERE = Limits(seconds=2, allow_loopback=True)


@pytest.fixture
def site() -> Iterator[Website]:
    with website() as running:
        yield running


def answers(*addresses: str):
    """A name server that answers any name with these addresses."""
    return lambda host, port: list(addresses)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "192.88.99.1", "::", "::1", "fe80::1", 
        "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "2001:db8::1",
        "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001::1",
        "2a01:4f8::5efe:7f00:1", "2a01:4f8::200:5efe:a00:1", "3fff::1", "fe80::1%eth0",
        "100::1", "0.0.0.1", "fe80::1%eth0", "nonsense",
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_internet_are_told_apart(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f::1", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_public_addresses_are_public_also_when_wrapped(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "//example.org", "example.org", "http://", "gopher://x/",
        "http://user:word@example.org/", "http://example.org:0/", "http://[::1", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_web_address_is_not_called(url: str) -> None:
    with pytest.raises(Forbidden):
        fetch(url, Request(), resolve=answers("93.184.215.14"))


def test_loopback_is_called_only_where_that_is_allowed_explicitly(site: Website) -> None:
    with pytest.raises(Forbidden):
        fetch(site.url(), Request())
    assert site.received == []
    assert fetch(site.url(), Request(), limits=HERE).status == 200


@pytest.mark.parametrize("url", ["http://127.1:{}/", "http://2130706433:{}/", "http://0x7f.1:{}/", "http://[::1]:{}/"])
def test_loopback_written_in_other_ways_is_no_way_in(site: Website, url: str) -> None:
    with pytest.raises((Forbidden, Unreachable)):
        fetch(url.format(site.port), Request())
    assert site.received == []


def test_a_name_that_answers_with_a_private_address_is_not_called(site: Website) -> None:
    for addresses in (["127.0.0.1"], ["10.0.0.5"], ["93.184.215.14", "192.168.0.1"], ["::ffff:127.0.0.1"]):
        with pytest.raises(Forbidden, match="not public"):
            fetch(site.url(host="hooks.example.org"), Request(), resolve=answers(*addresses))
    assert site.received == []


def test_the_name_is_asked_once_and_the_connection_goes_to_the_address_that_was_checked(site: Website) -> None:
    asked: list[str] = []

    def first_one_then_another(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    url = site.url("/in?x=1", host="hooks.example.org")
    assert fetch(url, Request(), limits=HERE, resolve=first_one_then_another).status == 200
    assert asked == ["hooks.example.org"]
    assert site.received[0].path == "/in?x=1"
    assert site.received[0].headers["host"] == f"hooks.example.org:{site.port}"


def test_a_redirect_is_an_answer_and_never_followed(site: Website) -> None:
    answer = fetch(site.url("/redirect"), Request("POST", b"{}"), limits=HERE)
    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")
    assert [one.path for one in site.received] == ["/redirect"]


def test_of_a_huge_answer_only_the_beginning_is_read(site: Website) -> None:
    answer = fetch(site.url("/huge"), Request(), limits=Limits(seconds=5, most_bytes=1000, allow_loopback=True))
    assert (len(answer.body), answer.is_cut) == (1000, True)


@pytest.mark.parametrize("path", ["/silent", "/dripping", "/dripping-headers"])
def test_a_slow_answer_is_broken_off_in_time_however_it_is_slow(site: Website, path: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="its time was up"):
        fetch(site.url(path), Request(), limits=Limits(seconds=0.5, allow_loopback=True))
    assert time.monotonic() - begun < 1.5


def test_a_name_server_that_does_not_answer_is_left_in_time() -> None:
    begun = time.monotonic()
    with pytest.raises(Unreachable, match="in time"):
        fetch("http://example.org/", Request(), limits=Limits(seconds=0.2), resolve=lambda host, port: time.sleep(3))
    assert time.monotonic() - begun < 1


def test_nobody_there_and_no_such_name_are_unreachable(site: Website) -> None:
    with pytest.raises(Unreachable):
        fetch("http://127.0.0.1:9/", Request(), limits=HERE)
    with pytest.raises(Unreachable, match="resolved"):
        fetch("http://example.org/", Request(), resolve=answers())


def test_the_certificate_must_be_that_of_the_name_and_of_a_known_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_for("hooks.example.org", tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with website(context) as site:
        url = site.url(host="hooks.example.org")
        with pytest.raises(Unreachable, match="Cert"):
            fetch(url, Request(), limits=HERE, resolve=answers("127.0.0.1"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch(url, Request(), limits=HERE, resolve=answers("127.0.0.1")).body == b"thanks"
        with pytest.raises(Unreachable, match="Cert"):
            fetch(site.url(host="other.example.org"), Request(), limits=HERE, resolve=answers("127.0.0.1"))
        with pytest.raises(Unreachable):
            fetch(site.url(), Request(), limits=HERE)
    assert len(site.received) == 1


def certificate_for(host: str, folder: Path) -> Path:
    """A certificate signed by itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host), x509.IPAddress(ip_address("192.0.2.9"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    place = folder / "certificate.pem"
    plain = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    place.write_bytes(made.public_bytes(serialization.Encoding.PEM) + plain)
    return place
