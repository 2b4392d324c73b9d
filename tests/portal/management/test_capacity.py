import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from portal.management import capacity

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent.parent


def test_the_defaults_fit_a_server_as_it_comes() -> None:
    capacity.refuse_overbooking()


def test_pools_that_could_take_all_connections_are_refused_with_the_sum(settings: LazySettings) -> None:
    settings.WEB_PROCESSES, settings.DB_POOL_SIZE = 10, 9
    with pytest.raises(CommandError, match=r"gives 97 connections, the portal may take 99 \(web 90, worker 3, beat 1"):
        capacity.refuse_overbooking()


def test_missing_migrations_are_refused() -> None:
    capacity.refuse_old_tables()
    MigrationRecorder.Migration.objects.filter(app="billing").delete()
    MigrationRecorder.Migration.objects.filter(app="outbox").delete()
    with pytest.raises(CommandError, match=r"lacks \d+ migrations: run `python manage.py migrate` first"):
        capacity.refuse_old_tables()


def test_a_process_must_be_named() -> None:
    with pytest.raises(CommandError, match="Set PROCESS to web, worker, beat"):
        call_command("run")


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/portal", "PROCESS": "beat"}
    done = subprocess.run(
        [sys.executable, "manage.py", "run"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: The database does not answer: ")
