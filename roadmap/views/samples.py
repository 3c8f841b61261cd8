"""Every part of the site in every state, made of rows that are in no table: what /styleguide/ shows.

Each is made by the templates and functions that make the pages, so that it cannot fall behind them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from accounts import calendar, onward, overlay
from accounts.forms import SettingsForm
from accounts.linked import Health
from accounts.marked import Item
from accounts.models import NOTE_LENGTH, Note, State, User
from accounts.news import Came, News
from accounts.statistics import Tally
from accounts.study import Course, Row
from accounts.tracking import Batch, Standing
from accounts.views.answers import undoable
from roadmap import elements
from roadmap.changes import Group, Line
from roadmap.contents import Node
from roadmap.elements import Piece, Placement, Slot
from roadmap.installing import words_of
from roadmap.models import Grade, Kind, Link, Listing, Page, Reason, Resource, Roadmap, Section
from roadmap.reading.html import from_markdown
from roadmap.views import samples_of_finding

NOW = datetime(2026, 3, 14, 20, tzinfo=UTC)
TEXT = """Text with **weight**, `code` and [a link](https://example.org/).

- a list
    - with a level below

> A quotation.

| a | table |
| --- | --- |
| 1 | 2 |

```python
def study(minutes: int = 25) -> str:
    return f"{minutes} minutes"  # every evening
```
"""
PLAN = Roadmap(pk=1, slug="sample", title="AI 工程師學習計畫", language="zh-hant", published=True, checked_at=NOW)
READER = User(pk=1, email="ada@example.org", name="Ada")
PAGE = Page(pk=1, roadmap=PLAN, path="README.md", position=0, title=PLAN.title)
SECTIONS = [
    Section(pk=pk, page=PAGE, title=title, slug=f"sample-{pk}", level=level)
    for pk, title, level in (
        (1, "數學基礎", 2),
        (2, "線性代數", 3),
        (3, "機率與統計", 3),
        (4, "深度學習", 2),
        (5, "應用", 2),
    )
]
TALLIES = [Tally(8, done=4), Tally(4, done=4), Tally(4), Tally(6, in_progress=1), Tally(2, skipped=2)]


class Sample(NamedTuple):
    """One sort of part."""

    name: str
    html: SafeString


def all_of_them(request: HttpRequest) -> list[Sample]:
    """Return every part of the site."""
    return [Sample(name, mark_safe("".join(parts))) for name, parts in _parts(request)]  # noqa: S308 - made here


def _parts(request: HttpRequest) -> Iterator[tuple[str, Iterable[str]]]:
    def filled(template: str, **context: object) -> str:
        return render_to_string(template, {"user": READER, **context}, request)

    one = _resource("Think Bayes", Kind.BOOK)
    yield "Resources", _lines()
    yield "Sections", _sections()
    yield "Contents", [_contents()]
    yield "What is next", [f'<p class="next-line">{_next_line(one)}</p>']
    yield "Text", ['<div class="body">', elements.typed(from_markdown(TEXT)), "</div>"]
    yield "Forms", [filled("roadmap/_styleguide_form.html", form=_form())]
    yield "States", [filled("accounts/_choices.html", resource=one, choices=_choices())]
    other = _resource("Think Stats", Kind.BOOK, key="other")
    yield "Note", [filled("accounts/_note.html", **_note(each, editing=each is other)) for each in (one, other)]
    conflict = {
        "theirs": Note(text="Saved on the phone.", version=2),
        "mine": "Mine.",
        "joined": "Saved on the phone.\nMine.",
    }
    yield "Two versions of a note", [filled("accounts/_conflict.html", resource=one, **conflict)]
    yield "Menus", [filled("roadmap/_menu.html"), filled("_display_menu.html")]
    yield "Messages", [filled("_messages.html", messages=_messages())]
    kept = words_of("en")
    line = f"{kept['gone']} {kept['kept'].replace('{time}', '20:00')} <a href=''>{kept['again']}</a>"
    yield "Read offline", [f'<p class="kept-line" role="status">{line}</p>']
    yield "What was done", [f'<div class="toast">{undoable("Think Bayes: done", Batch("sample", 1))}</div>']
    yield "News", [filled("accounts/_news.html", news=_news(), shown={"roadmap": PLAN, "language": "zh-Hant"})]
    yield (
        "Changes",
        [filled("roadmap/_groups.html", block={"groups": _groups(), "more": 3}, language="zh-Hant", site="")],
    )
    yield "Ledger", [filled("accounts/_course.html", course=_course(one))]
    yield "Calendar", [filled("accounts/_year.html", year=_year())]
    yield "Notes in a list", [filled("accounts/_written.html", item=Item(one, SECTIONS[0], note=_written(one)))]
    yield "Links", [filled("accounts/_link.html", health=health, resource=one) for health in _health()]
    yield "Bringing ticks", [filled("accounts/_preview.html", roadmap=PLAN, preview=_preview(one))]
    yield "Study plans", [filled("accounts/_choice.html", roadmaps=[PLAN])]
    yield from samples_of_finding.parts(filled, PAGE, SECTIONS, one)
    yield "Nothing there", [filled("accounts/_choice.html", roadmaps=[])]


def _resource(
    title: str,
    kind: str = Kind.VIDEO,
    grade: str = "",
    url: str = "https://www.youtube.com/watch?v=1",
    key: str = "sample",
) -> Resource:
    link = Link(url=url, grade=grade, reason=Reason.NOT_FOUND, failing_since=NOW, checked_at=NOW, well_at=NOW)
    it = Resource(pk=1, key=key, roadmap=PLAN, title=title, kind=kind, url=url, imported=None)
    it.link = link if grade else None
    return it


def _line(it: Resource, state: str = "", mark: str = "") -> Iterator[str]:
    """Yield a resource as it stands in a list."""
    pieces = elements.resource(Listing(resource=it, label=it.title), [it.title], Placement(item=True), first=False)
    yield "<li>"
    yield from (_filled(piece, state, mark) for piece in pieces)
    yield "</li>"


def _filled(piece: Piece, state: str, mark: str) -> str:
    if not isinstance(piece, Slot):
        return piece
    return overlay.control_tails("en")[state] if piece.place == "control" else mark


def _lines() -> Iterator[str]:
    yield '<div class="body"><ul>'
    for state in ("", *State.values):
        yield from _line(_resource(f"線性代數的本質 ({overlay.word(state)})"), state)
    yield from _line(_resource("With a note"), mark=" data-noted")
    yield from _line(_resource("New since the last visit"), mark=' data-new="New"')
    for grade in (Grade.FAILING, Grade.DEAD):
        yield from _line(_resource(f"A link that is {grade.label}", grade=grade))
    yield from _line(_resource("No link yet", url=""))
    for kind in (kind for kind in Kind.values if kind != Kind.TASK):
        yield from _line(_resource(f"A resource of the kind {kind}", kind))
    yield "</ul></div>"


def _sections() -> Iterator[str]:
    for section, tally, rank in zip(SECTIONS, TALLIES, ("part", "chapter", "deeper", "deeper", "deeper"), strict=True):
        for piece in elements.section_head(section, rank, 3, opened=True, counted=True):
            yield overlay.share(section.pk, tally) if isinstance(piece, Slot) else piece
        yield elements.section_tools(section.pk, section.title) + "</details>"


def _contents() -> str:
    nodes = [Node(section, {"key"}) for section in SECTIONS]
    nodes[0].children = nodes[1:3]
    html: str = render_to_string(
        "roadmap/_entries.html", {"nodes": [nodes[0], *nodes[3:]], "chapters": 2, "deepest": 3}
    )
    for section, tally in zip(SECTIONS, TALLIES, strict=True):
        html = html.replace(f"<!--share:{section.pk}-->", overlay.share(section.pk, tally))
    html = html.replace("<!--next:3-->", onward.mark())
    return f'<nav class="contents" popover aria-label="Contents">{html}</nav>'


def _next_line(one: Resource) -> str:
    return f'{elements.icon("half")} <span>Go on with:</span> <a href="#">{one.title}</a>'


def _form() -> SettingsForm:
    return SettingsForm({"theme": "pink", "time_zone": "Mars/Base"}, instance=User(email="ada@example.org"))


def _choices() -> list[dict[str, object]]:
    return [
        {"state": state, "icon": icon, "word": overlay.word(state), "current": state == State.DONE}
        for state, icon in overlay.ICONS.items()
    ]


def _written(one: Resource) -> Note:
    note = Note(resource=one, version=1, changed_at=NOW)
    note.write(TEXT)
    return note


def _note(one: Resource, *, editing: bool) -> dict[str, object]:
    note = _written(one)
    return {"resource": one, "note": note, "text": note.text, "version": 1, "editing": editing, "most": NOTE_LENGTH}


def _messages() -> list[Message]:
    return [
        Message(constants.SUCCESS, "Saved."),
        Message(constants.ERROR, "This could not be saved; what you wrote is kept."),
    ]


def _news() -> News:
    came = Came(SECTIONS[0], [("Think Bayes", "#"), ("線性代數的本質", "#")], 5)
    return News(1, NOW, frozenset(map(str, range(7))), [came], {"moved": 1}, [])


def _groups() -> list[Group]:
    lines = [Line("Think Bayes", "#", place="數學基礎"), Line("新的標題", "#", before="舊的標題")]
    return [Group("resource", "New", lines), Group("section", "Sections", [Line("應用", "#")])]


def _course(one: Resource) -> Course:
    rows = [Row(section.title, "#", tally) for section, tally in zip(SECTIONS, TALLIES, strict=True)]
    return Course(PLAN, Item(one, SECTIONS[0], Standing(State.IN_PROGRESS, NOW)), Tally(20, 8, 1, 2, 1), [("", rows)])


def _year() -> calendar.Heatmap:
    today = NOW.date()
    return calendar.heatmap({today - timedelta(days=day): day % 9 for day in range(0, 300, 3)}, today, 1)


def _health() -> list[Health]:
    return [
        Health("https://example.org/", Link(grade=grade, reason=Reason.NOT_FOUND, checked_at=NOW))
        for grade in Grade.values
    ]


def _preview(one: Resource) -> dict[str, object]:
    return {"groups": [{"section": "數學基礎", "resources": [one]}], "there": 2, "unknown": ["Another plan’s link"]}
