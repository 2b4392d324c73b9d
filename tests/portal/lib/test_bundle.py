"""The door in front of Django: a published page is served without it, and says when it is only last known."""

import gzip
import io
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest

from portal.lib.bundle import AS_OF, StatusBundle, codings
from portal.lib.bundle_files import BundleFile, Stamp, manifest_of, write

PAGE, STALE = b"<h1>All systems operational</h1>" * 20, b"<h1>Last known as of " + AS_OF + b"</h1>"
Answer = tuple[str, dict[str, str], bytes]


def broken_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """An application that has lost its database."""
    raise ConnectionError("PostgreSQL is gone")


def echo_app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"from the application: " + environ["PATH_INFO"].encode()]


def files(body: bytes = PAGE) -> list[BundleFile]:
    policy = {"Content-Security-Policy": "default-src 'none'"}
    return [
        BundleFile("", "text/html; charset=utf-8", body, STALE, policy),
        BundleFile("history/", "text/html; charset=utf-8", b"<h1>History</h1>", STALE, policy),
        BundleFile(
            "api/v2/status.json", "application/json", b'{"status":{}}', b'{"portal_last_known":true}',
            {"Access-Control-Allow-Origin": "*"},
        ),
    ]  # fmt: skip


def publish(folder: Path, *, age: timedelta = timedelta(), body: bytes = PAGE) -> int | None:
    stamp = Stamp(datetime.now(UTC) - age, "10 Mar 2026, 09:30 UTC", [1, 2])
    return write(folder, files(body), stamp, base=manifest_of(folder)["version"])


def ask(door: StatusBundle, path: str, method: str = "GET", **headers: str) -> Answer:
    seen: list[Any] = []
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "wsgi.input": io.BytesIO(), **headers}
    body = b"".join(door(environ, lambda status, given: seen.extend([status, given])))
    return seen[0], dict(seen[1]), body


def door(folder: Path, **options: Any) -> StatusBundle:
    return StatusBundle(broken_app, folder, **options)


def test_a_published_page_is_served_while_the_application_is_broken(tmp_path: Path) -> None:
    publish(tmp_path)
    status, headers, body = ask(door(tmp_path), "/status/")
    assert (status, body) == ("200 OK", PAGE)
    assert headers["Content-Length"] == str(len(PAGE))
    assert headers["Cache-Control"] == "public, max-age=20, stale-if-error=86400"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert "Strict-Transport-Security" not in headers


def test_json_may_be_read_from_any_origin(tmp_path: Path) -> None:
    publish(tmp_path)
    _status, headers, _body = ask(door(tmp_path), "/status/api/v2/status.json")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Content-Type"] == "application/json"


def test_a_silent_publisher_makes_every_page_say_that_it_is_only_last_known(tmp_path: Path) -> None:
    publish(tmp_path, age=timedelta(minutes=4))
    stale = door(tmp_path)
    _status, headers, body = ask(stale, "/status/")
    assert body == b"<h1>Last known as of 10 Mar 2026, 09:30 UTC</h1>"
    assert ask(stale, "/status/api/v2/status.json")[2] == b'{"portal_last_known":true}'
    packed = ask(stale, "/status/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert gzip.decompress(packed[2]) == body
    fresh = ask(door(tmp_path, stale_after_s=3600), "/status/")
    assert fresh[1]["ETag"] != headers["ETag"]


def test_readers_who_come_while_the_first_version_is_read_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path)
    opening = door(tmp_path)
    read = opening._load

    def slowly(mark: Any) -> Any:
        """As from a cold disk."""
        time.sleep(0.2)
        return read(mark)

    monkeypatch.setattr(opening, "_load", slowly)
    with ThreadPoolExecutor(4) as readers:
        answers = list(readers.map(lambda _reader: ask(opening, "/status/")[2], range(4)))
    assert answers == [PAGE] * 4


def test_a_page_turns_stale_while_the_server_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path)
    running = door(tmp_path)
    assert ask(running, "/status/")[2] == PAGE
    later = time.time() + 600
    monkeypatch.setattr("portal.lib.bundle.time.time", lambda: later)
    monkeypatch.setattr(running, "_look_at", 0.0)
    assert b"Last known" in ask(running, "/status/")[2]


def test_a_reader_who_has_the_page_is_told_that_it_did_not_change(tmp_path: Path) -> None:
    publish(tmp_path)
    etag = ask(door(tmp_path), "/status/")[1]["ETag"]
    publish(tmp_path)  # a minute later, with the same words
    status, headers, body = ask(door(tmp_path), "/status/", HTTP_IF_NONE_MATCH=etag)
    assert (status, body) == ("304 Not Modified", b"")
    assert headers["ETag"] == etag
    publish(tmp_path, body=b"changed")
    assert ask(door(tmp_path), "/status/", HTTP_IF_NONE_MATCH=etag)[0] == "200 OK"


def test_head_answers_without_a_body(tmp_path: Path) -> None:
    publish(tmp_path)
    status, headers, body = ask(door(tmp_path), "/status/", "HEAD")
    assert (status, body, headers["Content-Length"]) == ("200 OK", b"", str(len(PAGE)))


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("", ""),
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("*", "br"),
        ("identity", ""),
        ("br;q=nonsense", ""),
        ("gzip;q=0, br;q=0", ""),
    ],
)
def test_the_content_coding_follows_the_reader(accepted: str, sent: str) -> None:
    assert codings(accepted)[0] == sent


def test_compressed_forms_hold_the_same_page(tmp_path: Path) -> None:
    publish(tmp_path)
    both = door(tmp_path)
    _status, headers, body = ask(both, "/status/", HTTP_ACCEPT_ENCODING="br")
    assert (headers["Content-Encoding"], brotli.decompress(body)) == ("br", PAGE)
    assert headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(ask(both, "/status/", HTTP_ACCEPT_ENCODING="gzip")[2]) == PAGE


@pytest.mark.parametrize("path", ["/status/subscribe/", "/statusx", "/help/", "/"])
def test_what_is_not_published_goes_on_to_the_application(tmp_path: Path, path: str) -> None:
    publish(tmp_path)
    assert ask(StatusBundle(echo_app, tmp_path), path)[2].endswith(path.encode())


def test_a_form_sent_to_a_published_address_goes_on_to_the_application(tmp_path: Path) -> None:
    publish(tmp_path)
    assert b"application" in ask(StatusBundle(echo_app, tmp_path), "/status/", "POST")[2]


@pytest.mark.parametrize("path", ["/status", "/status/history"])
def test_a_missing_slash_is_added(tmp_path: Path, path: str) -> None:
    publish(tmp_path)
    status, headers, _body = ask(door(tmp_path), path)
    assert (status, headers["Location"]) == ("301 Moved Permanently", f"{path}/")


def test_before_anything_is_published_the_application_answers(tmp_path: Path) -> None:
    waiting = StatusBundle(echo_app, tmp_path / "none")
    assert b"application" in ask(waiting, "/status/")[2]
    publish(tmp_path / "none")
    waiting._look_at = 0.0
    assert ask(waiting, "/status/")[2] == PAGE


def test_a_broken_version_never_replaces_a_good_one(tmp_path: Path) -> None:
    publish(tmp_path)
    serving = door(tmp_path)
    assert ask(serving, "/status/")[2] == PAGE
    publish(tmp_path, body=b"new")
    (tmp_path / "current" / "index.html").write_bytes(b"")
    serving._look_at = 0.0
    assert ask(serving, "/status/")[2] == PAGE


def test_on_https_the_page_insists_on_it(tmp_path: Path) -> None:
    publish(tmp_path)
    secure = StatusBundle(echo_app, tmp_path, hsts="max-age=31536000")
    assert ask(secure, "/status/")[1]["Strict-Transport-Security"] == "max-age=31536000"
    assert b"application" in ask(secure, "/status/", HTTP_X_FORWARDED_PROTO="http")[2]


def test_an_older_rendering_never_replaces_a_newer_one(tmp_path: Path) -> None:
    base = manifest_of(tmp_path)["version"]
    publish(tmp_path, body=b"newer")
    stamp = Stamp(datetime.now(UTC), "now")
    assert write(tmp_path, files(b"older"), stamp, base=base) is None
    assert (tmp_path / "current" / "index.html").read_bytes() == b"newer"
    assert not list(tmp_path.glob(".draft-*"))


def test_files_that_did_not_change_are_taken_over(tmp_path: Path) -> None:
    publish(tmp_path)
    first = (tmp_path / "current" / "history" / "index.html").stat().st_ino
    assert publish(tmp_path, body=b"changed") == 2
    assert (tmp_path / "current" / "history" / "index.html").stat().st_ino == first
    assert (tmp_path / "current" / "index.html").read_bytes() == b"changed"


def test_old_versions_are_pruned_once_nobody_reads_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.lib.bundle_files._KEEP_FOR_S", -1)
    for number in range(9):
        publish(tmp_path, body=f"version {number}".encode())
    assert len(list(tmp_path.glob("v*"))) == 5
    assert manifest_of(tmp_path)["version"] == 9
