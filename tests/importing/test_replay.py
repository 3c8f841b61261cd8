"""Whole histories under learners' marks: nothing is lost, nothing wrongly paired, and enough found again."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from benchmarks import replay
from benchmarks.replay import CORPUS, Step, Version
from roadmap.importing import matching
from roadmap.models import Resource

pytestmark = pytest.mark.django_db


def quiet(line: str) -> None:
    pass


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not there")
def test_a_real_history_of_two_years_loses_nothing(tmp_path: Path) -> None:
    steps = replay.replay(replay.corpus(), tmp_path, quiet)
    assert [step.refused for step in steps] == [""] * 4
    assert [step for step in steps if step.is_bad] == []
    assert sum(step.found for step in steps) >= sum(step.plain for step in steps) > 400


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True)


VERSIONS = [
    "# Plan\n\n## One\n\n- [Alpha](https://a.example/)\n- [Beta](https://b.example/)\n- [ ] Read\n",
    "# Plan\n\n## One\n\n- [Beta](https://b.example/)\n\n## Two\n\n- [Alpha](https://new.example/)\n- [ ] Read\n",
    "\x00",
    "# Plan\n\n## Two\n\n- [Alpha, revised](https://new.example/)\n- [ ] Read\n- [Beta two](https://bb.example/)\n",
    "# Plan\n\n## One\n\n- [Alpha](https://a.example/)\n- [Beta](https://b.example/)\n- [ ] Read\n",
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    for number, text in enumerate(VERSIONS):
        (folder / "PLAN.md").write_text(text)
        (folder / "other.txt").write_text(str(number))
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", str(number))
    (folder / "other.txt").write_text("more")
    git(folder, "commit", "-q", "-a", "-m", "another file")
    return folder


def test_a_git_repository_is_replayed_commit_by_commit(repository: Path, tmp_path: Path) -> None:
    steps = replay.replay(replay.history(repository, "PLAN.md", 1), tmp_path, quiet)
    assert len(steps) == len(VERSIONS)
    assert "NUL" in steps[2].refused
    assert [step for step in steps if step.is_bad] == []
    assert [dict(step.rungs) for step in steps] == [
        {},
        {"url": 1, "roadmap": 2},
        {},
        {"url": 1, "section": 1},
        {"roadmap": 1},
    ]
    assert Resource.objects.live().count() == 3


def test_every_nth_commit_and_the_last(repository: Path) -> None:
    names = [version.name for version in replay.history(repository, "PLAN.md", 2)]
    assert len(names) == 3
    assert names[-1] == [version.name for version in replay.history(repository, "PLAN.md", 1)][-1]


def test_a_file_without_history_is_said(repository: Path) -> None:
    with pytest.raises(SystemExit, match=r"none\.md has no history"):
        list(replay.history(repository, "none.md", 1))


def versions(*texts: str) -> list[Version]:
    return [Version(str(number), {"README.md": text.encode()}) for number, text in enumerate(texts)]


def played(folder: Path, *texts: str) -> list[Step]:
    return replay.replay(versions(*texts), folder, quiet)


def test_a_lost_mark_and_a_wrong_pair_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(self: matching._Ladder) -> None:
        waiting = [row for row in self.live if row.id not in self.pairs.taken]
        self.pairs.take("section", zip(self._left(), waiting, strict=False))

    monkeypatch.setattr(matching._Ladder, "_by_title_in_roadmap", careless)
    told = replay.Replay(tmp_path)
    first, second = versions("# P\n\n- [Alpha](https://a.example/)\n", "# P\n\n- [Beta](https://b.example/)\n")
    told.step(first)
    told.ledger[told.learners[0].pk, Resource.objects.get().pk] = ("done", "what was never written")
    step = told.step(second)
    assert (len(step.lost), len(step.wrong), step.is_bad) == (1, 1, True)


def test_finding_less_than_url_and_title_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching._Ladder, "_by_title_in_roadmap", lambda self: None)
    steps = played(tmp_path, "# A\n\n- [Alpha](https://a.example/)\n", "# B\n\n- [Alpha](https://b.example/)\n")
    assert (steps[1].found, steps[1].plain, steps[1].is_bad) == (0, 1, True)


def test_versions_that_are_all_refused_show_nothing(tmp_path: Path) -> None:
    steps = played(tmp_path, "\x00", "")
    assert replay.is_bad(steps)
    assert not replay.is_bad([*steps, Step("taken")])
