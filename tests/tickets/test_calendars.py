from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.business_time import add
from portal.lib.public_holidays import PublicDay, countries, public_days, subdivisions
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import BusinessCalendarFactory, CalendarHoursFactory, HolidayFactory, ShiftFactory
from tickets import actions as tickets
from tickets.furnish import make_calendars
from tickets.models import BusinessCalendar, CalendarHours

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/businesscalendar/"
HOUR = 3600
MONDAY_MORNING = datetime(2026, 3, 9, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def without_second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def lead(db: None) -> User:
    user = StaffFactory(name="Lea")
    user.groups.add(Group.objects.get(name="lead"))
    return user


@pytest.fixture
def desk(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


@pytest.fixture
def calendar(db: None) -> BusinessCalendar:
    """Monday 9 to 12 and 13 to 17, in Berlin."""
    made = BusinessCalendarFactory(name="Berlin desk", slug="berlin")
    CalendarHoursFactory(calendar=made, closes=12 * HOUR)
    CalendarHoursFactory(calendar=made, opens=13 * HOUR)
    return made


def page_of(calendar: BusinessCalendar) -> str:
    return f"{LIST}{calendar.pk}/change/"


def filled(*hours: tuple[Any, str, str], **others: Any) -> dict[str, Any]:
    """What the page of a new calendar sends: rows of weekday, opens, closes."""
    words: dict[str, Any] = {"name": "Desk", "slug": "desk", "zone": "Europe/Berlin"}
    for kind in ("hours", "shifts", "holidays"):
        words |= {f"{kind}-TOTAL_FORMS": 0, f"{kind}-INITIAL_FORMS": 0}
    words["hours-TOTAL_FORMS"] = len(hours)
    for at, (weekday, opens, closes) in enumerate(hours):
        words |= {f"hours-{at}-weekday": weekday, f"hours-{at}-opens": opens, f"hours-{at}-closes": closes}
    return {**words, **others}


# --- Rows -------------------------------------------------------------------------------------------------------------


def test_rows_become_a_calendar_to_count_with(
    calendar: BusinessCalendar, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ShiftFactory(calendar=calendar, on=date(2026, 3, 10), opens=8 * HOUR, closes=24 * HOUR)
    HolidayFactory(calendar=calendar, on=date(2026, 3, 16))
    HolidayFactory(calendar=calendar, on=date(2026, 3, 23), begins=9 * HOUR, ends=12 * HOUR)
    with django_assert_num_queries(4):
        value = BusinessCalendar.objects.with_hours().get(pk=calendar.pk).value
    assert value == calendar.value
    assert add(value, MONDAY_MORNING, 4 * HOUR) == datetime(2026, 3, 9, 13, tzinfo=UTC)
    assert add(value, MONDAY_MORNING, 23 * HOUR) == datetime(2026, 3, 10, 23, tzinfo=UTC)
    assert add(value, MONDAY_MORNING, 24 * HOUR) == datetime(2026, 3, 23, 13, tzinfo=UTC)


def test_the_calendar_that_is_always_open_is_shipped_and_left_alone() -> None:
    make_calendars()
    shipped = BusinessCalendar.objects.get(slug="always-open")
    assert shipped.value.is_always_open
    shipped.hours.filter(weekday=6).delete()
    make_calendars()
    assert BusinessCalendar.objects.get(slug="always-open").hours.count() == 6


@pytest.mark.parametrize(("opens", "closes"), [(9 * HOUR, 9 * HOUR), (17 * HOUR, 9 * HOUR), (9 * HOUR, 24 * HOUR + 1)])
@pytest.mark.parametrize("factory", [CalendarHoursFactory, ShiftFactory])
def test_no_row_closes_before_it_opens_or_after_midnight(factory: Any, opens: int, closes: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(opens=opens, closes=closes)


@pytest.mark.parametrize("factory", [CalendarHoursFactory, ShiftFactory])
def test_no_two_rows_of_a_day_overlap(factory: Any) -> None:
    first = factory(opens=9 * HOUR, closes=12 * HOUR)
    factory(calendar=first.calendar, opens=12 * HOUR, closes=17 * HOUR)
    factory(opens=9 * HOUR, closes=12 * HOUR)  # of another calendar
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(calendar=first.calendar, opens=11 * HOUR, closes=13 * HOUR)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(ValidationError, match="overlap"):
        factory.build(calendar=first.calendar, opens=11 * HOUR, closes=13 * HOUR).full_clean()


@pytest.mark.parametrize("part", [(9 * HOUR, None), (None, 9 * HOUR), (9 * HOUR, 9 * HOUR), (0, 24 * HOUR + 1)])
def test_a_holiday_is_whole_or_has_both_ends(part: tuple[int | None, int | None]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        HolidayFactory(begins=part[0], ends=part[1])


def test_a_day_is_off_once() -> None:
    holiday = HolidayFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        HolidayFactory(calendar=holiday.calendar, name="Again")


def test_a_calendar_without_weekly_hours_is_refused(calendar: BusinessCalendar, lead: User) -> None:
    assert tickets.keep_calendar(calendar=calendar, by=lead) == calendar
    assert Event.objects.get(name="calendar.changed").by_id == lead.pk
    calendar.hours.all().delete()
    with pytest.raises(Refused, match="never opens"):
        tickets.keep_calendar(calendar=calendar, by=lead)
    ShiftFactory(calendar=calendar)
    with pytest.raises(Refused, match="never opens"):
        tickets.keep_calendar(calendar=calendar, by=lead)


# --- The admin --------------------------------------------------------------------------------------------------------


def test_staff_write_the_hours_of_a_week_and_read_them_again(desk: Client) -> None:
    answer = desk.post(f"{LIST}add/", filled((0, "9:00", "12:00"), (0, "13:00", "24:00"), (6, "00:00", "24:00")))
    assert answer.status_code == 302, answer.context["errors"]
    calendar = BusinessCalendar.objects.get(slug="desk")
    assert [str(row) for row in calendar.hours.all()] == [
        "Monday 09:00–12:00",
        "Monday 13:00–24:00",
        "Sunday 00:00–24:00",
    ]
    page = desk.get(page_of(calendar)).content.decode()
    assert 'value="09:00"' in page
    assert 'value="24:00"' in page
    assert "Desk" in desk.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ([], "weekly hours on at least one day"),
        ([(0, "09:00", "12:00"), (0, "11:00", "17:00")], "overlap"),
        ([(0, "17:00", "09:00")], "closes after it opens"),
        ([(0, "9", "17:00")], "Write a time like 09:00"),
        ([(0, "09:00", "24:01")], "Write a time like 09:00"),
        ([(0, "", "17:00")], "required"),
    ],
)
def test_hours_that_make_no_calendar_are_refused_with_a_sentence(
    desk: Client, hours: list[tuple[int, str, str]], sentence: str
) -> None:
    answer = desk.post(f"{LIST}add/", filled(*hours))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not BusinessCalendar.objects.filter(slug="desk").exists()


def test_an_unknown_zone_is_refused(desk: Client) -> None:
    answer = desk.post(f"{LIST}add/", filled((0, "09:00", "17:00"), zone="Europe/Atlantis"))
    assert "not a time zone" in answer.content.decode()


def test_two_rows_of_a_day_can_move_in_one_step(desk: Client, calendar: BusinessCalendar) -> None:
    first, second = calendar.hours.all()
    words = filled((0, "09:00", "14:00"), (0, "15:00", "17:00"), name="Berlin desk", slug="berlin")
    words |= {"hours-INITIAL_FORMS": 2, "hours-0-id": first.pk, "hours-1-id": second.pk}
    words |= {"hours-0-calendar": calendar.pk, "hours-1-calendar": calendar.pk}
    assert desk.post(page_of(calendar), words).status_code == 302
    assert [row.opens // HOUR for row in calendar.hours.all()] == [9, 15]


def test_the_last_hours_cannot_be_taken_away(desk: Client, calendar: BusinessCalendar) -> None:
    words = filled((0, "09:00", "12:00"), (0, "13:00", "17:00"), name="Berlin desk", slug="berlin")
    for at, row in enumerate(calendar.hours.all()):
        words |= {f"hours-{at}-id": row.pk, f"hours-{at}-calendar": calendar.pk, f"hours-{at}-DELETE": "on"}
    answer = desk.post(page_of(calendar), {**words, "hours-INITIAL_FORMS": 2})
    assert "weekly hours on at least one day" in answer.content.decode()
    assert CalendarHours.objects.filter(calendar=calendar).count() == 2


def test_shifts_that_overlap_are_refused_and_half_holidays_taken(desk: Client) -> None:
    shifts = {"shifts-TOTAL_FORMS": 2}
    for at, opens in enumerate(["09:00", "10:00"]):
        shifts |= {f"shifts-{at}-on": "2026-12-24", f"shifts-{at}-opens": opens, f"shifts-{at}-closes": "12:00"}
    assert "overlap" in desk.post(f"{LIST}add/", filled((0, "09:00", "17:00"), **shifts)).content.decode()
    half = {"holidays-0-on": "2026-12-31", "holidays-0-name": "Eve", "holidays-0-begins": "12:00"}
    words = filled((0, "09:00", "17:00"), **half, **{"holidays-TOTAL_FORMS": 1})
    assert "a later end" in desk.post(f"{LIST}add/", words).content.decode()
    assert desk.post(f"{LIST}add/", {**words, "holidays-0-ends": "24:00"}).status_code == 302


def test_the_shipped_calendar_cannot_be_deleted(desk: Client, calendar: BusinessCalendar) -> None:
    make_calendars()
    shipped = BusinessCalendar.objects.get(slug="always-open")
    assert desk.post(f"{LIST}{shipped.pk}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{LIST}{calendar.pk}/delete/", {"post": "yes"}).status_code == 302


# --- Holidays by country ----------------------------------------------------------------------------------------------


def import_page(calendar: BusinessCalendar, **asked: Any) -> str:
    words = {"country": "DE", "subdivision": "BE", "first_year": 2026, "last_year": 2026, **asked}
    return reverse("admin:tickets_businesscalendar_import_holidays", args=[calendar.pk]) + f"?{urlencode(words)}"


def test_what_would_be_added_is_shown_first_and_only_what_is_ticked_is_added(
    desk: Client, calendar: BusinessCalendar
) -> None:
    HolidayFactory(calendar=calendar, on=date(2026, 12, 25), name="Ours")
    shown = desk.get(import_page(calendar)).content.decode()
    assert 'value="2026-03-08" checked' in shown  # only Berlin and another state have it
    assert 'value="2026-12-25" disabled' in shown
    assert "Berlin" in shown
    assert calendar.holidays.count() == 1
    ticked = {"day": ["2026-03-08", "2026-05-01", "2026-12-25", "2026-07-14", "nonsense"]}
    for _again in range(2):
        assert desk.post(import_page(calendar), ticked).status_code == 302
    added = calendar.holidays.exclude(name="Ours").values_list("on", "name", "source")
    assert list(added) == [
        (date(2026, 3, 8), "Women's Day", "DE-BE"),
        (date(2026, 5, 1), "Labor Day", "DE-BE"),
    ]
    assert Event.objects.get(name="calendar.holidays_imported").details == {"count": 2, "source": "DE-BE"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"country": "XX"},
        {"subdivision": "ZZ"},
        {"last_year": 2025},
        {"last_year": 2090},
        {"first_year": "x"},
    ],
)
def test_what_cannot_be_looked_up_adds_nothing(desk: Client, calendar: BusinessCalendar, wrong: dict) -> None:
    assert desk.get(import_page(calendar, **wrong)).status_code == 200
    assert desk.post(import_page(calendar, **wrong), {"day": ["2026-05-01"]}).status_code == 200
    assert not calendar.holidays.exists()


def test_only_who_may_change_calendars_imports(client: Client, calendar: BusinessCalendar, agent: User) -> None:
    client.force_login(agent)
    assert client.get(import_page(calendar)).status_code == 403
    assert client.get(LIST).status_code == 403


def test_importing_twice_adds_nothing_and_overwrites_nothing(calendar: BusinessCalendar, lead: User) -> None:
    days = public_days("US", "CA", [2026, 2027])
    count = tickets.import_holidays(calendar=calendar, days=days, source="US-CA", by=lead)
    assert count == len({day.on for day in days}) > 20
    renamed = [PublicDay(day.on, "Another name") for day in days]
    assert tickets.import_holidays(calendar=calendar, days=renamed, source="US", by=lead) == 0
    assert not calendar.holidays.filter(name="Another name").exists()


def test_every_country_can_be_chosen_with_its_parts() -> None:
    assert dict(countries())["US"] == "United States"
    assert ("BE", "Berlin") in subdivisions("DE")
    assert len(countries()) > 200
    with pytest.raises(ValueError, match="ZZ"):
        public_days("DE", "ZZ", [2026])
