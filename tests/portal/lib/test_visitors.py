from datetime import date

from django.conf import LazySettings

from portal.lib.visitors import daily_digest, place_of

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)


def test_the_same_visitor_has_one_digest_a_day_and_another_the_next() -> None:
    assert daily_digest("192.0.2.1", "Firefox", on=MONDAY) == daily_digest("192.0.2.1", "Firefox", on=MONDAY)
    assert daily_digest("192.0.2.1", "Firefox", on=MONDAY) != daily_digest("192.0.2.1", "Firefox", on=TUESDAY)
    assert daily_digest("192.0.2.1", "Firefox", on=MONDAY) != daily_digest("192.0.2.1Firefox", "", on=MONDAY)


def test_the_digest_tells_nothing_without_the_key(settings: LazySettings) -> None:
    here = daily_digest("192.0.2.1", on=MONDAY)
    settings.SECRET_KEY = "another"
    assert daily_digest("192.0.2.1", on=MONDAY) != here
    assert len(here) == 32


def test_a_place_is_what_one_household_or_server_is_given() -> None:
    assert place_of("192.0.2.1") == "192.0.2.1"
    assert place_of("::ffff:192.0.2.1") == "192.0.2.1"
    for one in ("2001:db8::1", "2001:db8::ffff:1", "2001:0db8:0000:0000:1::2", "2001:db8::1%eth0"):
        assert place_of(one) == "2001:db8::/64", one
    assert place_of("2001:db8:0:1::1") == "2001:db8:0:1::/64"
    assert (place_of(""), place_of("unix:")) == ("", "unix:")
