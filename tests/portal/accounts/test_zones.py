import cProfile
import pstats

from portal.accounts.forms import OrganizationForm, ProfileForm


def test_the_list_of_zones_has_the_readers_own_chosen() -> None:
    shown = str(ProfileForm(initial={"time_zone": "Europe/Berlin"}, is_staff=False)["time_zone"])
    assert '<option value="Europe/Berlin" selected>Europe/Berlin</option>' in shown
    assert shown.count("selected") == 1
    assert shown.count("<option") > 300
    assert 'name="time_zone"' in shown
    assert 'aria-describedby="id_time_zone_helptext"' in shown
    assert "New York</option>" in shown


def test_a_zone_that_the_list_leaves_out_stays_chosen_and_nonsense_is_told() -> None:
    shown = str(OrganizationForm(initial={"time_zone": "US/Eastern"})["time_zone"])
    assert '<option value="US/Eastern" selected>US/Eastern</option>' in shown
    form = ProfileForm({"name": "Ada", "time_zone": '"><b>', "language": "en"}, is_staff=False)
    assert "time_zone" in form.errors
    assert "<b>" not in str(form["time_zone"])
    assert not ProfileForm({"name": "Ada", "time_zone": "US/Eastern", "language": "en"}, is_staff=False).errors


def test_showing_the_list_costs_little() -> None:
    str(ProfileForm(initial={"time_zone": "Asia/Tokyo"}, is_staff=False)["time_zone"])
    with cProfile.Profile() as profile:
        str(ProfileForm(initial={"time_zone": "Asia/Tokyo"}, is_staff=False)["time_zone"])
    assert pstats.Stats(profile).total_calls < 3_000
