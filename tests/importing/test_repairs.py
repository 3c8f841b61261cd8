"""Repairs of links go the way of all edits: through later imports, out with the export, and back in again."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts import tracking, uniting
from accounts.models import Progress, State
from roadmap import answering, editing, repairs
from roadmap.models import Grade, Link, LinkEvent, Proposal, Resource
from tests.factories import make_resource, make_user
from tests.graded_links import graded
from tests.importing.exported import EDITED_AT, edit, exported, in_file, on_site, text
from tests.importing.notes import BUNDLED, bring, plan, resource

A, B, C = "https://a.example/one", "https://b.example/two", "https://c.example/three"
NEW, FREE = "https://new.example/(one)?x=1&y=2", "https://free.example/"
URL = re.compile(r"https?://[^\s()<>]+")
pytestmark = pytest.mark.django_db

FORMS = {
    "inline": f'# P\n\n- [Alpha]( {A} "t" ), [Beta]({B})\n',
    "in several places": f"# P\n\n- [Alpha]({A}) and **[again](<{A}>)**\n\n## Q\n\n| a |\n|---|\n| [Alpha]({A}) |\n",
    "reference": f"# P\n\n- [Alpha][a], [once more][A], [b]\n\n## Q\n\n[Alpha][a]\n\n[a]:  {A} 'title'\n[b]: {B}\n",
    "pointed, in a quote": f"# P\n\n> [Alpha][a]\n>\n> [a]: <{A}>\n\n## Q\n\nWords.\n",
    "on a line of its own": f"# P\r\n\r\n- [a]\r\n\r\n[a]:\r\n  {A}\r\n  'Title'\r\n",
    "both": f"# P\n\n[a]: {A}\n\n- [Alpha][a]\n- [elsewhere]({A})\n",
    "two names": f"# P\n\n- [Alpha][a], [Alpha][b]\n\n[a]: {A}\n[b]: {A}\n",
    "raw": f'# P\n\n<p><a class="x" href="{A}">Alpha</a></p>\n',
    "badge": f"# P\n\n[![Alpha](https://img.example/a.svg)]({A})\n",
    "bare": f"# P\n\n- {A}\n- <{A}> and [Beta]({B})\n",
    "heading": f"# P\n\n## [Alpha]({A})\n\nWords.\n",
    "without an end": f"\ufeff# P\r\r- [Alpha]({A})",
}


def moved(row: Resource, target: str) -> None:
    """Let a link move, and take its new address over."""
    graded(row, Grade.MOVED, target=target)
    found = repairs.repair([row], repairs.moved_to)
    assert [(each.resource, each.before, each.owner) for each in found.done] == [(row, row.url, None)]


def only_one() -> Resource:
    return Resource.objects.get(url__startswith=A)


def replaced(before: str, after: str) -> set[tuple[str, str]]:
    """Return what stands in place of what."""
    old, new = before.replace(A, "\x00"), after.replace(NEW, "\x00")
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return {(old[a:b], new[c:d]) for tag, a, b, c, d in codes if tag != "equal"}


@pytest.mark.parametrize("form", FORMS)
def test_the_export_holds_the_repair_and_nothing_else(form: str, tmp_path: Path) -> None:
    notes = FORMS[form]
    bring(tmp_path, notes)
    moved(only_one(), NEW)
    [(_, data)] = exported().files
    assert exported().left_out == []
    assert replaced(notes, data.decode()) == set()
    assert notes.count(A) == data.decode().count(NEW)
    assert in_file(text()) == on_site()


def test_a_reference_that_others_use_too_is_left_to_them(tmp_path: Path) -> None:
    notes = f"# P\n\n- [Alpha][a], ![picture][a]\n\n[a]: {A}\n"
    bring(tmp_path, notes)
    moved(only_one(), FREE)
    assert text() == notes.replace("[Alpha][a]", f"[Alpha]({FREE})")


def test_of_several_repairs_one_that_cannot_be_written_so_holds_up_no_other(tmp_path: Path) -> None:
    notes = f"# P\n\n- [ ] see [Alpha][a] first\n- [Beta][b]\n\n[a]: {A}\n[b]: {B}\n"
    bring(tmp_path, notes)
    edit("Alpha", title="Another", url=FREE)
    moved(resource("Beta"), NEW)
    [(_, data)] = exported().files
    assert data.decode() == notes.replace("[Alpha][a]", f"[Alpha]({FREE})").replace(f"[b]: {B}", f"[b]: {NEW}")
    assert exported().left_out == [
        "README.md: “Alpha” could not be given the title “Another” in the section “P”"
        " so that it is read back as that; the file goes without."
    ]


@pytest.mark.parametrize("form", ["pointed, in a quote", "both"])
def test_what_was_added_by_hand_goes_out_beside_a_repair(form: str, tmp_path: Path) -> None:
    bring(tmp_path, FORMS[form])
    section = only_one().listings.order_by("pk")[:1].get().section
    editing.add(Resource(title="Added", url="https://added.example/", kind="book"), section)
    moved(only_one(), NEW)
    assert text().count("[Added](https://added.example/)") == 1
    assert text().count(NEW) == FORMS[form].count(A)


@pytest.mark.parametrize("form", FORMS)
def test_a_repair_survives_imports_and_its_own_export(form: str, tmp_path: Path) -> None:
    notes = FORMS[form]
    bring(tmp_path, notes)
    row, learner = only_one(), make_user()
    tracking.mark(learner, [row.pk], State.DONE)
    moved(row, NEW)
    assert not bring(tmp_path, notes).changed
    bring(tmp_path, notes.replace("# P", "# P\n\nMore.\n\n- [Gamma](https://g.example/)", 1))
    kept = Resource.objects.get(pk=row.pk)
    assert (kept.url, "url" in kept.edited_fields, kept.retired_at, kept.conflicts) == (NEW, True, None, {})
    shown = on_site()
    [(_, data)] = exported().files
    report = bring(tmp_path, data)
    assert report.counts["resources"]["added"] == report.counts["resources"]["retired"] == 0
    assert on_site() == shown
    kept.refresh_from_db()
    assert (kept.url, kept.edited_fields, kept.retired_at) == (NEW, [], None)
    assert exported().files == [("README.md", data)]
    assert Progress.objects.get(user=learner).resource == row


def test_a_repair_waits_where_the_author_repairs_it_otherwise(tmp_path: Path) -> None:
    bring(tmp_path, FORMS["inline"])
    moved(resource("Alpha"), NEW)
    bring(tmp_path, FORMS["inline"].replace(A, FREE))
    row = resource("Alpha")
    assert (row.url, row.conflicts) == (NEW, {"url": {"base": A, "notes": FREE}})


def test_all_that_moved_in_the_bundled_notes_is_a_diff_of_urls_alone(tmp_path: Path) -> None:
    notes = BUNDLED.read_bytes()
    bring(tmp_path, notes, source_url=EDITED_AT)
    rows = list(Resource.objects.exclude(url=""))
    for row in rows:
        graded(row, Grade.MOVED, target=f"https://moved.example/{row.pk}")
    found = repairs.repair(rows, repairs.moved_to)
    assert (len(found.done), found.taken) == (len(rows), [])
    assert URL.sub("", text()) == URL.sub("", notes.decode())
    assert {urlsplit(url).hostname for url in URL.findall(text())} == {"moved.example"}
    shown = on_site()
    assert in_file(text()) == shown
    bring(tmp_path, text(), source_url=EDITED_AT)
    assert on_site() == shown
    assert not Resource.objects.edited().exists()


def test_a_copy_at_the_archive_is_written_and_read_back(tmp_path: Path) -> None:
    notes = FORMS["inline"]
    bring(tmp_path, notes)
    graded(resource("Alpha"), Grade.DEAD)
    assert len(repairs.repair([resource("Alpha")], repairs.archived).done) == 1
    url = resource("Alpha").url
    assert url == f"https://web.archive.org/web/20260102030405/{A}"
    assert text() == notes.replace(A, url)
    [event] = LinkEvent.objects.all()
    assert (event.kind, event.url, event.replaced, event.resource) == ("mended", url, A, resource("Alpha"))
    bring(tmp_path, text())
    assert LinkEvent.objects.count() == 1


def test_what_moved_is_not_told_as_mended(tmp_path: Path) -> None:
    bring(tmp_path, FORMS["inline"])
    moved(resource("Alpha"), NEW)
    assert not LinkEvent.objects.exists()


def test_an_import_that_leaves_a_url_alone_leaves_its_link(tmp_path: Path) -> None:
    bring(tmp_path, FORMS["inline"])
    link = graded(resource("Alpha"), Grade.OK)
    bring(tmp_path, FORMS["inline"].replace("Alpha", "Alpha, renamed").replace("# P", "# P\n\nMore."))
    assert resource("Alpha, renamed").link == link
    bring(tmp_path, FORMS["inline"].replace("Alpha", "Alpha, renamed").replace(A, FREE))
    assert resource("Alpha, renamed").link is None


def test_two_that_become_one_have_the_link_of_the_url_that_stays(tmp_path: Path) -> None:
    bring(tmp_path, FORMS["inline"])
    old, new = make_resource(plan(), "Old", url=C, retired_at=timezone.now()), resource("Alpha")
    graded(old, Grade.DEAD)
    link = graded(new, Grade.OK)
    LinkEvent.objects.create(roadmap=plan(), resource=new, kind="died", at=timezone.now(), title="Alpha", url=A)
    proposal = Proposal.objects.create(
        roadmap=plan(), resource=old, found=new, key=str(new.url_key), title="Alpha", url=A, reason="similar"
    )
    answering.confirm(proposal, uniting.unite)
    old.refresh_from_db()
    assert (old.url, old.link) == (A, link)
    assert LinkEvent.objects.get().resource == old
    assert Link.objects.count() == 2
