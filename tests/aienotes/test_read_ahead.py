"""What is loaded before the site's workers are there."""

from __future__ import annotations

import pytest
from django.urls import clear_url_caches, get_resolver

from aienotes import gunicorn
from roadmap import folding, search


def test_addresses_and_what_the_search_converts_by_are_there_before_the_workers(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clear_url_caches()
    search._converter.cache_clear()
    folding._simplified.cache_clear()
    folding._folds.cache_clear()
    gunicorn.when_ready(None)
    assert "AIE Notes is at http" in capsys.readouterr().out
    assert "url_patterns" in vars(get_resolver())
    assert search._converter.cache_info().currsize == len(search.REGIONS)
    assert folding._simplified.cache_info().currsize
