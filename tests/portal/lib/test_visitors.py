from datetime import date

from django.conf import LazySettings

from portal.lib.visitors import daily_digest

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
