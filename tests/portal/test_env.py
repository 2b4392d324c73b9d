import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env

PRODUCTION = {
    "SECRET_KEY": "0123456789" * 6,
    "SITE_URL": "https://help.example.org",
    "DATABASE_URL": "postgresql://portal:secret@db.example.org:5432/portal",
    "VALKEY_URL": "redis://valkey.example.org:6379/0",
    "EMAIL_URL": "smtp://user:secret@mail.example.org:587?tls=1",
    "DEFAULT_FROM_EMAIL": "Help <help@example.org>",
}


def start(**changes: str | None) -> subprocess.CompletedProcess:
    """Starts Django as a process of its own, in a production environment with these changes (None: unset)."""
    wanted = {**PRODUCTION, "PATH": os.environ["PATH"], **changes}
    found = {name: value for name, value in wanted.items() if value is not None}
    command = [sys.executable, "-c", "from portal import settings; print('read')"]
    return subprocess.run(command, env=found, capture_output=True, text=True, check=False)


def test_a_complete_production_environment_is_read() -> None:
    assert start().stdout == "read\n"


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_each_missing_variable_is_named_in_one_sentence(name: str) -> None:
    last = start(**{name: None}).stderr.strip().splitlines()[-1]
    assert last.startswith(f"django.core.exceptions.ImproperlyConfigured: Set {name}:")


@pytest.mark.parametrize(
    ("name", "wrong", "sentence"),
    [
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL must read postgresql://"),
        ("EMAIL_URL", "pigeon://loft", "EMAIL_URL must read smtp://"),
        ("SITE_URL", "http://help.example.org", "SITE_URL must begin with https://"),
        ("DEBUG", "on", "DEBUG shows secrets to visitors"),
        ("DEBUG", "perhaps", "DEBUG is 'perhaps': write on or off."),
        ("DB_POOL_SIZE", "many", "DB_POOL_SIZE is 'many': write a whole number."),
        ("DB_POOL_SIZE", "0", "DB_POOL_SIZE is 0: write 1 or more."),
        ("PROCESS", "cat", "PROCESS is 'cat': write one of beat, command, web, worker."),
        ("STAFF_SECOND_FACTOR", "off", "STAFF_SECOND_FACTOR can be off only together with LOCAL=on."),
    ],
)
def test_a_wrong_variable_stops_the_start_with_a_sentence(name: str, wrong: str, sentence: str) -> None:
    assert sentence in start(**{name: wrong}).stderr.strip().splitlines()[-1]


def test_a_socket_address_of_postgresql_is_understood() -> None:
    found = env.database("postgresql://postgres:@/portal?host=/run/postgres")
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/run/postgres", "portal", "postgres")


def test_mail_settings_follow_the_address() -> None:
    assert env.mail("smtps://a:b%40c@mail.example.org")["EMAIL_PORT"] == 465
    assert env.mail("smtps://a:b%40c@mail.example.org")["EMAIL_HOST_PASSWORD"] == "b@c"
    assert env.mail("anymail+postmark://")["EMAIL_BACKEND"] == "anymail.backends.postmark.EmailBackend"
    with pytest.raises(ImproperlyConfigured):
        env.mail("smtp://")


def test_a_kept_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: os.PathLike[str]) -> None:
    from pathlib import Path

    file = Path(tmp_path) / "deep" / "secret"
    first = env.kept_secret(file)
    assert env.kept_secret(file) == first
    assert len(first) > 50
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("named", "used"), [(None, "1"), ("3", "3")])
def test_a_process_gives_number_libraries_one_core_unless_somebody_named_more(named: str | None, used: str) -> None:
    script = (
        "import sys, portal; early = 'numpy' in sys.modules; import numpy, os; print(early, os.environ[sys.argv[1]])"
    )
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        found = {key: value for key, value in os.environ.items() if key != name} | ({name: named} if named else {})
        done = subprocess.run(
            [sys.executable, "-c", script, name], env=found, capture_output=True, text=True, check=True
        )
        assert done.stdout == f"False {used}\n"
