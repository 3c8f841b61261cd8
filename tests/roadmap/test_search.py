"""What a search finds, for whom, and how it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts import tracking
from roadmap import folding, search, stamps
from roadmap.marking import excerpt, marked, spans
from roadmap.models import Listing, Resource, Roadmap, Section
from tests.factories import make_admin, make_listing, make_page, make_resource, make_roadmap, make_section, make_user

pytestmark = pytest.mark.django_db

URL = "/en/search/"


@pytest.fixture
def plan() -> Roadmap:
    """A plan with sections and resources whose words differ."""
    plan = make_roadmap(slug="plan", title="The plan")
    page = make_page(plan)
    top = make_section(page, "The plan", level=1, slug="the-plan")
    deep = make_section(page, "深度學習入門", parent=top, slug="deep", body_html="<p>先看 <b>線性代數</b>。</p>")
    tools = make_section(page, "軟體 & <tools>", parent=top, slug="tools", body_html="<p>C++ &amp; CUDA</p>")
    for title, section, context in (
        ("機器學習 Machine Learning", deep, ""),
        ("Ｐｙｔｈｏｎ 教學", deep, "資料庫與網路"),
        ("Learning Python the hard way", deep, ""),
        ("Café 50% off_now", tools, ""),
        ("<script>alert(1)</script> primer", tools, "a <b>bold</b> context"),
    ):
        make_listing(section, make_resource(plan, title), context=context)
    plan.touch()
    return plan


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


# The page


def titles(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", each) for each in re.findall(r'class="hit-title"[^>]*>(.*?)</span>', text)]


def test_hits_show_what_was_found_and_where_it_stands(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "python"}).text
    assert titles(text) == ["<mark>Ｐｙｔｈｏｎ</mark> 教學", "Learning <mark>Python</mark> the hard way"]
    key = Resource.objects.get(title__startswith="Learning").key
    assert f'href="/en/roadmaps/plan/#R-{key}"' in text
    assert '<span lang="zh-Hant">深度學習入門</span>' in text
    assert "#I-article" in text
    assert "example.org" in text
    assert "2 results" in text


def test_a_hit_says_why_where_its_title_does_not(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "线性代数"}).text
    assert titles(text) == ["深度學習入門"]
    assert "先看 <mark>線性代數</mark>" in text
    assert 'href="/en/roadmaps/plan/#deep"' in text
    text = client.get(URL, {"q": "教學 数据库"}).text
    assert titles(text) == ["Ｐｙｔｈｏｎ <mark>教學</mark>"]
    assert "<mark>資料庫</mark>與網路" in text


def test_everything_is_escaped(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "script bold"}).text
    assert titles(text) == ["&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; primer"]
    assert "a &lt;b&gt;<mark>bold</mark>&lt;/b&gt; context" in text
    text = client.get(URL, {"q": '"><script>alert(2)</script>'}).text
    assert "<script>alert" not in text


def test_roadmap_and_page_are_named_where_there_are_several(plan: Roadmap, client: Client) -> None:
    assert "The plan ›" not in client.get(URL, {"q": "python"}).text
    second = make_page(plan, path="second.md", position=1, title="Second")
    make_section(second, "Kernels")
    other = make_page(make_roadmap(title="Another plan"))
    make_section(other, "Kernels too")
    for roadmap in Roadmap.objects.all():
        roadmap.touch()
    text = client.get(URL, {"q": "kernels"}).text
    assert "The plan › Second" in text
    assert "Another plan</span>" in text
    assert 'href="/en/roadmaps/plan/pages/second.md/#kernels"' in text


def test_the_sort_of_the_best_hit_comes_first(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "教學 資料"}).text
    assert "Sections <span" not in text
    Section.objects.filter(slug="tools").update(body_html="<p>Python</p>")
    plan.touch()
    text = client.get(URL, {"q": "python"}).text
    assert text.index("Resources <span") < text.index("Sections <span")
    Section.objects.filter(slug="tools").update(title="Python")
    plan.touch()
    text = client.get(URL, {"q": "python"}).text
    assert text.index("Sections <span") < text.index("Resources <span")


def test_readers_see_their_states(plan: Roadmap, client: Client) -> None:
    assert "#I-done" not in client.get(URL, {"q": "hard way"}).text.split('class="sprite"')[0]
    user = make_user()
    resource = Resource.objects.get(title__startswith="Learning")
    tracking.mark(user, [resource.pk], "done")
    client.force_login(user)
    assert 'href="#I-done"' in client.get(URL, {"q": "hard way"}).text
    guest = Client()
    guest.post(f"/resources/{resource.key}/state/", {"state": "skipped"})
    assert 'href="#I-skipped"' in guest.get(URL, {"q": "hard way"}).text


def test_a_strangers_page_is_for_everyone_and_a_learners_for_nobody_else(plan: Roadmap, client: Client) -> None:
    for query in ({}, {"q": "python"}, {"q": "python", "part": "list"}):
        response = Client().get(URL, query)
        assert "public" in response.headers["Cache-Control"]
        assert "Cookie" in response.headers["Vary"]
        assert not response.cookies
        assert "csrf" not in response.text
    client.force_login(make_user())
    response = client.get(URL, {"q": "python"})
    assert response.headers["Cache-Control"] == "private, no-store"


def test_search_engines_leave_it_alone(client: Client) -> None:
    assert '<meta name="robots" content="noindex">' in client.get(URL, {"q": "python"}).text


def test_nothing_typed_invites_and_nothing_found_says_what_to_do(plan: Roadmap, client: Client) -> None:
    assert "Chinese is found by any two characters" in client.get(URL).text
    text = client.get(URL, {"q": "python nowhere"}).text
    assert "0 results" in text
    assert 'href="/en/search/?q=nowhere"' in text
    assert "Try a shorter word" in client.get(URL, {"q": "nowhere"}).text
    assert "There is no word in it" in client.get(URL, {"q": "?!"}).text


def test_what_is_too_long_is_cut_and_says_so(plan: Roadmap, client: Client) -> None:
    for typed in ("python " * 40, "python " + "貓" * 5000, " ".join(f"w{number}" for number in range(30))):
        response = client.get(URL, {"q": typed})
        assert response.status_code == 200
        assert "Only the first 200 characters, and 12 words of them, were looked for." in response.text
    assert titles(client.get(URL, {"q": "python " * 40}).text)
    assert "Only the first" not in client.get(URL, {"q": "python"}).text


def test_the_list_alone_leads_to_the_page(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "python", "part": "list"}).text
    assert "<html" not in text
    assert text.count('role="option"') == 3
    assert 'href="/en/search/?q=python"' in text
    assert titles(text) == titles(client.get(URL, {"q": "python"}).text)


def test_more_are_counted_than_shown(plan: Roadmap, client: Client) -> None:
    section = Section.objects.get(slug="tools")
    for number in range(40):
        make_listing(section, make_resource(plan, f"Vector {number}"))
    plan.touch()
    text = client.get(URL, {"q": "vector"}).text
    assert "40 results" in text
    assert len(titles(text)) == 30
    assert "The first 30 are shown. Add a word to find fewer." in text
    for number in range(70):
        make_listing(section, make_resource(plan, f"Vector again {number}"))
    plan.touch()
    assert "More than 100 results; the best are shown. Add a word." in client.get(URL, {"q": "vector"}).text


@pytest.mark.parametrize("part", ["", "list"])
def test_more_hits_need_no_more_queries(plan: Roadmap, client: Client, part: str) -> None:
    client.force_login(make_user())

    def count() -> int:
        client.get(URL, {"q": "python", "part": part})
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, {"q": "python", "part": part})
        return len(queries)

    section = Section.objects.get(slug="deep")

    def add(number: int) -> None:
        for _ in range(number):
            make_listing(section, make_resource(plan), context="on Python")
            make_section(section.page, "Section", slug=f"s{section.page.sections.count()}", body_html="<p>Python</p>")
        plan.touch()

    add(2)
    before = count()
    add(4)
    assert count() == before


# Marks


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("機器學習", "学习", "機器<mark>學習</mark>"),
        ("ＰｙＴｏｒｃｈ!", "torch", "Ｐｙ<mark>Ｔｏｒｃｈ</mark>!"),
        ("Cafe\u0301s", "cafe", "<mark>Cafe\u0301</mark>s"),
        ("Straße", "strasse", "<mark>Straße</mark>"),
        ("a < b & python", "python", "a &lt; b &amp; <mark>python</mark>"),
        ("AI 與 FAIR", "ai", "<mark>AI</mark> 與 FAIR"),
        ("C, C++ and CUDA", "c", "<mark>C</mark>, C++ and CUDA"),
        ("學習學習", "學習", "<mark>學習學習</mark>"),
        ("ﬁle", "file", "<mark>ﬁle</mark>"),
        ("㈱ b", "株", "<mark>㈱</mark> b"),
        ("nothing", "python", "nothing"),
        ("", "python", ""),
    ],
)
def test_letters_are_marked_as_they_are_written(text: str, typed: str, shown: str) -> None:
    assert marked(text, search.query(typed).words) == shown


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(deadline=None)
@given(texts)
def test_a_trace_is_the_coded_text_and_leads_back_to_it(text: str) -> None:
    coding, places = folding.traced(text)
    assert coding == folding.coded(folding.folded(text))
    assert len(coding) == len(places)
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@settings(deadline=None)
@given(texts, texts, texts)
def test_marks_take_nothing_from_a_text(before: str, word: str, after: str) -> None:
    text = before + " " + word + " " + after
    words = search.query(word).words
    shown = re.sub("</?mark>", "", marked(text, words))
    assert shown == marked(text, [])
    held = folding.coded(folding.folded(text))
    assert bool(spans(text, words)) == any(folding.sought(word) in held for word in words)


def test_an_excerpt_is_around_what_its_title_does_not_show() -> None:
    lines = ["nothing here", "x " * 100 + "the Kernel of it & " + "y " * 200, "kernel again"]
    shown = excerpt(lines, ["kernel", "vector"], "Vectors")
    assert re.fullmatch(r"…(x )+the <mark>Kernel</mark> of it &amp; (y )*y…", shown)
    assert len(shown) < 200
    assert excerpt(lines, ["vector"], "Vectors") == ""
    assert excerpt(["貓" * 5000 + "機器學習" + "狗" * 5000], ["学习"]).count("<mark>學習</mark>") == 1


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


def test_the_scripts_of_the_search_are_small() -> None:
    folder = Path(__file__).parents[2] / "static" / "js"
    assert (folder / "search.js").stat().st_size < 4000


def test_a_listing_that_is_not_live_tells_nothing(plan: Roadmap, client: Client) -> None:
    gone = make_section(Section.objects.get(slug="deep").page, "Gone", retired_at=timezone.now())
    resource = Resource.objects.get(title__startswith="Learning")
    Listing.objects.create(section=gone, resource=resource, label="Kernels of Python")
    make_listing(Section.objects.get(slug="tools"), resource, context="more on kernels")
    plan.touch()
    text = client.get(URL, {"q": "kernels"}).text
    assert "more on <mark>kernels</mark>" in text
    assert "of Python" not in text
