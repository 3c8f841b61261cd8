"""A history of notes, imported version by version under learners' marks: is any lost, is any on the wrong resource?

    python -m benchmarks.replay                                     the four versions in ../shared/corpus
    python -m benchmarks.replay --repo PATH --file README.md        a git repository, commit by commit
    python -m benchmarks.replay --repo PATH --file docs --every 10  every tenth commit, and the last; docs is a folder

After every version each learner ticks and writes on what they have not marked yet; after every import all that was
ever marked must stand as it was, on a resource that is on the site or retired. Beside what the import found again
stands what the URL, and a title that is there once on both sides, would find: it must never find less. Ends with 1 if a
mark was lost, a pair was made of two that share neither URL nor title, less was found again, or no version was taken.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORPUS = ROOT.parent / "shared" / "corpus" / "llm-course"
LEARNERS = 5
SLUG = "replayed"
COLUMNS = (
    "live",
    "url",
    "alias",
    "section",
    "roadmap",
    "plain",
    "new",
    "retired",
    "restored",
    "asked",
    "lost",
    "wrong",
)


@dataclass(slots=True)
class Step:
    """What one version did: resources that were on the site before, how many of them which rung found again, how many
    URL and unique title alone find (`plain`), and what went wrong."""

    name: str
    live: int = 0
    rungs: Counter[str] = field(default_factory=Counter)
    plain: int = 0
    new: int = 0
    retired: int = 0
    restored: int = 0
    proposals: int = 0
    seconds: float = 0.0
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    refused: str = ""

    @property
    def found(self) -> int:
        """How many of the resources that were on the site were found again."""
        return sum(self.rungs.values())

    @property
    def is_bad(self) -> bool:
        """Whether something is as it must never be."""
        return bool(self.lost or self.wrong) or self.found < self.plain

    def columns(self) -> str:
        """Return the numbers under COLUMNS, and the seconds."""
        rungs = [self.rungs[name] for name in ("url", "alias", "section", "roadmap")]
        numbers = [self.live, *rungs, self.plain, self.new, self.retired, self.restored, self.proposals]
        numbers += [len(self.lost), len(self.wrong)]
        return " ".join(f"{number:>{len(name)}}" for number, name in zip(numbers, COLUMNS, strict=True))


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the notes: its name, and what is written into a folder to be imported (bytes by path)."""

    name: str
    files: dict[str, bytes]


class Replay:
    """Imports versions into one roadmap and keeps a ledger of every mark; needs the tables, and no roadmap SLUG."""

    def __init__(self, folder: Path) -> None:
        from accounts.models import User

        self.folder = folder
        self.learners = [User.objects.create_user(f"replay{number}@example.org") for number in range(LEARNERS)]
        self.ledger: dict[tuple[int, int], tuple[str, str]] = {}
        """{(learner, resource): (state, note)}."""

    def step(self, version: Version) -> Step:
        """Import a version and look at every mark; then let the learners mark what is new."""
        from roadmap.importing.importer import import_notes
        from roadmap.reading import NotesError

        step = Step(version.name)
        before = self._rows()
        begun = time.perf_counter()
        try:
            report = import_notes(self._written(version), slug=SLUG)
        except NotesError as error:
            step.refused = str(error)
            return step
        step.seconds = time.perf_counter() - begun
        counts = report.counts["resources"]
        step.new, step.retired, step.restored = counts["added"], counts["retired"], counts["restored"]
        step.proposals = len(report.plan.proposals) if report.plan else 0
        self._compare(step, before, report.plan)
        self._check(step)
        self._mark()
        return step

    def _written(self, version: Version) -> Path:
        """Write a version into a folder of its own; return what is to be imported."""
        home = Path(tempfile.mkdtemp(dir=self.folder))
        for path, data in version.files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(data)
        return home / next(iter(version.files)) if len(version.files) == 1 else home

    def _rows(self) -> dict[int, tuple[str | None, str, bool]]:
        """Return all resources by pk: key of the URL and title in the notes, and whether it is on the site."""
        from roadmap.models import Resource

        rows = Resource.objects.filter(roadmap__slug=SLUG).values_list("pk", "url_key", "imported", "retired_at")
        return {pk: (key, imported["title"], retired is None) for pk, key, imported, retired in rows}

    def _compare(self, step: Step, before: dict[int, tuple[str | None, str, bool]], plan: object) -> None:
        from roadmap.importing.plan import ImportPlan

        after = self._rows()
        live = {pk: row for pk, row in before.items() if row[2]}
        step.live = len(live)
        if isinstance(plan, ImportPlan) and plan.resources:
            for number, row in enumerate(plan.resources):
                if row.id in live:
                    rung = plan.rungs[number]
                    step.rungs["url" if rung == "known" else rung] += 1
        else:
            step.rungs["url"] = len(live)
        for pk, (key, title, _) in before.items():
            if pk in after and key != after[pk][0] and _bare(title) != _bare(after[pk][1]):
                step.wrong.append(f"{title} = {after[pk][1]}")
        step.plain = _plain(list(live.values()), [row for row in after.values() if row[2]])

    def _check(self, step: Step) -> None:
        """Compare every mark with the ledger."""
        from accounts.models import Note, Progress
        from roadmap.models import Resource

        states = {(user, pk): state for user, pk, state in Progress.objects.values_list("user", "resource", "state")}
        notes = {(user, pk): text for user, pk, text in Note.objects.values_list("user", "resource", "text")}
        there = set(Resource.objects.filter(roadmap__slug=SLUG).values_list("pk", flat=True))
        for (user, pk), (state, text) in self.ledger.items():
            if pk not in there or states.get((user, pk), "") != state or notes.get((user, pk), "") != text:
                step.lost.append(f"learner {user}, resource {pk}")

    def _mark(self) -> None:
        """Let each learner mark what is new: in turn done, in progress, skipped; every second with a note."""
        from django.utils import timezone

        from accounts import tracking
        from accounts.models import Note, State
        from roadmap.models import Resource

        live = Resource.objects.live().filter(roadmap__slug=SLUG).order_by("pk").values_list("pk", flat=True)
        fresh = [pk for pk in live if (self.learners[0].pk, pk) not in self.ledger]
        for place, user in enumerate(self.learners):
            for shift, state in enumerate(State.values):
                chosen = [pk for pk in fresh if (pk + place + shift) % len(State.values) == 0]
                tracking.mark(user, chosen, state)
                self.ledger |= {(user.pk, pk): (state, "") for pk in chosen}
            noted = [pk for pk in fresh if (pk + place) % 2]
            texts = {pk: f"Note of {place} on {pk}" for pk in noted}
            Note.objects.bulk_create(
                Note(user=user, resource_id=pk, text=text, changed_at=timezone.now()) for pk, text in texts.items()
            )
            self.ledger |= {(user.pk, pk): (self.ledger[user.pk, pk][0], text) for pk, text in texts.items()}


def _bare(title: str) -> str:
    return " ".join(title.casefold().split())


Row = tuple[str | None, str, bool]


def _plain(old: list[Row], new: list[Row]) -> int:
    """Return how many of `old` are found in `new` by URL, and then by a title that is there once on both sides."""
    from roadmap.importing.titles import says_nothing

    keys = {key for key, _, _ in new if key}
    left = [row for row in old if row[0] not in keys]
    titles_old, titles_new = (Counter(_bare(title) for _, title, _ in rows) for rows in (old, new))
    mine = {key for key, _, _ in old if key}
    free = {_bare(title) for key, title, _ in new if key not in mine}
    once = [title for _, title, _ in left if titles_old[_bare(title)] == 1 == titles_new[_bare(title)]]
    return len(old) - len(left) + sum(_bare(title) in free and not says_nothing(title) for title in once)


def corpus() -> Iterator[Version]:
    """Yield the versions of the corpus, the oldest first."""
    for path in sorted(CORPUS.glob("*.md")):
        yield Version(path.stem, {"README.md": path.read_bytes()})


def history(repository: Path, file: str, every: int) -> Iterator[Version]:
    """Yield the versions of a file, or of a folder's Markdown files, of a git repository, the oldest first."""

    def git(*arguments: str) -> bytes:
        command = ["git", "-c", "safe.directory=*", "-C", str(repository), *arguments]
        return subprocess.run(command, check=True, capture_output=True).stdout

    lines = git("log", "--reverse", "--format=%h %cs", "--", file).decode().splitlines()
    if not lines:
        raise SystemExit(f"{file} has no history in {repository}; name it as `git log -- {file}` would find it")
    chosen = lines[every - 1 :: every] if every > 1 else lines
    for line in chosen if chosen[-1:] == lines[-1:] else [*chosen, lines[-1]]:
        commit = line.split()[0]
        paths = git("ls-tree", "-r", "-z", "--name-only", commit, "--", file).decode().split("\0")
        markdown = [path for path in paths if path.lower().endswith(".md")]
        if markdown:
            yield Version(line, {path: git("show", f"{commit}:{path}") for path in markdown})


def replay(versions: Iterable[Version], folder: Path, show: Callable[[str], None] = print) -> list[Step]:
    """Replay versions, showing a line for each; return the steps."""
    told = Replay(folder)
    show(f"{'version':<20} {' '.join(COLUMNS)}  seconds")
    steps = []
    for version in versions:
        step = told.step(version)
        steps.append(step)
        if step.refused:
            show(f"{step.name:<20} refused: {step.refused.splitlines()[0]}")
            continue
        show(f"{step.name:<20} {step.columns()}  {step.seconds:7.2f}")
        for said in [f"  lost: {each}" for each in step.lost] + [f"  wrong: {each}" for each in step.wrong]:
            show(said)
    return steps


def summary(steps: list[Step]) -> str:
    """Return all steps in one sentence."""
    read = [step for step in steps if not step.refused]
    live, found, plain = (sum(getattr(step, name) for step in read) for name in ("live", "found", "plain"))
    lost, wrong = (sum(len(getattr(step, name)) for step in read) for name in ("lost", "wrong"))
    return (
        f"{len(read)} versions, {len(steps) - len(read)} refused: {found} of {live} found again"
        f" ({plain} by URL and unique title alone), {lost} marks lost, {wrong} wrong pairs"
    )


def is_bad(steps: list[Step]) -> bool:
    """Return whether something is as it must never be, or nothing was shown: every version was refused."""
    return any(step.is_bad for step in steps) or all(step.refused for step in steps)


def main() -> None:
    """Replay what the command line names, on a database of its own."""
    parser = argparse.ArgumentParser(prog="make replay")
    parser.add_argument("--repo", type=Path, help="a git repository; default: the versions in ../shared/corpus")
    parser.add_argument("--file", default="README.md", help="the notes in it: a file, or a folder")
    parser.add_argument("--every", type=int, default=1, help="replay every n-th commit, and the last")
    options = parser.parse_args()
    if options.every < 1:
        parser.error("EVERY is a number from 1")
    if options.repo is None and not CORPUS.is_dir():
        parser.error(f"{CORPUS} is not there; name a repository: make replay REPO=path FILE=README.md")
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "aienotes.settings"}
        os.environ.pop("DATABASE_URL", None)
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        versions = history(options.repo, options.file, options.every) if options.repo else corpus()
        steps = replay(versions, Path(folder))
    print(summary(steps))
    sys.exit(is_bad(steps))


if __name__ == "__main__":
    main()
