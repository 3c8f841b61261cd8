"""An editor's way through an import: upload, look, answer, apply, go back; and a section that both sides changed.

The `context` fixture fails a test whose page breaks the content security policy.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect

from accounts import tracking
from roadmap import editing
from roadmap.importing import section_edits
from roadmap.models import ImportRun, Section
from tests.browser.pages import let_in, violations
from tests.factories import make_admin, make_user
from tests.importing.notes import bring, plan, resource

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "https://long.example/" + "path-without-end/" * 20
OLD, NEW = "[Attention is all you need](https://d.example/)", "[Attention Is All You Need: paper](https://dd.example/)"
BEFORE = f"# Plan\n\n- [Alpha](https://a.example/)\n- {OLD}\n\n## Words\n\nFirst.\n"
AFTER = BEFORE.replace(OLD, NEW)
MORE = AFTER + "".join(f"- [Link {n}]({LONG}{n})\n" for n in range(60))
PHONE, DESK = ViewportSize(width=390, height=800), ViewportSize(width=1280, height=800)
DJANGOS_OWN = "empty-table-header"
"""Its tables of inlines have columns without a heading."""


@pytest.fixture
def editor(context: BrowserContext, site: str, tmp_path: Path) -> Page:
    """A page of an editor's browser; the roadmap stands."""
    bring(tmp_path, BEFORE)
    let_in(context, make_admin("ada@example.org"), site)
    return context.new_page()


def barriers(page: Page) -> list[str]:
    """Return what axe finds in both themes with everything unfolded, and whether the page is wider than a phone."""
    page.evaluate("document.querySelectorAll('#content details').forEach(fold => fold.open = true)")
    found = []
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        # To look into Django's style sheets axe would write them into the page, which the policy forbids.
        told = violations(page, preload=False)
        found += [f"{theme} {each}" for each in told if not each.startswith(DJANGOS_OWN)]
    page.set_viewport_size(PHONE)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.set_viewport_size(DESK)
    return [*found, f"{wider} px too wide"] if wider else found


def upload(page: Page, text: str) -> None:
    page.goto("/en/admin/roadmap/roadmap/")
    page.get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("Roadmap:").select_option(label="Plan")
    page.get_by_label("File:").set_input_files({"name": "n.md", "mimeType": "text/markdown", "buffer": text.encode()})
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("button", name="Import it so")).to_be_visible()


def test_an_import_from_upload_to_the_way_back(editor: Page) -> None:
    learner, row = make_user(), resource("Attention is all you need")
    tracking.mark(learner, [row.pk], "done")
    upload(editor, MORE)
    question = editor.get_by_role("group", name="Are these the same? Attention is all you need")
    question.get_by_label("The same", exact=True).check()
    expect(editor.get_by_text("1 learner has a mark on it, which stays")).to_be_visible()
    expect(editor.get_by_text("Link 59")).to_be_hidden()
    editor.get_by_text("more lines").click()
    expect(editor.get_by_text("Link 59")).to_be_visible()
    assert barriers(editor) == []
    editor.get_by_role("button", name="Import it so").click()
    expect(editor.get_by_text("The roadmap is up to date.")).to_be_visible()
    assert barriers(editor) == []
    row.refresh_from_db()
    assert (row.retired_at, row.url) == (None, "https://dd.example/")
    assert learner.progress.get().resource == row

    first = ImportRun.objects.earliest("pk")
    editor.goto(f"/en/admin/roadmap/importrun/{first.pk}/change/")
    editor.get_by_role("button", name="Go back to this import").click()
    expect(editor.locator(".tally").last).to_contain_text("gone 60")
    editor.get_by_role("button", name="Import it so").click()
    expect(editor.get_by_text("The roadmap is up to date.")).to_be_visible()
    row.refresh_from_db()
    assert (row.retired_at, row.url) == (None, "https://d.example/")
    assert ImportRun.objects.latest("pk").back_to == first
    assert learner.progress.get().resource == row


def test_it_can_be_done_with_the_keyboard_alone(editor: Page) -> None:
    upload(editor, AFTER)
    focused = "document.activeElement"
    for _ in range(60):
        if editor.evaluate(f"{focused}.type") == "radio":
            break
        editor.keyboard.press("Tab")
    editor.keyboard.press("ArrowRight")
    for _ in range(20):
        if editor.evaluate(f"{focused}.value") == "Import it so":
            break
        editor.keyboard.press("Tab")
    assert editor.evaluate(f"getComputedStyle({focused}).outlineStyle") == "solid"
    editor.keyboard.press("Enter")
    expect(editor.get_by_text("The roadmap is up to date.")).to_be_visible()
    assert resource("Attention Is All You Need: paper").retired_at is None


def test_a_plan_that_is_let_go_changes_nothing(editor: Page) -> None:
    upload(editor, MORE)
    editor.get_by_role("button", name="Do not import").click()
    expect(editor.get_by_text("Nothing was imported.")).to_be_visible()
    assert barriers(editor) == []
    editor.get_by_role("button", name="Show what would change").click()
    expect(editor.get_by_text("Choose a file, or paste the text below")).to_be_visible()
    assert barriers(editor) == []
    assert ImportRun.objects.count() == 1


def test_a_plan_that_is_true_no_more_is_shown_again_with_the_answer(editor: Page) -> None:
    upload(editor, AFTER.replace("Alpha", "<i>Alpha</i> 2"))
    editor.get_by_label("The same", exact=True).check()
    editing.edit(resource("Alpha"), {"title": "Alpha, the editor's"})
    editor.get_by_role("button", name="Import it so").click()
    expect(editor.get_by_role("alert")).to_contain_text("nothing was imported")
    expect(editor.get_by_label("The same", exact=True)).to_be_checked()
    expect(editor.get_by_role("heading", name="Alpha, the editor's")).to_be_visible()
    assert barriers(editor) == []
    editor.get_by_role("button", name="Import it so").click()
    expect(editor.get_by_text("The roadmap is up to date.")).to_be_visible()


@pytest.mark.parametrize(("button", "left"), [("Keep mine", "Mine."), ("Take the notes", "Theirs.")])
def test_a_section_that_both_sides_changed_is_settled(editor: Page, tmp_path: Path, button: str, left: str) -> None:
    section = Section.objects.get(title="Words")
    editor.goto(f"/en/admin/roadmap/section/{section.pk}/change/")
    editor.get_by_label("Text:").fill("## Words\n\nMine.\n")
    editor.get_by_role("button", name="Save and continue editing").click()
    expect(editor.get_by_text("was changed successfully")).to_be_visible()
    expect(editor.get_by_role("button", name="Take the notes")).to_be_visible()
    assert barriers(editor) == []

    upload(editor, BEFORE.replace("First.", "Theirs."))
    expect(editor.get_by_role("heading", name="Conflicts")).to_be_visible()
    assert barriers(editor) == []
    editor.get_by_role("button", name="Import it so").click()
    expect(editor.get_by_text("1 conflict waits to be settled")).to_be_visible()

    editor.goto(f"/en/admin/roadmap/section/{section.pk}/change/")
    expect(editor.locator(".conflict del").first).to_have_text("First.")
    assert barriers(editor) == []
    editor.get_by_role("button", name=button).click()
    expect(editor.locator(".messagelist .success")).to_be_visible()
    expect(editor.get_by_text("Conflict:")).to_have_count(0)
    section.refresh_from_db()
    assert (section.conflicts, section.source) == ({}, f"## Words\n\n{left}\n")


def test_what_was_not_seen_is_not_settled(editor: Page, tmp_path: Path) -> None:
    section = Section.objects.get(title="Words")
    section_edits.edit(section.pk, "## Words\n\nMine.\n", None)
    bring(tmp_path, BEFORE.replace("First.", "Theirs."))
    editor.goto(f"/en/admin/roadmap/section/{section.pk}/change/")
    bring(tmp_path, BEFORE.replace("First.", "Theirs again."))
    editor.get_by_role("button", name="Keep mine").click()
    expect(editor.get_by_text("Nothing was changed: one of the texts is another by now.")).to_be_visible()
    section.refresh_from_db()
    assert section.conflicts


def test_the_notes_are_downloaded_as_a_zip(editor: Page) -> None:
    editor.goto(f"/en/admin/roadmap/roadmap/{plan().pk}/change/")
    assert barriers(editor) == []
    with editor.expect_download() as download:
        editor.get_by_role("link", name="Export", exact=True).click()
    assert download.value.suggested_filename == "plan.zip"


def test_the_list_and_what_an_export_leaves_out_have_no_barriers(editor: Page, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE + "\n- [ ] see [Beta](https://b.example/) and more\n")
    editing.edit(resource("see Beta and more"), {"title": "See less"})
    editor.goto("/en/admin/roadmap/roadmap/")
    assert barriers(editor) == []
    editor.locator("#result_list").get_by_role("link", name="Export").click()
    expect(editor.get_by_text("cannot be written into the notes’ files")).to_be_visible()
    assert barriers(editor) == []
    with editor.expect_download() as download:
        editor.get_by_role("link", name="Export all else").click()
    assert download.value.suggested_filename == "plan.zip"
