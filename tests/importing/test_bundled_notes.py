"""The bundled notes, imported: exactly what GitHub's own parser finds in them, under the right headings."""

from __future__ import annotations

import json
from collections import Counter
from io import StringIO

import pytest
from django.core.management import call_command

from roadmap.models import Change, ImportRun, Listing, Page, Resource, Roadmap, Section, Todo
from tests.importing.notes import BUNDLED, all_rows

pytestmark = pytest.mark.django_db

SECTIONS = [
    (1, "我的 AI工程師相關筆記", 0, 0),
    (2, "TODO", 0, 5),
    (1, "目錄", 0, 0),
    (2, "簡介", 1, 0),
    (2, "算法與資料結構", 1, 0),
    (2, "從AI到LLM基礎", 1, 0),
    (3, "1. 機器學習數學基礎", 30, 0),
    (3, "2. AI簡介", 5, 0),
    (3, "3. 機器學習與Python", 14, 0),
    (3, "3. 神經網絡跟深度學習", 7, 0),
    (3, "4. 自然語言處理(NLP)", 6, 0),
    (2, "深入LLM模型工程與LLM運維", 0, 0),
    (2, "LLM應用工程", 0, 0),
    (2, "相關的更新Blog", 0, 0),
    (2, "DeepLearningAI短課程學習紀錄", 0, 0),
]


def run(*options: str) -> dict[str, object]:
    out = StringIO()
    call_command("import_notes", str(BUNDLED), "--roadmap", "ai", "--json", *options, stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == 1
    found: dict[str, object] = json.loads(lines[0])
    return found


def test_it_finds_every_heading_with_its_links_and_todos() -> None:
    run()
    found = [
        (section.level, section.title, section.listings.count(), section.todos.count())
        for section in Section.objects.order_by("position")
    ]
    assert found == SECTIONS


def test_it_finds_63_resources_in_65_listings() -> None:
    run()
    assert Resource.objects.count() == 63
    assert Listing.objects.count() == 65
    assert (
        Resource.objects.filter(url="").values_list("title", flat=True).get() == "人工智慧到生成式AI的發展(2010 ~2024)"
    )
    twice = Counter(Listing.objects.values_list("resource__url", flat=True))
    assert sum(number == 2 for number in twice.values()) == 2


def test_its_todos_are_the_authors() -> None:
    run()
    assert list(Todo.objects.values_list("text", "done")) == [
        ("30天的鐵人賽更新", False),
        ("Deeplearning.ai 短課程的學習紀錄", False),
        ("醫療助手", False),
        ("Code 助手", False),
        ("RPA + LLM", False),
    ]


def test_sources_joined_are_the_file() -> None:
    run()
    sources = Section.objects.order_by("position").values_list("source", flat=True)
    assert "".join(sources).encode() == BUNDLED.read_bytes()


def test_every_span_shows_the_label_and_the_url_in_the_source() -> None:
    run()
    for listing in Listing.objects.select_related("section", "resource"):
        source = listing.section.source
        assert " ".join(source[listing.label_start : listing.label_end].split()) == listing.label
        assert (
            source[listing.url_start : listing.url_end] in (listing.resource.url, "")
            or listing.resource.listings.count() == 2
        )
        assert source[listing.link_start : listing.link_end].startswith(
            f"[{source[listing.label_start : listing.label_end]}]("
        )


def test_the_json_says_what_was_added_and_what_is_odd() -> None:
    report = run()
    none = {"added": 0, "updated": 0, "unchanged": 0, "moved": 0, "retired": 0, "restored": 0}
    assert report["roadmap"] == "ai"
    assert report["dry_run"] is False
    assert report["pages"] == none | {"added": 1}
    assert report["sections"] == none | {"added": 15}
    assert report["resources"] == none | {"added": 63}
    assert report["todos"] == none | {"added": 5}
    assert set(report) == {"roadmap", "dry_run", "pages", "sections", "resources", "todos", "warnings", "seconds"}
    assert report["seconds"].keys() == {"read", "plan", "apply"}  # type: ignore[attr-defined]
    warnings: list[dict[str, object]] = report["warnings"]  # type: ignore[assignment]
    assert [(each["path"], each["line"]) for each in warnings] == [
        ("README.md", line) for line in (22, 51, 120, 150, 225, 243)
    ]


def test_a_second_import_changes_nothing_and_says_so() -> None:
    first = run()
    before = all_rows()
    second = run()
    assert all_rows() == before
    assert ImportRun.objects.count() == 1
    assert second["resources"]["unchanged"] == 63  # type: ignore[index]
    assert second["sections"]["unchanged"] == 15  # type: ignore[index]
    assert second["warnings"] == first["warnings"]
    out = StringIO()
    call_command("import_notes", str(BUNDLED), "--roadmap", "ai", stdout=out)
    assert "Nothing to change" in out.getvalue()


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    report = run("--dry-run")
    assert report["dry_run"] is True
    assert report["resources"]["added"] == 63  # type: ignore[index]
    assert not Roadmap.objects.exists()
    run()
    before = all_rows()
    assert run("--dry-run")["resources"]["unchanged"] == 63  # type: ignore[index]
    assert all_rows() == before


def test_the_run_keeps_what_was_added() -> None:
    run()
    kept = ImportRun.objects.get()
    assert kept.counts["resources"]["added"] == 63
    assert Counter(kept.changes.values_list("of", "action")) == {
        ("page", "added"): 1,
        ("section", "added"): 15,
        ("resource", "added"): 63,
        ("todo", "added"): 5,
    }
    assert Change.objects.filter(of="resource", resource=None).count() == 0


def test_the_roadmap_is_named_after_the_first_heading() -> None:
    run()
    roadmap = Roadmap.objects.get()
    assert roadmap.title == "我的 AI工程師相關筆記"
    assert roadmap.version == 1
    assert roadmap.checked_at is not None
    assert Page.objects.get().path == "README.md"
