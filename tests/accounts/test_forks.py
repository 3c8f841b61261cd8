"""Ticks that were kept in a fork: seen before they are saved, brought, taken back; and the notes with one's own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts import tracking
from accounts.forks import Preview
from accounts.models import Progress, StudyEvent, User
from roadmap.importing.importer import import_notes
from roadmap.models import Resource, ResourceAlias, Roadmap
from roadmap.reading.links import url_key
from tests.factories import (
    make_listing,
    make_page,
    make_plan,
    make_resource,
    make_roadmap,
    make_section,
    make_user,
)
from tests.importing.notes import BUNDLED
from tests.importing.notes import bring as import_text
from tests.reading.test_against_github import CORPUS, FIXTURES

pytestmark = pytest.mark.django_db

NOTES = """# Plan

Read [first](https://example.com/first) of all.

## Basics

- [ ] [a](https://example.com/a)
- [ ] Practice
- [b](https://example.com/b): with words

## Deeper

| what | where |
|------|-------|
| c | [c](https://example.com/c) |

- [a again](https://example.com/a)
- [ ] Practice
"""
FILES = [BUNDLED, *sorted((CORPUS / "llm-course").glob("2*.md"))[-1:], *FIXTURES]
PLANS = [path for path in FILES if path.stem != "relative-and-anchors"]
"""All but one whose links lead out of its folder: that is not imported."""


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def plan(tmp_path: Path) -> Roadmap:
    import_text(tmp_path, NOTES)
    return Roadmap.objects.get(slug="plan")


def address(name: str, plan: Roadmap | str = "plan") -> str:
    return reverse(f"accounts:{name}", args=[plan.slug if isinstance(plan, Roadmap) else plan])


def show(client: Client, text: str, plan: Roadmap | str = "plan") -> Preview:
    """What the page shows of a pasted text."""
    response = client.post(address("bring", plan), {"text": text})
    assert response.status_code == 200
    found: Preview = response.context["preview"]
    return found


def upload(client: Client, content: bytes, plan: Roadmap | str = "plan") -> Any:
    return client.post(address("bring", plan), {"file": SimpleUploadedFile("README.md", content)})


def confirm(client: Client, keys: Iterable[str], plan: Roadmap | str = "plan") -> Any:
    return client.post(address("confirm", plan), {"key": list(keys)})


def titles(preview: Preview) -> dict[str, list[str]]:
    return {str(group.section): [it.title for it in group.resources] for group in preview.groups}


def keys(preview: Preview) -> list[str]:
    return [it.key for group in preview.groups for it in group.resources]


def done(user: User) -> set[str]:
    """Keys of what is done."""
    return set(Progress.objects.filter(user=user, state="done").values_list("resource__key", flat=True))


def named(title: str) -> Resource:
    return Resource.objects.get(title=title)


def everything() -> tuple[list[Any], list[Any]]:
    return list(Progress.objects.order_by("pk").values()), list(StudyEvent.objects.order_by("pk").values())


# What would be marked


def test_it_shows_by_section_what_would_become_done_and_saves_nothing(
    client: Client, plan: Roadmap, learner: User
) -> None:
    before = everything()
    text = NOTES.replace("- [ ] [a]", "- [x] [a]").replace("first)", "first) ✅").replace("| c |", "| ✅ |")
    preview = show(client, text)
    assert titles(preview) == {"Plan": ["first"], "Basics": ["a"], "Deeper": ["c"]}
    assert (preview.there, preview.unknown) == (0, [])
    assert everything() == before


def test_the_page_has_a_checked_box_for_each_that_would_become_done(
    client: Client, plan: Roadmap, learner: User
) -> None:
    page = client.post(address("bring"), {"text": "- [x] [a](https://example.com/a)"}).content.decode()
    assert f'name="key" value="{named("a").key}" checked' in page
    assert f'action="{address("confirm")}"' in page
    assert named("b").key not in page


def test_what_is_done_already_is_counted_and_not_offered(client: Client, plan: Roadmap, learner: User) -> None:
    tracking.mark(learner, [named("a").pk], "done")
    tracking.mark(learner, [named("b").pk], "in_progress")
    tracking.mark(learner, [named("c").pk], "skipped")
    preview = show(client, "".join(f"- [x] [{name}](https://example.com/{name})\n" for name in "abc"))
    assert titles(preview) == {"Basics": ["b"], "Deeper": ["c"]}
    assert preview.there == 1


def test_what_is_not_in_the_plan_is_named_once(client: Client, plan: Roadmap, learner: User) -> None:
    Resource.objects.filter(title="b").update(retired_at=timezone.now())
    plan.touch()
    text = (
        "- [x] [<b>x</b>](https://example.com/x)\n- [x] [b](https://example.com/b)\n- [x] My own & task\n"
        "- ✅ [b](https://example.com/b)\n- [ ] [y](https://example.com/y)\n- [x] words and [a](https://example.com/a)\n"
    )
    preview = show(client, text)
    assert preview.unknown == ["x", "b", "My own & task"]
    assert titles(preview) == {"Basics": ["a"]}
    assert "<li>My own &amp; task</li>" in client.post(address("bring"), {"text": text}).content.decode()


def test_a_text_without_marks_says_so(client: Client, plan: Roadmap, learner: User) -> None:
    assert keys(show(client, NOTES)) == []
    assert "marks nothing as done" in client.post(address("bring"), {"text": NOTES}).content.decode()


def test_one_address_in_several_places_is_done_where_one_of_them_is(
    client: Client, plan: Roadmap, learner: User
) -> None:
    preview = show(client, NOTES.replace("- [a again]", "- [x] [a again]"))
    assert titles(preview) == {"Basics": ["a"]}


def test_a_link_is_known_by_its_address_and_by_its_other_ones(client: Client, plan: Roadmap, learner: User) -> None:
    ResourceAlias.objects.create(
        roadmap=plan, resource=named("b"), url="https://b.example", url_key=url_key("https://b.example")
    )
    preview = show(client, "- [x] [odd](http://www.example.com/a/?utm_source=x#)\n- [x] [odd](https://b.example/)")
    assert titles(preview) == {"Basics": ["a", "b"]}


def test_an_edited_title_or_address_hides_nothing(client: Client, plan: Roadmap, learner: User) -> None:
    Resource.objects.filter(title="a").update(url="https://moved.example", title="Moved")
    task = Resource.objects.filter(title="Practice").earliest("pk")
    Resource.objects.filter(pk=task.pk).update(title="Train")
    plan.touch()
    text = NOTES.replace("[ ] [a]", "[x] [a]").replace("[ ] Practice", "[x] Practice", 1)
    assert titles(show(client, text)) == {"Basics": ["Moved", "Train"]}


@pytest.mark.parametrize(
    ("fork", "expected"),
    [
        ("## Basics\n- [x] Practice\n## Deeper\n- [ ] Practice\n", ["Basics"]),
        ("## Basics\n- [ ] Practice\n## Deeper\n- [x] Practice\n", ["Deeper"]),
        ("## ✅ Basics\n- [ ] Practice\n## Deeper ✔️\n- [x] Practice ✅\n", ["Deeper"]),
        ("## Elsewhere\n- [x] Practice\n", []),
    ],
)
def test_a_task_is_known_by_its_title_and_section(
    client: Client, plan: Roadmap, learner: User, fork: str, expected: list[str]
) -> None:
    assert list(titles(show(client, fork))) == expected


def test_a_task_that_moved_is_known_where_its_title_is_the_only_one(
    client: Client, tmp_path: Path, learner: User
) -> None:
    import_text(tmp_path, "# A\n- [ ] One\n- [ ] ✅ Two\n")
    assert titles(show(client, "# B\n- [x] One\n# C\n- [x] Two\n")) == {"A": ["One", "✅ Two"]}


def test_tasks_of_one_name_in_a_section_are_told_apart_by_their_order(
    client: Client, tmp_path: Path, learner: User
) -> None:
    import_text(tmp_path, "# A\n- [ ] Drill\n- [ ] Drill\n- [ ] Drill\n")
    drills = list(Resource.objects.order_by("listings__position"))
    assert keys(show(client, "# A\n- [ ] Drill\n- [x] Drill\n- [ ] Drill\n")) == [drills[1].key]
    assert keys(show(client, "# A\n- [x] Drill\n- [ ] Drill\n- [x] Drill\n")) == [drills[0].key, drills[2].key]


def test_another_plan_has_no_part_in_it(client: Client, plan: Roadmap, learner: User) -> None:
    other = make_plan()
    preview = show(client, "- [x] [a](https://example.com/a)", other)
    assert (keys(preview), preview.unknown) == ([], ["a"])


# Confirming


def test_exactly_what_was_left_checked_is_marked_and_undone_in_one(
    client: Client, plan: Roadmap, learner: User
) -> None:
    tracking.mark(learner, [named("b").pk], "in_progress")
    preview = show(client, "".join(f"- [x] [{name}](https://example.com/{name})\n" for name in "abc"))
    assert len(keys(preview)) == 3
    kept = {named("a").key, named("b").key}
    response = confirm(client, kept)
    assert response.status_code == 302
    assert response.headers["Location"] == plan.get_absolute_url()
    assert done(learner) == kept
    assert "2 resources are done now." in client.get(plan.get_absolute_url()).content.decode()
    batch = StudyEvent.objects.filter(kind=StudyEvent.Kind.BROUGHT).values_list("batch", flat=True).distinct().get()
    client.post(reverse("accounts:undo", args=[batch]))
    assert done(learner) == set()
    assert dict(Progress.objects.values_list("resource__title", "state")) == {"b": "in_progress"}


def test_confirming_twice_changes_nothing_more(client: Client, plan: Roadmap, learner: User) -> None:
    for _ in range(2):
        confirm(client, [named("a").key])
    assert StudyEvent.objects.count() == 1


def test_nothing_left_checked_marks_nothing(client: Client, plan: Roadmap, learner: User) -> None:
    assert confirm(client, []).status_code == 302
    assert not Progress.objects.exists()


def test_keys_that_are_not_the_plans_are_passed_over(client: Client, plan: Roadmap, learner: User) -> None:
    foreign = make_plan().resources.earliest("pk")
    Resource.objects.filter(title="c").update(retired_at=timezone.now())
    plan.touch()
    odd = ["", "\0", "'", "x" * 10_000, "%00", str(named("b").pk), foreign.key, named("c").key]
    assert confirm(client, [*odd, named("a").key, named("a").key]).status_code == 302
    assert done(learner) == {named("a").key}
    assert Progress.objects.count() == 1


# The form


@pytest.mark.parametrize(
    "content",
    [b"- [x] [a](https://example.com/a)", b"\xef\xbb\xbf- [x] [a](https://example.com/a)\r\n",
     b"\xef\xbb\xbf# Plan\r\n\r\n\r\n- ~~[a](https://example.com/a)~~\r\n",
     "中文 [a](https://example.com/a) ✅".encode(),
     b"- [x] [a](https://example.com/a)\0"],
)  # fmt: skip
def test_a_file_is_read_with_bom_line_ends_and_all(
    client: Client, plan: Roadmap, learner: User, content: bytes
) -> None:
    assert titles(upload(client, content).context["preview"]) == {"Basics": ["a"]}


def test_a_file_comes_before_what_is_pasted(client: Client, plan: Roadmap, learner: User) -> None:
    file = SimpleUploadedFile("a.md", b"- [x] [a](https://example.com/a)")
    response = client.post(address("bring"), {"file": file, "text": "- [x] [b](https://example.com/b)"})
    assert titles(response.context["preview"]) == {"Basics": ["a"]}


@pytest.mark.parametrize("text", ["\ufeff# Basics\n- [x] Practice", "\n\n  # Basics\r\n- [x] Practice  \n"])
def test_what_is_pasted_may_begin_and_end_with_anything(
    client: Client, plan: Roadmap, learner: User, text: str
) -> None:
    assert titles(show(client, text)) == {"Basics": ["Practice"]}


@pytest.mark.parametrize(
    ("post", "said"),
    [
        ({}, "Paste the text"),
        ({"text": " \n"}, "Paste the text"),
        ({"file": b""}, "empty"),
        ({"file": b" \r\n"}, "Paste the text"),
        ({"file": b"- [x] \xa4\xa4\xa4\xe5"}, "not a text in UTF-8"),
        ({"file": "- [x] a".encode("utf-16")}, "not a text in UTF-8"),
        ({"file": b"PK\x03\x04\xff\xfe"}, "not a text in UTF-8"),
        ({"file": b"-" * 2_001}, "too large"),
        ({"text": "中" * 700}, "too large"),
        ({"text": "- [x] \0"}, "Null characters"),
        ({"text": "- " * 500 + "a"}, "cannot be read as Markdown"),
    ],
)
def test_what_cannot_be_read_is_answered_with_the_reason(
    client: Client, plan: Roadmap, learner: User, settings: Any, post: dict[str, Any], said: str
) -> None:
    settings.NOTES_MAX_BYTES = 2_000
    data = {name: SimpleUploadedFile("a.md", it) if isinstance(it, bytes) else it for name, it in post.items()}
    response = client.post(address("bring"), data)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert response.context["preview"] is None


def test_one_plan_is_led_to_and_of_several_one_is_chosen(client: Client, plan: Roadmap, learner: User) -> None:
    response = client.get(reverse("accounts:fork"))
    assert response.headers["Location"] == address("bring")
    other = make_roadmap(title="<Other>")
    page = client.get(reverse("accounts:fork")).content.decode()
    assert f'href="{address("bring")}"' in page
    assert f'href="{address("bring", other)}"' in page
    assert "&lt;Other&gt;" in page


def test_without_a_plan_there_is_nothing_to_choose(client: Client, learner: User) -> None:
    assert "There is no study plan here yet" in client.get(reverse("accounts:fork")).content.decode()


@pytest.mark.parametrize("name", ["bring", "confirm", "marked"])
def test_a_guest_is_led_to_the_sign_in(client: Client, plan: Roadmap, name: str) -> None:
    response = client.post(address(name), {"text": "- [x] [a](https://example.com/a)", "key": named("a").key})
    assert response.status_code == 302
    assert "login" in response.headers["Location"]
    assert not Progress.objects.exists()


@pytest.mark.parametrize("name", ["bring", "confirm", "marked"])
def test_a_plan_that_there_is_not_is_not_found(client: Client, learner: User, name: str) -> None:
    send = client.get if name == "marked" else client.post
    assert send(address(name, "none")).status_code == 404


def test_confirming_is_no_link_and_nobody_does_it_from_another_site(plan: Roadmap) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_user())
    assert strict.get(address("confirm")).status_code == 405
    for name in ("bring", "confirm"):
        assert strict.post(address(name), {"key": named("a").key}).status_code == 403


@pytest.mark.parametrize("name", ["bring", "marked"])
def test_no_cache_keeps_it(client: Client, plan: Roadmap, learner: User, name: str) -> None:
    control = client.get(address(name)).headers["Cache-Control"]
    assert "no-store" in control
    assert "private" in control


def test_queries_do_not_grow_with_the_marks(tmp_path: Path) -> None:
    counts = []
    for number in (10, 40):
        client = Client()
        client.force_login(make_user())
        lines = [
            f"- [x] [r{it}](https://example.com/{number}/{it})\n- [x] Task {number} {it}\n" for it in range(number)
        ]
        file = tmp_path / "README.md"
        file.write_text("# Plan\n" + "".join(lines).replace("[x]", "[ ]"))
        import_notes(file, slug=f"plan-{number}")
        with CaptureQueriesContext(connection) as caught:
            preview = show(client, "# Plan\n" + "".join(lines), f"plan-{number}")
            confirm(client, keys(preview), f"plan-{number}")
            client.get(address("marked", f"plan-{number}"))
        assert len(keys(preview)) == 2 * number
        counts.append(len(caught))
    assert counts[0] == counts[1]


# The other way


def test_the_notes_are_downloaded_with_what_is_done(client: Client, plan: Roadmap, learner: User) -> None:
    drill = Resource.objects.filter(title="Practice").latest("pk")
    tracking.mark(learner, [named("a").pk, named("c").pk, named("first").pk, drill.pk], "done")
    tracking.mark(learner, [named("b").pk], "in_progress")
    response = client.get(address("marked"))
    assert response.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="README.md"'
    lines = dict(zip(NOTES.splitlines(), response.content.decode().splitlines(), strict=True))
    assert {old: new for old, new in lines.items() if old != new} == {
        "Read [first](https://example.com/first) of all.": "Read [first](https://example.com/first) ✅ of all.",
        "- [ ] [a](https://example.com/a)": "- [x] [a](https://example.com/a)",
        "| c | [c](https://example.com/c) |": "| c | [c](https://example.com/c) ✅ |",
        "- [a again](https://example.com/a)": "- [x] [a again](https://example.com/a)",
        "- [ ] Practice": "- [x] Practice",
    }
    assert response.content.decode().count("- [x] Practice") == 1


def test_one_who_did_nothing_downloads_the_file_as_it_is(client: Client, tmp_path: Path, learner: User) -> None:
    content = b"\xef\xbb\xbf# Plan\r\n\r\n- [a](https://example.com/a)\r\n- [ ] Task  \r\n\t\r\nend"
    import_text(tmp_path, content)
    assert client.get(address("marked")).content == content
    tracking.mark(learner, list(Resource.objects.values_list("pk", flat=True)), "done")
    assert client.get(address("marked")).content == content.replace(b"[ ]", b"[x]").replace(b"- [a]", b"- [x] [a]")


def test_nobody_downloads_what_another_did(client: Client, plan: Roadmap, learner: User) -> None:
    tracking.mark(make_user(), [named("a").pk], "done")
    assert client.get(address("marked")).content.decode() == NOTES


def test_what_is_called_otherwise_in_the_notes_is_marked_there(client: Client, tmp_path: Path, learner: User) -> None:
    import_text(tmp_path, "# A\n\n- [a](https://example.com/a)\n")
    resource = named("a")
    new = {"url": "https://b.example", "url_key": url_key("https://b.example")}
    ResourceAlias.objects.create(roadmap=resource.roadmap, resource=resource, **new)
    import_text(tmp_path, "# A\n\n- [new](https://b.example)\n")
    Resource.objects.filter(pk=resource.pk).update(title="Mine", url="https://mine.example")
    tracking.mark(learner, [resource.pk], "done")
    assert "- [x] [new](https://b.example)" in client.get(address("marked")).content.decode()


def test_what_stands_in_the_notes_by_itself_is_not_taken_for_anothers_other_address(
    client: Client, plan: Roadmap, learner: User
) -> None:
    other = {"url": "https://example.com/b", "url_key": url_key("https://example.com/b")}
    ResourceAlias.objects.create(roadmap=plan, resource=named("a"), **other)
    assert titles(show(client, "- [x] [b](https://example.com/b)")) == {"Basics": ["b"]}
    tracking.mark(learner, [named("a").pk], "done")
    assert "\n- [b](https://example.com/b)" in client.get(address("marked")).content.decode()


def test_several_pages_are_downloaded_as_a_zip(client: Client, plan: Roadmap, learner: User) -> None:
    second = "# Deep\r\n\r\n- [ ] Practice\r\n- [a](https://example.com/a)\r\n"
    page = make_page(plan, path="docs/深.md", position=1, had_bom=True)
    section = make_section(page, "Deep", level=1, source=second)
    make_listing(section, make_resource(plan, "Practice", url="", kind="task"))
    make_listing(section, named("a"))
    gone = make_page(plan, path="gone.md", position=2, retired_at=timezone.now())
    make_section(gone, source="# Gone\n")
    plan.touch()
    files = {"README.md": NOTES, "docs/深.md": f"\ufeff{second}"}
    tracking.mark(learner, [named("a").pk], "done")
    response = client.get(address("marked"))
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == 'attachment; filename="plan.zip"'
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.testzip() is None
        found = {path: archive.read(path).decode() for path in archive.namelist()}
    marked = {path: text.replace("[ ] [a", "[a").replace("- [a", "- [x] [a") for path, text in files.items()}
    assert found == marked
    for user in (make_user(), make_user()):
        client.force_login(user)
        for text in found.values():
            confirm(client, keys(show(client, text.replace("[ ] Practice", "[x] Practice"))))
        assert done(user) == {it.key for it in plan.resources.filter(title__in=["a", "Practice"])}


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
@pytest.mark.parametrize("every", [1, 3])
def test_what_one_learner_downloads_another_brings(
    client: Client, learner: User, tmp_path: Path, path: Path, every: int
) -> None:
    import_text(tmp_path, path.read_bytes().replace(b"\n", b"\r\n"))
    plan = Roadmap.objects.get(slug="plan")
    listed = Resource.objects.filter(roadmap=plan).order_by("pk").values_list("pk", "key")
    chosen = dict(list(listed)[::every])
    tracking.mark(learner, list(chosen), "done")
    downloaded = client.get(address("marked")).content
    other = make_user()
    client.force_login(other)
    preview = upload(client, downloaded).context["preview"]
    brought = set(keys(preview))
    lost = Resource.objects.filter(key__in=set(chosen.values()) - brought)
    # A link to nothing has nothing by which it is known in a copy.
    assert all(it.url == "" and it.kind != "task" for it in lost)
    assert brought <= set(chosen.values())
    confirm(client, brought)
    assert done(other) == brought
    if not lost:
        assert client.get(address("marked")).content == downloaded


def test_a_plan_of_thousands_is_brought_in_one_form(client: Client, learner: User) -> None:
    roadmap = make_roadmap(slug="large")
    section = make_section(make_page(roadmap))
    resources = [make_resource(roadmap) for _ in range(1_500)]
    for resource in resources:
        make_listing(section, resource)
    text = "".join(f"- [x] [{it.title}]({it.url})\n" for it in resources)
    preview = show(client, text, roadmap)
    confirm(client, keys(preview), roadmap)
    assert Progress.objects.filter(user=learner, state="done").count() == 1_500


def test_what_is_pasted_may_be_as_long_as_a_plan_and_no_longer(client: Client, plan: Roadmap, learner: User) -> None:
    long = "- [x] [a](https://example.com/a)\n" + "words " * 600_000
    assert titles(show(client, long)) == {"Basics": ["a"]}
    response = client.post(address("bring"), {"text": long * 4})
    assert response.status_code == 400
    assert "Choose a long text as a file" in response.text
