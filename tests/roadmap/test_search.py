"""What a search finds, in which order and for whom, and that it asks the index."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from roadmap import folding, search, stamps
from roadmap.models import Resource, Roadmap, Section
from tests.factories import make_admin, make_listing, make_page, make_resource, make_roadmap, make_section, make_user
from tests.roadmap.searched import make_searched_plan

pytestmark = pytest.mark.django_db

URL = "/en/search/"


@pytest.fixture
def plan() -> Roadmap:
    return make_searched_plan()


def found(typed: str, reader: object = None) -> list[str]:
    """Return the titles of what is found, in order."""
    entries = search.find(search.query(typed), stamps.open_to(reader or AnonymousUser())).matches
    sections, resources = (dict(model.objects.values_list("pk", "title")) for model in (Section, Resource))
    return [sections[match.section] if match.section else resources[match.resource or 0] for match in entries]


# What is found


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("學習", {"深度學習入門", "機器學習 Machine Learning"}),
        ("学习", {"深度學習入門", "機器學習 Machine Learning"}),
        ("度學", {"深度學習入門"}),
        ("python", {"Ｐｙｔｈｏｎ 教學", "Learning Python the hard way"}),
        ("ＰＹＴＨＯＮ", {"Ｐｙｔｈｏｎ 教學", "Learning Python the hard way"}),
        ("ytho", {"Ｐｙｔｈｏｎ 教學", "Learning Python the hard way"}),
        ("learning 機器", {"機器學習 Machine Learning"}),
        ("learning", {"機器學習 Machine Learning", "Learning Python the hard way"}),
        ("線性代數", {"深度學習入門"}),
        ("c++", {"軟體 & <tools>"}),
        ("cuda", {"軟體 & <tools>"}),
        ("cafe", {"Café 50% off_now"}),
        ("软件", {"軟體 & <tools>"}),
        ("軟體", {"軟體 & <tools>"}),
        ("数据库", {"Ｐｙｔｈｏｎ 教學"}),
        ("数据库 python", {"Ｐｙｔｈｏｎ 教學"}),
        ("网络", {"Ｐｙｔｈｏｎ 教學"}),
        ("bold", {"<script>alert(1)</script> primer"}),
        ("learning nowhere", set()),
        ("貓狗", set()),
    ],
)
def test_all_words_of_a_query_stand_in_what_it_finds(plan: Roadmap, typed: str, titles: set[str]) -> None:
    assert set(found(typed)) == titles


def test_a_resource_is_found_by_its_address(plan: Roadmap) -> None:
    assert len(found("example.org")) == 5


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "\0", '"', "'", '""', "%", "_", "\\", "*", "(", ")", "^", ":", "-", "{title} :", "%%", "…", "\ud800",
        "🙂", "‍",
    ],
)  # fmt: skip
def test_what_holds_no_word_finds_nothing(plan: Roadmap, client: Client, typed: str) -> None:
    assert found(typed) == []
    response = client.get(URL, {"q": typed.encode("utf-8", "surrogatepass")})
    assert response.status_code == 200
    assert 'class="hit"' not in response.text


@pytest.mark.parametrize(
    "typed",
    [
        "AND", "NEAR", "OR", "NOT", "NEAR(python learning)", 'python" OR title : "x', "python' OR '1'='1",
        "python*", "title:python", "py%n", "pyth_n", "50%", "off_now", "a\\b", "\0python\0", "python\ud800", "^python",
    ],
)  # fmt: skip
def test_no_sign_is_more_than_what_parts_words(plan: Roadmap, typed: str) -> None:
    words = search.query(typed).ways[0]
    texts = {pk: f"{title}\n{text}" for pk, title, text in plan.entries.values_list("pk", "title", "text")}
    holding = {pk for pk, text in texts.items() if all(folding.sought(word) in text for word in words)}
    matches = search.find(search.query(typed), stamps.open_to(None)).matches
    assert {match.pk for match in matches} == holding


def test_letters_that_stand_for_others_are_not_taken_for_those(plan: Roadmap) -> None:
    """SQLite's LIKE knows no difference of capitals, and one Chinese letter is coded with the capitals of a word."""
    code = folding.coded("机").strip()
    make_listing(Section.objects.get(slug="deep"), make_resource(plan, code.lower()))
    plan.touch()
    assert code.lower() not in found("機")
    assert found(code.lower()) == [code.lower()]


class AnyTwoLetters(TestCase):
    """Whatever two letters of Chinese stand side by side in a title find it, in either writing."""

    def setUp(self) -> None:
        self.section = make_section(make_page())

    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.integers(0x4E00, 0x9FFF), min_size=2, max_size=8), st.data())
    def test_they_are_found(self, letters: list[int], data: st.DataObject) -> None:
        title = "".join(map(chr, letters))
        roadmap = self.section.page.roadmap
        resource = make_resource(roadmap, f"abc {title}")
        make_listing(self.section, resource)
        roadmap.touch()
        at = data.draw(st.integers(0, len(title) - 2))
        typed = title[at : at + 2]
        for said in (typed, *(search._converter(name).convert(typed) for name in ("s2t", "t2s"))):
            if folding.folded(said) == folding.folded(typed):
                matches = search.find(search.query(said), stamps.open_to(None)).matches
                assert resource.pk in {match.resource for match in matches}


# In which order


def test_what_is_called_so_comes_first_then_what_begins_so_then_what_is_short(plan: Roadmap) -> None:
    section = Section.objects.get(slug="tools")
    for title in ("Kernel methods, a long introduction", "A kernel", "Kernel", "Kernel methods", "The whole kernel"):
        make_listing(section, make_resource(plan, title))
    make_listing(section, make_resource(plan, "Other"), context="on kernels")
    plan.touch()
    assert found("kernel") == [
        "Kernel",
        "Kernel methods",
        "Kernel methods, a long introduction",
        "A kernel",
        "The whole kernel",
        "Other",
    ]


@pytest.mark.parametrize("first", ["Vector", "Vector spaces"])
def test_of_more_than_are_fetched_those_that_begin_so_are_not_left_out(plan: Roadmap, first: str) -> None:
    section = Section.objects.get(slug="tools")
    for number in range(search.MOST + 20):
        make_listing(section, make_resource(plan, f"{number} vector"))
    make_listing(section, make_resource(plan, first))
    plan.touch()
    asked = search.find(search.query("vector"), stamps.open_to(None))
    assert asked.more
    assert len(asked.matches) == search.MOST
    assert found("vector")[0] == first
    assert not search.find(search.query("vector spaces"), stamps.open_to(None)).more


def test_roadmaps_come_in_their_order() -> None:
    for title, position in (("Later", 2), ("Earlier", 1)):
        page = make_page(make_roadmap(title=title, position=position))
        make_section(page, "Kernel")
        page.roadmap.touch()
    matches = search.find(search.query("kernel"), stamps.open_to(None)).matches
    titles = dict(Roadmap.objects.values_list("pk", "title"))
    assert [titles[match.roadmap] for match in matches] == ["Earlier", "Later"]


# For whom


def test_what_is_not_published_is_found_by_editors_alone(plan: Roadmap, client: Client) -> None:
    Roadmap.objects.update(published=False)
    for reader in (make_user(), make_user(is_staff=True)):
        assert found("python", reader) == []
        client.force_login(reader)
        assert "hit-title" not in client.get(URL, {"q": "python"}).text
    assert "hit-title" not in Client().get(URL, {"q": "python"}).text
    editor = make_admin()
    assert len(found("python", editor)) == 2
    client.force_login(editor)
    assert client.get(URL, {"q": "python"}).text.count("hit-title") == 2


def test_what_has_left_the_notes_is_not_found(plan: Roadmap, client: Client) -> None:
    Resource.objects.filter(title__startswith="Learning").update(retired_at=timezone.now())
    plan.touch()
    assert found("python") == ["Ｐｙｔｈｏｎ 教學"]
    Section.objects.filter(slug="deep").update(retired_at=timezone.now())
    plan.touch()
    assert found("python") == []
    assert "hit-title" not in client.get(URL, {"q": "python"}).text


# The index


def plan_of(condition: search.Condition, roadmaps: list[int]) -> str:
    """Return how the database would ask for a condition."""
    with connection.cursor() as cursor:
        explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        if connection.vendor == "postgresql":
            # A table of ten rows is read as a whole otherwise.
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute(f"{explain} {search.statement(condition, len(roadmaps))}", [*condition.parameters, *roadmaps])
        return "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())


@pytest.mark.parametrize("ask", [search._in_titles, search._anywhere])
@pytest.mark.parametrize("typed", ["學習", "python", "學習 c", "软件"])
def test_the_trigram_index_is_asked(
    plan: Roadmap, typed: str, ask: Callable[[tuple[search.Words, ...]], search.Condition]
) -> None:
    said = plan_of(ask(search.query(typed).ways), [plan.pk])
    if connection.vendor == "postgresql":
        assert "Bitmap Index Scan on roadmap_entry_index" in said
        assert "Seq Scan" not in said
    else:
        assert "VIRTUAL TABLE INDEX" in said
        assert "USING INTEGER PRIMARY KEY" in said


def test_the_index_of_beginnings_is_asked(plan: Roadmap) -> None:
    said = plan_of(search._at_beginnings(search.query("軟體").ways), [plan.pk])
    assert said.count("roadmap_entry_beginning") == 2
