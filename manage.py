#!/usr/bin/env python
"""Django's commands, for this site."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command that the arguments name; stop with one line if environment or database are of no use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aienotes.settings")

    from django.conf import settings
    from django.core.management import execute_from_command_line
    from django.core.management.commands import runserver
    from django.db import OperationalError

    from aienotes.environment import WrongValue

    try:
        environment = settings.ENVIRONMENT
    except WrongValue as wrong:
        sys.exit(str(wrong))
    runserver.Command.default_addr = environment.host
    runserver.Command.default_port = str(environment.port)
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if settings.DEBUG or "--traceback" in sys.argv:
            raise
        where = "DATABASE_URL" if os.environ.get("DATABASE_URL") else "db.sqlite3 in DATA_DIR"
        sys.exit(f"The database ({where}) cannot be used: {str(error).strip()}")


if __name__ == "__main__":
    main()
