"""Dockerfile and compose.yaml say what the code does: read and compared, for no container runs here."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from portal.management.processes import PROCESSES, arguments
from tests.house.sources import APPS

ROOT = Path(__file__).resolve().parent.parent.parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
OURS = ("web", "worker", "beat")


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(COMPOSE)["services"]


def known_variables() -> set[str]:
    """Every variable that the settings and the start of the portal ask the environment for."""
    asking = [ROOT / "portal" / "settings.py", ROOT / "portal" / "management" / "local.py"]
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", "".join(path.read_text() for path in asking)))


def needed_variables() -> set[str]:
    """Those without a default outside a local demo: `None` as default, or none at all."""
    text = (ROOT / "portal" / "settings.py").read_text()
    return set(re.findall(r"env\.text\(\"([A-Z_]+)\"(?:\)|, [^\n]* else None\)|, _embedded)", text))


def test_three_processes_of_one_image_with_postgres_and_valkey(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {*OURS, "postgres", "valkey"}
    assert set(OURS) == set(PROCESSES)
    assert {services[name]["image"] for name in OURS} == {"portal"}
    assert {name: services[name]["environment"]["PROCESS"] for name in OURS} == {name: name for name in OURS}
    assert services["postgres"]["image"] == "postgres:18"


def test_every_variable_is_known_and_every_needed_one_is_set(services: dict[str, dict[str, Any]]) -> None:
    for name in OURS:
        named = set(services[name]["environment"])
        assert named <= known_variables(), f"Nobody reads {sorted(named - known_variables())}"
        assert needed_variables() <= named, f"{name} does not start without {sorted(needed_variables() - named)}"
    in_image = set(re.findall(r"\b(HOST|PORT|LOCAL|LOCAL_DIR|DATABASE_URL|VALKEY_URL)=", DOCKERFILE))
    assert in_image <= known_variables()


def test_the_needed_variables_are_found_by_this_test() -> None:
    assert {
        "SECRET_KEY",
        "SITE_URL",
        "DATABASE_URL",
        "VALKEY_URL",
        "EMAIL_URL",
        "DEFAULT_FROM_EMAIL",
    } <= needed_variables()


def test_no_secret_is_written_down(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search(r"_KEY|PASSWORD|TOKEN|SECRET", name):
                assert re.fullmatch(r"\$\{[A-Z_]+:[?-].*\}", value), f"{name} must come from outside"
    assert not re.search(r"(_KEY|PASSWORD|TOKEN|SECRET)=", DOCKERFILE)
    assert re.search(r"//portal:\$\{POSTGRES_PASSWORD:", COMPOSE)


def test_the_image_runs_a_command_that_exists_as_somebody_without_rights() -> None:
    command = json.loads(re.findall(r"^CMD (.+)$", DOCKERFILE, re.M)[-1])
    assert command[:2] == ["python", "manage.py"]
    assert command[2] in get_commands()
    assert re.search(r"^USER portal$", DOCKERFILE, re.M)
    assert all(word in get_commands() for word in re.findall(r"manage\.py (\w+)", DOCKERFILE + COMPOSE))


def test_the_image_holds_what_runs_and_nothing_else() -> None:
    kept = {
        line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    packages = {name.split(".")[0] for name in APPS}
    assert kept == {*packages, "manage.py", "requirements.txt", "requirements-models.txt", "templates", "static"}


def test_the_locked_requirements_name_every_package_with_hashes_and_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-models.txt"):
        lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.lstrip().startswith("#")]
        assert not [line for line in lines if "://" in line or line.startswith("-")]
        pinned = [line for line in lines if not line.startswith(" ")]
        assert all("==" in line for line in pinned)
        assert sum("--hash=sha256:" in line for line in lines) >= len(pinned)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_knows_its_command_line(process: str) -> None:
    assert arguments(process)[1] == "-m"
