"""Pages that are made for one reader go out gzipped, and nothing is gzipped twice or for nothing."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from roadmap.models import Roadmap
from tests.factories import make_plan, make_user

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def plan() -> Roadmap:
    return make_plan()


def test_a_learners_page_is_gzipped_for_whoever_takes_that(plan: Roadmap, client: Client) -> None:
    client.force_login(make_user("ada@example.org"))
    packed, plain = client.get("/en/", headers=GZIP), client.get("/en/")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "ada@example.org" in gzip.decompress(packed.content).decode()
    assert "Content-Encoding" not in plain.headers
    for response in (packed, plain):
        assert {"Cookie", "Accept-Encoding"} <= set(response.headers["Vary"].split(", "))
        assert "no-store" in response.headers["Cache-Control"]


def test_its_size_tells_nothing_of_what_it_holds(plan: Roadmap, client: Client) -> None:
    client.force_login(make_user())
    assert len({len(client.get("/en/", headers=GZIP).content) for _ in range(20)}) > 1


@pytest.mark.parametrize("path", ["/en/", "/en/search/?q=first", "/en/nothing/", "/sitemap.xml", "/sw.js"])
def test_a_strangers_answer_is_gzipped_once(plan: Roadmap, client: Client, path: str) -> None:
    response = client.get(path, headers=GZIP)
    assert response.headers["Content-Encoding"] == "gzip"
    assert b"\x1f\x8b" not in gzip.decompress(response.content)[:2]
    assert "Accept-Encoding" in response.headers["Vary"]
    assert not response.cookies


def test_images_are_left_alone(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "0123456789.png").write_bytes(b"\x89PNG" * 500)
    response = client.get("/media/0123456789.png", headers=GZIP)
    assert "Content-Encoding" not in response.headers
    assert b"".join(response) == b"\x89PNG" * 500
