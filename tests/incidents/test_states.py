import pytest

from incidents.states import ComponentStatus, impact_of, may_follow, roll_up
from portal.lib.uptime import Level

OK, MAINTAINED = ComponentStatus.OPERATIONAL, ComponentStatus.UNDER_MAINTENANCE
SLOW, PARTLY, DOWN = ComponentStatus.DEGRADED, ComponentStatus.PARTIAL, ComponentStatus.MAJOR


@pytest.mark.parametrize(
    ("statuses", "indicator", "description"),
    [
        ([DOWN, DOWN], "critical", "Major System Outage"),
        ([DOWN, OK], "major", "Partial System Outage"),
        ([DOWN, PARTLY], "major", "Partial System Outage"),
        ([PARTLY, PARTLY], "major", "Partial System Outage"),
        ([PARTLY, OK], "minor", "Minor Service Outage"),
        ([PARTLY, SLOW], "minor", "Minor Service Outage"),
        ([SLOW, SLOW], "minor", "Degraded System Service"),
        ([SLOW, OK], "minor", "Partially Degraded Service"),
        ([SLOW, MAINTAINED], "minor", "Partially Degraded Service"),
        ([MAINTAINED, OK], "maintenance", "Service Under Maintenance"),
        ([MAINTAINED, MAINTAINED], "maintenance", "Service Under Maintenance"),
        ([OK, OK], "none", "All Systems Operational"),
        ([], "none", "All Systems Operational"),
    ],
)
def test_the_roll_up_of_the_page(statuses: list[ComponentStatus], indicator: str, description: str) -> None:
    assert roll_up(statuses) == (indicator, description)


@pytest.mark.parametrize(
    ("severity", "worst", "impact"),
    [
        ("P0", Level.OPERATIONAL, "critical"),
        ("P1", Level.PARTIAL, "major"),
        ("P2", Level.OPERATIONAL, "minor"),
        ("P2", Level.MAJOR, "major"),
        ("P3", Level.OPERATIONAL, "none"),
        ("P3", Level.DEGRADED, "minor"),
    ],
)
def test_the_public_impact_is_the_graver_of_severity_and_components(severity: str, worst: Level, impact: str) -> None:
    assert impact_of(severity, worst) == impact


@pytest.mark.parametrize(
    ("old", "new", "is_legal"),
    [
        ("investigating", "resolved", True),
        ("monitoring", "identified", True),
        ("identified", "identified", True),
        ("resolved", "investigating", True),
        ("resolved", "monitoring", False),
        ("resolved", "resolved", False),
        ("investigating", "postponed", False),
    ],
)
def test_which_status_may_follow(old: str, new: str, is_legal: bool) -> None:
    assert may_follow(old, new) is is_legal
