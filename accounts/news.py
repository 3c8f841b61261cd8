"""What changed in a roadmap since a learner last put the news away, and what it did to their percentages.

Who has put nothing away yet is told what came after their first mark. A roadmap's first import is no news.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple, cast

from django.db import connection, transaction
from django.db.models import Case, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext

from accounts import tracking
from accounts.models import Note, Progress, Seen, User
from accounts.statistics import counted_as, tally_of
from roadmap.changes import KINDS, in_numbers, place_of, shown, told
from roadmap.contents import Contents, Node
from roadmap.models import Change, ImportRun, Section
from roadmap.stamps import Stamp

SECTIONS = 5
"""How many sections with new resources are named."""
TITLES = 3
"""How many new resources of each."""
MOST_FALLS = 4
"""How many percentages are explained."""


class Row(NamedTuple):
    """A Change since then; the oldest come first."""

    roadmap: int
    run: int
    of: str
    action: str
    title: str
    anew: str
    """Whether it is "renamed" or "relinked" by it, else empty."""
    key: str | None
    section: int | None


@dataclass(frozen=True, slots=True)
class Came:
    """New resources that stand first in one section."""

    section: Section
    resources: Sequence[tuple[str, str]]
    """Title and address of the first TITLES."""
    count: int

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.resources)


@dataclass(frozen=True, slots=True)
class Fall:
    """A percentage that new resources lowered."""

    title: str
    """The chapter's, empty for the whole roadmap."""
    before: str
    """Such as "80%"."""
    after: str
    count: int
    back: int
    """How many of the `count` have come back."""

    @property
    def reason(self) -> str:
        """What lowered it, in words."""
        if self.back == 0:
            words = ngettext("%(count)d new resource", "%(count)d new resources", self.count)
        elif self.back == self.count:
            words = ngettext("%(count)d resource that has come back", "%(count)d that have come back", self.count)
        else:
            words = gettext("%(count)d resources that are new or have come back")
        return words % {"count": self.count}


@dataclass(frozen=True, slots=True)
class News:
    """What is told to one learner."""

    run: int
    """The newest run in it: what is put away."""
    since: datetime
    new: frozenset[str]
    """Keys of the resources that are new on the site."""
    came: Sequence[Came]
    counts: Mapping[str, int]
    """How many resources there are of each of KINDS, and changes of sections."""
    falls: Sequence[Fall]

    @property
    def more(self) -> int:
        """How many new resources stand in sections that are not named."""
        return len(self.new) - sum(came.count for came in self.came)

    @property
    def others(self) -> str:
        """The numbers of all but the new, in words."""
        return in_numbers({**self.counts, "added": 0})


def of(user: User, stamp: Stamp, contents: Contents, states: Mapping[str, str]) -> News | None:
    """Return what is new to a learner in a roadmap, None where nothing is; one query, two where something changed."""
    since = _baseline(user.pk, stamp.roadmap)
    if since is None or stamp.checked_at is None or since >= _as_time(stamp.checked_at):
        return None
    return told_of(_rows(Q(run__roadmap=stamp.roadmap, run__at__gt=since)), since, contents, states)


def of_several(
    baselines: Mapping[int, datetime], contents: Mapping[int, Contents], states: Mapping[str, str]
) -> dict[int, News]:
    """Return what is new since then (by pk of the roadmap) where anything is; one query."""
    changed = Q(pk__in=[])
    for roadmap, at in baselines.items():
        changed |= Q(run__roadmap=roadmap, run__at__gt=at)
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in _rows(changed) if baselines else ():
        rows[row.roadmap].append(row)
    found = {pk: told_of(some, baselines[pk], contents[pk], states) for pk, some in rows.items()}
    return {pk: news for pk, news in found.items() if news}


def seen(user: User) -> dict[int, datetime]:
    """Return when a learner put the news of each roadmap away; one query."""
    return dict(Seen.objects.filter(user=user).values_list("roadmap", "at"))


def put_away(user: User, run: ImportRun) -> None:
    """Note that a learner has seen what changed up to a run; what they saw before stays seen. Raises Gone."""
    with transaction.atomic():
        tracking.hold(user)
        seen, is_new = Seen.objects.get_or_create(user=user, roadmap_id=run.roadmap_id, defaults={"at": run.at})
        if not is_new and seen.at < run.at:
            Seen.objects.filter(pk=seen.pk).update(at=run.at)


def told_of(rows: Iterable[Row], since: datetime, contents: Contents, states: Mapping[str, str]) -> News | None:
    """Return what some changes come to, None where that is nothing that a reader sees."""
    rows = list(rows)
    kinds = _kinds(rows, contents.place)
    counts = {name: sum(kind == name for kind in kinds.values()) for name in KINDS}
    counts["section"] = len({row.section or row.title for row in rows if row.of == Change.Of.SECTION})
    if not any(counts.values()):
        return None
    new = frozenset(key for key, kind in kinds.items() if kind == "added")
    back = frozenset(key for key, kind in kinds.items() if kind == "restored")
    titles = {row.key: row.title for row in rows if row.key and row.key in new}
    return News(
        run=max(row.run for row in rows),
        since=since,
        new=new,
        came=_came(new, titles, contents),
        counts=counts,
        falls=_falls(new, back, contents, states),
    )


def _kinds(rows: Iterable[Row], live: Collection[str]) -> dict[str, str]:
    """Return what happened to each resource, all told: what came and went in between is not told."""
    happened: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.key:
            happened[row.key].append(row)
    kinds = {key: _kind(some, is_live=key in live) for key, some in happened.items()}
    return {key: kind for key, kind in kinds.items() if kind}


def _kind(rows: Sequence[Row], *, is_live: bool) -> str | None:
    """Return which of KINDS it is, None where nothing is left of it."""
    actions = {row.action for row in rows}
    was_live = rows[0].action not in (Change.Action.ADDED, Change.Action.RESTORED)
    if not is_live:
        return "retired" if was_live else None
    if not was_live:
        return "added" if Change.Action.ADDED in actions else "restored"
    if Change.Action.MOVED in actions:
        return "moved"
    anew = {row.anew for row in rows}
    return next((kind for kind in ("renamed", "relinked") if kind in anew), None)


def _came(new: Collection[str], titles: Mapping[str, str], contents: Contents) -> list[Came]:
    places: dict[int, list[str]] = defaultdict(list)
    for key, pk in contents.place.items() if new else ():
        if key in new:
            places[pk].append(key)
    came = []
    for pk, keys in list(places.items())[:SECTIONS]:
        section = contents.nodes[pk].section
        named = [(shown(titles[key]) or gettext("Untitled"), place_of(key, section)) for key in keys[:TITLES]]
        came.append(Came(section, named, len(keys)))
    return came


def _falls(new: Collection[str], back: Collection[str], contents: Contents, states: Mapping[str, str]) -> list[Fall]:
    """Return which percentages are lower than they would be without what came: the whole roadmap's, the chapters'."""
    if not new and not back:
        return []
    chapters = [node for part in contents.parts for node in part.chapters if len(node.keys) < len(contents.place)]
    counted = counted_as(contents.dead, states)
    found = [_fall("", contents.place, new, back, counted)]
    found += [_fall(_title(node), node.keys, new, back, counted) for node in chapters]
    return [fall for fall in found if fall][:MOST_FALLS]


def _title(node: Node) -> str:
    return shown(node.section.title) or gettext("Untitled")


def _fall(
    title: str, keys: Collection[str], new: Collection[str], back: Collection[str], counted: Mapping[str, str]
) -> Fall | None:
    came = [key for key in keys if key in new or key in back]
    if not came:
        return None
    before = tally_of([key for key in keys if key not in new and key not in back], counted).percent
    after = tally_of(keys, counted).percent
    if before is None or after is None or before <= after:
        return None
    return Fall(title, f"{before}%", f"{after}%", len(came), sum(key in back for key in came))


def _rows(which: Q) -> Iterable[Row]:
    """Yield the changes that readers are told of; those of a roadmap's first run are left out."""
    runs = ImportRun.objects.filter(roadmap=OuterRef("run__roadmap")).order_by("at", "pk")
    rows = Change.objects.filter(which & told(several=False)).exclude(run=Subquery(runs.values("pk")[:1]))
    # Of a large import: to read all details would take longer than all else here.
    anew = Case(
        When(detail__has_key="title", then=Value("renamed")),
        When(detail__has_key="url", then=Value("relinked")),
        default=Value(""),
    )
    fields = ("run__roadmap", "run", "of", "action", "title", "anew", "resource__key", "section")
    # What an editor said to be what left in that run is no news: it stood before.
    left_first = Case(When(action=Change.Action.RETIRED, then=0), default=1)
    rows = rows.annotate(anew=anew).order_by("run__at", "run", left_first, "pk")
    return (Row(*row) for row in rows.values_list(*fields))


def _baseline(user: int, roadmap: int) -> datetime | None:
    """Return when a learner put the news away, else when they left their first mark; None where there is none.

    One query, written once for all: `stamps` says why.
    """
    with connection.cursor() as cursor:
        cursor.execute(_asking(), (user, roadmap, user, roadmap, user, roadmap, ""))
        put_away, *marks = cursor.fetchone()
    since = put_away or min(filter(None, marks), default=None)
    return _as_time(since) if since else None


@cache
def _asking() -> str:
    """Return the query. Its parameters: three times a learner and a roadmap, and the text of a note that is none."""
    asked = [
        Seen.objects.filter(user=0).filter(roadmap=0).values("at"),
        _first(Progress.objects.filter(user=0).filter(resource__roadmap=0), "since"),
        _first(Note.objects.filter(user=0).filter(resource__roadmap=0).exclude(text=""), "changed_at"),
    ]
    return "SELECT " + ", ".join(f"({rows.query.sql_with_params()[0]})" for rows in asked)


def _first(rows: QuerySet[Any], field: str) -> QuerySet[Any]:
    first: QuerySet[Any] = rows.order_by().values("user").annotate(first=Min(field)).values("first")
    return first


def _as_time(value: Any) -> datetime:
    """Return a time of the database driver as Django has it."""
    time: Any = parse_datetime(value) if isinstance(value, str) else value
    return cast(datetime, time if time.tzinfo else time.replace(tzinfo=UTC))
