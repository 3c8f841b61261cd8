"""The site's settings with a few addresses more: see urls.py."""

from pathlib import Path

from aienotes.settings import *  # noqa: F403
from aienotes.settings import TEMPLATES

ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]  # type: ignore[misc]
