"""The site's settings with one address more: a constant view of the same bytes."""

from aienotes.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
