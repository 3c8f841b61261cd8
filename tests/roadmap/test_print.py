"""The whole plan on one page: everything unfolded, with the reader's marks and notes, and nothing to press."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import notes, tracking
from accounts.models import NOT_STARTED, GuestTick, State, User
from roadmap.importing.importer import import_notes
from roadmap.models import Resource, Roadmap
from tests.factories import make_admin, make_listing, make_page, make_plan, make_resource, make_section, make_user

pytestmark = pytest.mark.django_db

OURS = {
    "README.md": """# Plan

[TOC](#first) and [more](docs/more.md#deep), [nowhere](#none)

## TODO

- [x] written
- [ ] to be written

## First

<details><summary>Fold</summary>

- [A course](https://a.example/one?x=1&y=2): what it is

</details>

```python
print("hello")
```

| a | b |
|---|---|
| [in a table](https://b.example/%E5%AD%B8) | c |

## Second

- [A course again](https://a.example/one?x=1&y=2)
- <https://bare.example/page>
""",
    "docs/more.md": """# More

## First

<a id="deep"></a>

[back](../README.md#second), [top](../README.md)

- [of the second page](https://c.example/)
""",
}


class Ids(HTMLParser):
    """Collects ids, in-page links and tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.inner: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if tag == "a" and name == "href" and (value or "").startswith("#"):
                self.inner.append((value or "")[1:])


@pytest.fixture
def plan(tmp_path_factory: pytest.TempPathFactory) -> Roadmap:
    folder = tmp_path_factory.mktemp("plan")
    for name, text in OURS.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    import_notes(folder, slug="plan", language="en")
    return Roadmap.objects.get(slug="plan")


def printed(client: Client, plan: Roadmap, prefix: str = "/en") -> str:
    response = client.get(f"{prefix}/roadmaps/{plan.slug}/print/")
    assert response.status_code == 200
    return response.text


def article(text: str) -> str:
    return text[text.index("<article") : text.index("</article>")]


def course(plan: Roadmap) -> Resource:
    found: Resource = plan.resources.get(title="A course")
    return found


def test_all_pages_stand_one_after_another(client: Client, plan: Roadmap) -> None:
    text = article(printed(client, plan))
    places = [text.index(word) for word in ("written", "A course", "A course again", "More", "of the second page")]
    assert places == sorted(places)


def test_nothing_is_folded_and_nothing_can_be_pressed(client: Client, plan: Roadmap) -> None:
    tags = Ids(article(printed(client, plan))).tags
    assert tags.isdisjoint({"details", "summary", "button", "form", "input", "script", "textarea", "select"})
    assert {"pre", "table", "h2"} <= tags


def test_ids_are_unique_and_links_within_lead_somewhere(client: Client, plan: Roadmap) -> None:
    text = printed(client, plan)
    found = Ids(text)
    assert len(found.ids) == len(set(found.ids))
    assert found.inner
    assert set(found.inner) <= set(found.ids)
    assert {"P0-first", "P1-first", "P1-deep", "P0"} <= set(found.ids)
    assert re.search(r'<a href="#P1-deep"[^>]*>more', text)
    assert re.search(r"<a>nowhere</a>", text)


def test_headings_have_one_order(client: Client, plan: Roadmap) -> None:
    user = make_user()
    notes.save(user, course(plan), "# of a note\n\n###### and another", 0)
    client.force_login(user)
    levels = [int(level) for level in re.findall(r"<h([1-6])", printed(client, plan))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(next_ - level <= 1 for level, next_ in pairwise(levels))


def test_each_link_says_where_it_leads(client: Client, plan: Roadmap) -> None:
    text = printed(client, plan)
    assert '<span class="address">https://a.example/one?x=1&amp;y=2</span>' in text
    assert '<span class="address">https://b.example/學</span>' in text
    assert '<span class="address">https://bare.example/page' not in text


def test_the_authors_own_todos_are_there(client: Client, plan: Roadmap) -> None:
    text = printed(client, plan)
    assert "#I-checked" in text
    assert "#I-unchecked" in text


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (NOT_STARTED, "not started"),
        (State.IN_PROGRESS, "in progress"),
        (State.DONE, "done"),
        (State.SKIPPED, "skipped"),
    ],
)
def test_states_are_shapes_with_words(client: Client, plan: Roadmap, state: str, word: str) -> None:
    user = make_user()
    tracking.mark(user, [course(plan).pk], state)
    client.force_login(user)
    text = article(printed(client, plan))
    sign = text[: text.index(">A course</a>")].rindex('class="sign"')
    assert f'data-state="{state}"' in text[sign : sign + 60]
    assert f">{word}</span>" in text[sign : sign + 300]


def test_a_note_stands_where_its_resource_stands_first_and_a_mark_elsewhere(client: Client, plan: Roadmap) -> None:
    user = make_user()
    notes.save(user, course(plan), "In **my** words, see [this](https://d.example/x) and https://e.example/", 0)
    client.force_login(user)
    text = printed(client, plan)
    assert text.count("<strong>my</strong>") == 1
    assert text.index("A course") < text.index("<strong>my</strong>") < text.index("A course again")
    assert text.count('class="noted"') == 1
    assert text.index("A course again") < text.index('class="noted"')
    assert '<span class="address">https://d.example/x</span>' in text
    assert '<span class="address">https://e.example/</span>' not in text


def test_nobody_elses_notes_are_there(client: Client, plan: Roadmap) -> None:
    notes.save(make_user(), course(plan), "mine alone", 0)
    client.force_login(make_user())
    assert "mine alone" not in printed(client, plan)
    assert "mine alone" not in printed(Client(), plan)


def test_a_note_can_run_nothing(client: Client, plan: Roadmap) -> None:
    user = make_user()
    notes.save(user, course(plan), '<script>x()</script><a href="javascript:x()" onclick="x()">y</a>', 0)
    client.force_login(user)
    text = article(printed(client, plan))
    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "<a onclick" not in text


def test_the_head_says_how_far_the_reader_is_and_when(client: Client, plan: Roadmap) -> None:
    user = make_user()
    tracking.mark(user, [course(plan).pk], State.DONE)
    client.force_login(user)
    text = printed(client, plan)
    head = text[text.index("print-head") : text.index("<article")]
    assert "25%" in head
    assert "My marks as of" in head
    assert timezone.localdate().strftime("%Y") in head
    assert "data-share" in article(text)


def test_guests_have_their_ticks(client: Client, plan: Roadmap) -> None:
    client.post(f"/resources/{course(plan).key}/state/", {"state": "done", "next": "/"})
    assert GuestTick.objects.count() == 1
    assert article(printed(client, plan)).count('data-state="done"') == 2


def test_a_strangers_page_is_one_for_everyone(client: Client, plan: Roadmap) -> None:
    address = f"/roadmaps/{plan.slug}/print/"
    response = client.get(address)
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not response.cookies
    assert "csrf" not in response.text
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    plan.touch()
    assert client.get(address, headers={"If-None-Match": response.headers["ETag"]}).status_code == 200


def test_a_learners_page_is_kept_by_no_cache(client: Client, plan: Roadmap) -> None:
    client.force_login(make_user())
    response = client.get(f"/roadmaps/{plan.slug}/print/")
    assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))


def queries(user: User, resources: int, pages: int) -> int:
    roadmap = make_plan(resources=resources)
    for number in range(1, pages):
        page = make_page(roadmap, path=f"{number}.md", position=number)
        make_listing(make_section(page, f"Part {number}", body_html="<p><!--r:0--></p><!--n:0-->"))
    for resource in roadmap.resources.all():
        notes.save(user, resource, "x", 0)
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(connection) as captured:
        printed(client, roadmap)
    return len(captured)


def test_its_queries_do_not_grow_with_resources_and_pages() -> None:
    user = make_user()
    assert queries(user, 3, 1) == queries(user, 12, 6)


def test_a_strangers_second_look_asks_for_the_stamp_alone(client: Client, plan: Roadmap) -> None:
    printed(client, plan)
    with CaptureQueriesContext(connection) as captured:
        printed(client, plan)
    assert len(captured) == 1


def test_what_was_added_by_hand_and_described_is_there(client: Client) -> None:
    roadmap = make_plan()
    section = roadmap.pages.get().sections.get(title="Second chapter")
    added = make_resource(roadmap, "By hand", description_html="<p>the editor’s words</p>")
    make_listing(section, added, slot=None)
    text = printed(client, roadmap)
    assert "By hand" in text
    assert "the editor’s words" in text


def test_what_was_retired_is_its_words_alone(client: Client, plan: Roadmap) -> None:
    Resource.objects.filter(pk=course(plan).pk).update(retired_at=timezone.now())
    plan.touch()
    text = printed(client, plan)
    assert "A course" in text
    assert "https://a.example" not in text


def test_a_hidden_plan_is_printed_for_editors_alone(client: Client) -> None:
    roadmap = make_plan(published=False)
    address = f"/roadmaps/{roadmap.slug}/print/"
    assert client.get(address).status_code == 404
    client.force_login(make_admin())
    assert client.get(address).status_code == 200


def test_a_plan_without_pages_says_so(client: Client) -> None:
    plan = make_plan()
    plan.pages.update(retired_at=timezone.now())
    plan.touch()
    assert "Nothing has been imported" in printed(client, plan)


def test_the_plan_leads_there_and_back(client: Client, plan: Roadmap) -> None:
    address = f"/en/roadmaps/{plan.slug}/"
    assert f'href="{address}print/"' in client.get(address).text
    assert f'href="{address}"' in printed(client, plan)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_only_read(client: Client, plan: Roadmap, method: str) -> None:
    assert getattr(client, method)(f"/roadmaps/{plan.slug}/print/").status_code == 405
