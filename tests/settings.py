"""The site's settings for tests: a data folder of their own, and nothing from the environment but the database."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="aienotes-tests-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

for name in (
    "HOST", "PORT", "SITE_URL", "DEBUG", "ALLOWED_HOSTS", "EMAIL_URL", "NOTES_MAX_BYTES", "NOTES_KEPT_RUNS",
    "LINKS_DEAD_FAILURES", "LINKS_DEAD_DAYS",
):  # fmt: skip
    os.environ.pop(name, None)
os.environ |= {"DATA_DIR": str(FOLDER / "data"), "SECRET_KEY": "for tests alone"}

from aienotes.settings import *  # noqa: E402, F403
from aienotes.settings import DATABASES, STORAGES  # noqa: E402

STATIC_ROOT = FOLDER / "static"
STATIC_ROOT.mkdir()
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Links are asked after on this machine alone, without much waiting; a busy machine makes none of them slow.
LINKS_LOOPBACK = True
LINKS_PAUSE, LINKS_TIMEOUT, LINKS_BACK_OFF, LINKS_LONGEST_WAIT = 0.01, 20.0, (0.05, 0.1), 3.0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in service: a database in memory is shared between threads in another way, with other locks.
    DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / "test.sqlite3")}
