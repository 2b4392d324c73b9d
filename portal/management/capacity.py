"""What must hold before a process starts: a database that answers, knows our tables, and has room for all of us."""

from django.conf import settings
from django.core.management import CommandError
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

RESERVE = 5  # commands, migrations, monitoring, somebody with psql


def connections_wanted() -> dict[str, int]:
    """The most connections that each kind of process will hold."""
    return {
        "web": settings.WEB_PROCESSES * settings.DB_POOL_SIZE,
        "worker": settings.CELERY_WORKER_CONCURRENCY + 1,
        "beat": 1,
        "reserve": RESERVE,
    }


def refuse_overbooking() -> None:
    """Raises CommandError when pools, workers and beat could together take more connections than the server gives."""
    wanted = connections_wanted()
    offered = _connections_offered()
    if sum(wanted.values()) <= offered:
        return
    listed = ", ".join(f"{name} {number}" for name, number in wanted.items())
    raise CommandError(
        f"The database gives {offered} connections, the portal may take {sum(wanted.values())} ({listed}): lower "
        "WEB_PROCESSES, DB_POOL_SIZE or WORKER_CONCURRENCY, or raise the server's max_connections."
    )


def _connections_offered() -> int:
    query = """
        SELECT sum(CASE name WHEN 'max_connections' THEN setting::int ELSE -setting::int END) FROM pg_settings
        WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchone()[0]
    except OperationalError as error:
        raise CommandError(f"The database does not answer: {str(error).strip()}") from error


def refuse_old_tables() -> None:
    """Raises CommandError when migrations are missing: this code would fail on these tables."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise CommandError(f"The database lacks {len(missing)} migrations: run `python manage.py migrate` first.")
