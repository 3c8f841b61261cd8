"""What every test is given, and what is put back after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation


@pytest.fixture(autouse=True)
def _as_if_first() -> Iterator[None]:
    """No test sees the language of another's last request, nor the counts of another's rate limits."""
    translation.activate(settings.LANGUAGE_CODE)
    cache.clear()
    yield
    translation.activate(settings.LANGUAGE_CODE)
