"""`python -m tests.production FILE…`: run a Python file as in production, with a data folder of its own."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile


def environment(data_dir: str) -> dict[str, str]:
    """Return the environment of a site at an https address."""
    return {
        **os.environ,
        "DATA_DIR": data_dir,
        "SITE_URL": "https://notes.example.org",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_SETTINGS_MODULE": "aienotes.settings",
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="aienotes-production-") as folder:
        command = [sys.executable, *sys.argv[1:]]
        sys.exit(subprocess.run(command, env=environment(folder), check=False).returncode)
