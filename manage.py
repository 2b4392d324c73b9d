#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here: run `make venv` first, then `.venv/bin/python manage.py …`.")
    if sys.argv[1:2] in (["up"], ["simulate"]) and "--help" not in sys.argv:
        from portal.management.local import scratch_servers, servers

        # before the settings are read: they name the database
        with servers() if sys.argv[1] == "up" else scratch_servers():
            execute_from_command_line(sys.argv)
    else:
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
