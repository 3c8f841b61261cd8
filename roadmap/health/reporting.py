"""What the links of the notes need, as Markdown for an issue at the place where the author keeps them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import override

from roadmap.health.cases import Case, Part, Place, cases_of
from roadmap.models import Grade, Link, Page, Reason, Resource, Roadmap
from roadmap.reading.escaping import as_code, as_destination, in_issue
from roadmap.reading.links import normalise
from roadmap.upstream import file_url, line_url

LONGEST_TITLE = 120
LONGEST_URL = 500
"""Of one that stands in the notes, where the author has it whole."""
_TOLD = {Grade.DEAD: "dead", Grade.MOVED: "moved", Grade.FAILING: "failing"}
_REPLACED = "replaced on this site"


def report(roadmaps: Iterable[Roadmap]) -> str:
    """Return what is dead, has moved or has failed for long in roadmaps' notes, and what the site uses instead.

    By section, each with the lines of the author's files; in English, and ready to be pasted into an issue.
    """
    with override("en"):
        return "\n".join("".join(f"{line}\n" for line in _report(roadmap)) for roadmap in roadmaps)


def _report(roadmap: Roadmap) -> Iterator[str]:
    parts = cases_of(roadmap)
    yield f"## {in_issue(_cut(roadmap.title))}: links on {_day(timezone.now())}"
    yield ""
    yield f"{_checked(roadmap)}. {_in_numbers(parts)}."
    where = _Where(roadmap)
    for part in parts:
        yield ""
        yield f"### {in_issue(_cut(part.title)) or as_code(part.path)}"
        yield ""
        yield from (f"- [ ] {where.of(part.path, place.lines)}: {_told(place)}" for place in part.places)
    if count := len({place.url for part in parts for place in part.places if place.case.instead}):
        yield ""
        yield (
            f"What this site uses instead ({count}) can be had as a minimal diff of the notes: whoever runs the site"
            f" writes it with `manage.py export_notes {roadmap.slug} FOLDER`, which names what it could not write."
        )


class _Where:
    """Names lines of files, with links where there are any."""

    def __init__(self, roadmap: Roadmap) -> None:
        paths = Page.objects.live().filter(roadmap=roadmap).order_by("position", "pk").values_list("path", flat=True)
        self.first, self.source_url = paths.first() or "", roadmap.source_url

    def of(self, path: str, lines: Sequence[int]) -> str:
        """Return lines of a file."""
        return ", ".join(self._line(path, line) for line in lines)

    def _line(self, path: str, line: int) -> str:
        name, address = as_code(f"{path}:{line}"), line_url(file_url(self.source_url, self.first, path), line)
        return f"[{name}]({as_destination(address)})" if address else name


def _checked(roadmap: Roadmap) -> str:
    """Return how many links were checked, and since when."""
    rows = Resource.objects.live().filter(link=OuterRef("pk"), roadmap=roadmap, imported__isnull=False)
    links = Link.objects.filter(Exists(rows), checked_at__isnull=False)
    found = links.aggregate(count=Count("pk"), since=Min("checked_at"))
    if not found["count"]:
        return "No link has been checked yet"
    return f"{found['count']} {_links(found['count'])} checked, all of them since {_day(found['since'])}"


def _links(count: int) -> str:
    return "link was" if count == 1 else "links were"


def _in_numbers(parts: Sequence[Part]) -> str:
    cases = {normalise(place.url): place.case for part in parts for place in part.places}
    counts = Counter(_TOLD[Grade(case.link.grade)] if case.link else _REPLACED for case in cases.values())
    numbers = [f"{counts[word]} {word}" for word in (*_TOLD.values(), _REPLACED) if counts[word]]
    return f"To repair: {', '.join(numbers)}" if numbers else "Nothing to repair"


def _told(place: Place) -> str:
    """Return what is to be said of a URL."""
    words = [] if place.title == place.url else [in_issue(_cut(place.title))]
    url = as_code(Truncator(place.url).chars(LONGEST_URL))
    return f"{' '.join([*words, url])} {'; '.join(_said(place))}"


def _said(place: Place) -> Iterator[str]:
    case = place.case
    moved_to = ""
    if case.link and case.link.grade == Grade.MOVED:
        moved_to = _with_fragment(case.link.target, place.url)
        yield f"has **moved** to {as_code(moved_to)}"
    elif case.link:
        yield _broken(case.link)
    if case.instead and case.instead == moved_to:
        yield "this site leads there already"
    elif case.instead and not case.link:
        yield f"stands as {as_code(case.instead)} on this site{_since(case)}"
    elif case.instead:
        yield f"this site uses {as_code(case.instead)}{_since(case)}"


def _broken(link: Link) -> str:
    since = link.failing_since or link.died_at
    days = f" since {_day(since)}" if since else ""
    status = f" (HTTP {link.status})" if link.status else ""
    target = f", {as_code(link.target)}" if link.target else ""
    return f"is **{_TOLD[Grade(link.grade)]}**{days}: {Reason(link.reason).label}{target}{status}"


def _with_fragment(target: str, url: str) -> str:
    """Return where a URL has moved, its fragment included."""
    fragment = url.partition("#")[2]
    return f"{target}#{fragment}" if fragment and "#" not in target else target


def _since(case: Case) -> str:
    return f" since {_day(case.since)}" if case.since else ""


def _day(at: datetime) -> str:
    """Return a day of the site, as ISO 8601 has it."""
    return timezone.localdate(at, timezone.get_default_timezone()).isoformat()


def _cut(text: str) -> str:
    return Truncator(text).chars(LONGEST_TITLE)
