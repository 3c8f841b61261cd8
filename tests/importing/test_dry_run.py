"""What a dry run prints: the plan of an import as a diff; and what is asked of editors."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts import notes, tracking
from roadmap import editing
from roadmap.importing.apply import StalePlan
from roadmap.importing.importer import Target
from roadmap.importing.importer import bring as import_loaded
from roadmap.importing.sources import typed
from roadmap.models import Proposal, Resource, ResourceAlias
from roadmap.reading.links import url_key
from tests.factories import make_user
from tests.importing.notes import all_rows, bring, plan, resource

pytestmark = pytest.mark.django_db

BEFORE = """# Plan

## One

- [Alpha](https://a.example/)
- [Beta](https://b.example/)
- [Gamma](https://c.example/)
- [Attention is all you need](https://d.example/)
- [Epsilon](https://e.example/)

## Two

- [Zeta](https://z.example/)
"""
AFTER = """# Plan

## One

- [Alpha, second edition](https://a.example/)
- [Gamma](https://cc.example/)
- [Attention Is All You Need: the paper](https://dd.example/)
- [New](https://n.example/)

## Two

- [Zeta](https://z.example/)
- [Beta](https://b.example/)
"""


def printed(folder: Path, text: str, *options: str) -> str:
    """Return what a dry run of an import of `text` prints."""
    (folder / "README.md").write_text(text)
    out = StringIO()
    call_command("import_notes", str(folder / "README.md"), "--roadmap", "plan", "--dry-run", *options, stdout=out)
    return out.getvalue()


def test_a_dry_run_reads_like_a_diff(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    for user in (make_user(), make_user()):
        tracking.mark(user, [resource("Epsilon").pk], "done")
    editing.edit(resource("Alpha"), {"title": "My Alpha"})
    before = all_rows()
    lines = printed(tmp_path, AFTER).splitlines()
    assert all_rows() == before
    assert lines[: lines.index("Resources")] == [
        "Pages",
        "  ~ updated: Plan",
        "Sections",
        "  ~ updated: One",
        "  ~ updated: Two",
    ]
    assert lines[
        lines.index("Resources") + 1 : lines.index("Proposals: perhaps the same, for an editor to decide")
    ] == [
        "  ~ relinked: Gamma; URL: https://c.example/ → https://cc.example/",
        "  + Attention Is All You Need: the paper; in One; https://dd.example/",
        "  + New; in One; https://n.example/",
        "  > moved: Beta; from: One → Two",
        "  - retired: Attention is all you need; in One",
        "  - retired: Epsilon; in One; 2 learners have marks on it, which stay",
        "Conflicts: what the editor wrote stays until it is settled",
        "  ! resource “My Alpha”, title:",
        "      notes before Alpha",
        "      notes now    Alpha, second edition",
        "      editor       My Alpha",
    ]
    assert "  ? “Attention is all you need” = “Attention Is All You Need: the paper”" in lines
    assert lines[-1] == "Dry run: nothing was changed in the roadmap “plan”."


def test_a_terminal_gets_colours_and_a_pipe_none(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    assert "\x1b[" not in printed(tmp_path, AFTER)
    assert "\x1b[31;1m  - retired: Epsilon" in printed(tmp_path, AFTER, "--force-color")


def test_what_happens_is_what_the_dry_run_said(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    told = bring(tmp_path, AFTER, dry_run=True)
    done = bring(tmp_path, AFTER)
    assert told.counts == done.counts
    assert told.plan is not None
    assert done.plan is not None
    assert told.plan.changes == done.plan.changes


def test_a_run_keeps_what_it_asked_and_asks_once(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    bring(tmp_path, AFTER)
    proposal = Proposal.objects.get()
    assert (proposal.resource, proposal.found) == (
        resource("Attention is all you need"),
        resource("Attention Is All You Need: the paper"),
    )
    assert (proposal.reason, proposal.answer) == ("similar", "")
    bring(tmp_path, BEFORE)
    report = bring(tmp_path, AFTER)
    assert report.plan is not None
    assert report.plan.proposals == []
    assert Proposal.objects.count() == 1


def answer(text: str, answers: dict[str, str], version: int | None = None) -> None:
    import_loaded(typed(text, "pasted", 10**6), Target("plan"), answers=answers, version=version)


def name(text: str) -> str:
    report = import_loaded(typed(text, "pasted", 10**6), Target("plan"), dry_run=True)
    assert report.plan is not None
    [proposal] = report.plan.proposals
    return proposal.name


def test_a_confirmed_proposal_is_the_same_resource_from_then_on_and_under_its_old_url_too(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    user, row = make_user(), resource("Attention is all you need")
    tracking.mark(user, [row.pk], "done")
    notes.save(user, row, "Mine.", 0)
    answer(AFTER, {name(AFTER): "confirmed"})
    row.refresh_from_db()
    assert (row.title, row.url, row.retired_at) == (
        "Attention Is All You Need: the paper",
        "https://dd.example/",
        None,
    )
    assert Proposal.objects.get().answer == "confirmed"
    assert sorted(ResourceAlias.objects.values_list("url", flat=True)) == ["https://d.example/", "https://dd.example/"]
    bring(tmp_path, BEFORE)
    row.refresh_from_db()
    assert (row.title, row.retired_at) == ("Attention is all you need", None)
    bring(tmp_path, AFTER)
    row.refresh_from_db()
    assert (row.title, row.retired_at) == ("Attention Is All You Need: the paper", None)
    assert user.progress.get().resource == row
    assert user.notes.get().text == "Mine."


def test_a_url_that_a_resource_once_had_is_asked_about_and_nothing_is_decided(tmp_path: Path) -> None:
    bring(tmp_path, "# P\n\n- [Linear Algebra](https://a.example/la)\n")
    row = resource("Linear Algebra")
    bring(tmp_path, "# P\n\n- [Linear Algebra](https://ocw.example/la)\n")
    bring(tmp_path, "# P\n\n- [MIT 18.06](https://ocw.example/la)\n")
    text = "# P\n\n- [Linear Algebra](https://a.example/la)\n"
    report = bring(tmp_path, text, dry_run=True)
    assert report.plan is not None
    [proposal] = report.plan.proposals
    assert (proposal.row, proposal.reason, report.counts["resources"]["added"]) == (row.pk, "former", 1)
    answer(text, {proposal.name: "confirmed"})
    row.refresh_from_db()
    assert (row.retired_at, row.title, Resource.objects.count()) == (None, "Linear Algebra", 1)
    assert (Proposal.objects.get().reason, Proposal.objects.get().answer) == ("former", "confirmed")


def test_a_refused_proposal_is_not_asked_again(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    answer(AFTER, {name(AFTER): "refused"})
    assert Proposal.objects.get().answer == "refused"
    assert resource("Attention is all you need").retired_at is not None
    bring(tmp_path, BEFORE)
    Resource.objects.filter(url="https://dd.example/").update(url_key=None)
    report = bring(tmp_path, AFTER, dry_run=True)
    assert report.plan is not None
    assert report.plan.proposals == []


def test_a_task_is_confirmed_by_its_title(tmp_path: Path) -> None:
    bring(tmp_path, "# P\n\n- [ ] Read the first chapter\n")
    text = "# P\n\n- [ ] Read the first chapter twice\n"
    row = resource("Read the first chapter")
    answer(text, {name(text): "confirmed"})
    row.refresh_from_db()
    assert (row.title, row.retired_at) == ("Read the first chapter twice", None)
    bring(tmp_path, "# P\n\n- [ ] Read the first chapter\n")
    row.refresh_from_db()
    assert (row.title, row.retired_at) == ("Read the first chapter", None)


def test_a_plan_that_is_no_longer_true_is_not_applied(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    version = plan().version
    editing.edit(resource("Alpha"), {"title": "My Alpha"})
    before = all_rows()
    with pytest.raises(StalePlan):
        answer(AFTER, {}, version)
    assert all_rows() == before
    answer(AFTER, {}, version + 1)
    with pytest.raises(StalePlan):
        import_loaded(typed("# Q\n", "pasted", 10**6), Target("plan"), version=-1)


def test_answers_to_what_was_not_asked_change_nothing(tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    row = resource("Epsilon")
    names = [f"{row.pk}:{'0' * 64}", "x:y", "", f"99999:{resource('Zeta').url_key}"]
    answer(AFTER, dict.fromkeys(names, "confirmed"))
    assert ResourceAlias.objects.count() == 0
    assert resource("Zeta").url == "https://z.example/"


def test_what_is_left_for_later_is_no_answer(tmp_path: Path) -> None:
    """Not even where the two were found to be one by their title."""
    bring(tmp_path, "# Plan\n\n- [Alpha](https://a.example/)\n")
    text = "# Plan\n\n- [Alpha](https://b.example/)\n"
    name = f"{resource('Alpha').pk}:{url_key('https://b.example/')}"
    import_loaded(typed(text, "pasted", 10**6), Target("plan"), answers={name: ""})
    assert resource("Alpha").url == "https://b.example/"
    assert not ResourceAlias.objects.exists()
    assert not Proposal.objects.exists()
