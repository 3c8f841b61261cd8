"""From rows to the page: sections, resources in their places, slots, chapters."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from accounts.overlay import of_stranger
from roadmap.bodies import placements
from roadmap.contents import chapter_level, tree
from roadmap.elements import Placement, Slot
from roadmap.models import Page, Resource, Roadmap, SectionAlias
from roadmap.rendering import Compiled, Overlay, compiled, join
from roadmap.stamps import Stamp
from tests.factories import make_listing, make_page, make_plan, make_resource, make_roadmap, make_section

pytestmark = pytest.mark.django_db


def page_of(roadmap: Roadmap, page: Page | None = None, language: str = "en") -> Compiled:
    roadmap.refresh_from_db()
    return compiled(Stamp(roadmap.pk, roadmap.version, roadmap.checked_at), page and page.pk, language)


BLANK = Overlay(usual={"control": ">", "mark": "", "share": ""}, own={"control": {}, "mark": {}, "share": {}})


def notes_of(shown: Compiled, overlay: Overlay = BLANK) -> str:
    return join(shown.notes, overlay)


def html_of(body_html: str, *listings: dict[str, Any], language: str = "en", **section: Any) -> str:
    """The notes of a page with one section, whose listings have these fields (of the listing or of its resource)."""
    page = make_page(make_roadmap(title="Another"))
    row = make_section(page, body_html=body_html, **section)
    for fields in listings:
        own = {name: fields.pop(name) for name in ("slot", "label", "label_html") if name in fields}
        make_listing(row, make_resource(page.roadmap, **fields), **own)
    return notes_of(page_of(page.roadmap, language=language))


def text_of(html: str) -> str:
    return re.sub(r"<[^>]*>", "", html)


def test_a_resource_is_an_element_with_its_key_label_link_kind_and_host() -> None:
    html = html_of(
        "<p><!--r:0--></p><!--n:0-->", {"title": "A film", "url": "https://www.youtube.com/watch?v=1", "kind": "video"}
    )
    key = Resource.objects.get().key
    assert f'data-resource="{key}" id="R-{key}"' in html
    assert '<a href="https://www.youtube.com/watch?v=1" target="_blank" rel="noopener">A film</a>' in html
    assert '<use href="#I-video"/>' in html
    assert ">video</span>" in html
    assert '<span class="host">youtube.com</span>' in html


def test_the_kind_is_named_in_the_language_of_the_site() -> None:
    html = html_of("<p><!--r:0--></p>", {"kind": "book"}, language="zh-hant")
    assert '<span class="visually-hidden" lang="zh-Hant">書籍</span>' in html


def test_a_resource_listed_twice_has_its_anchor_once_and_its_key_twice() -> None:
    page = make_page()
    resource = make_resource(page.roadmap)
    for title in ("One", "Two"):
        make_listing(make_section(page, title, body_html="<p><!--r:0--></p>"), resource)
    html = notes_of(page_of(page.roadmap))
    assert html.count(f'id="R-{resource.key}"') == 1
    assert html.count(f'data-resource="{resource.key}"') == 2


def test_no_mark_is_left_in_the_page() -> None:
    html = html_of("<p><!--r:0--><!--n:0--></p><p><!--r:7--><!--n:7--><!--t:1-->x</p>", {})
    assert "<!--" not in html


def test_a_mark_in_an_attribute_is_no_mark() -> None:
    html = html_of('<p><img src="/media/0.png" alt="<!--r:0--> onerror"></p><p><!--r:0--></p>', {"title": "Only here"})
    assert html.count("data-resource") == 1
    assert 'alt="<!--r:0--> onerror"' in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "", "mailto:a@example.org"])
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    html = html_of("<p><!--r:0--></p>", {"title": "Nothing yet", "url": url})
    assert "href" not in re.sub(r'href="(#I-|/en/resources/)', "", html)
    assert "no link yet" in html


def test_a_task_is_a_resource_without_a_word_about_its_missing_link() -> None:
    html = html_of("<ul><li><!--r:0--><!--n:0--></li></ul>", {"title": "Do it", "url": "", "kind": "task"})
    assert "resource-item" in html
    assert "no link yet" not in html


def test_a_task_keeps_the_links_in_its_label() -> None:
    html = html_of(
        "<ul><li><!--r:0--><!--n:0--><!--n:1--></li></ul>",
        {"title": "Read the book", "url": "", "kind": "task", "label_html": "Read <!--r:1--> now"},
        {"title": "the book", "url": "https://example.org/book"},
    )
    assert "Read the book" in text_of(html).replace("\xa0", " ")
    assert html.count("data-resource") == 2


def test_an_edited_title_replaces_the_imported_label_and_is_escaped() -> None:
    imported = {"title": "Old", "url": "https://example.org/", "kind": "article", "description": ""}
    html = html_of(
        "<p><!--r:0--></p>", {"title": "New <b>", "imported": imported, "label": "Old", "label_html": "<em>Old</em>"}
    )
    assert "New &lt;b&gt;" in html
    assert "Old" not in html


def test_an_edited_title_leaves_a_label_of_the_notes_own_alone() -> None:
    imported = {"title": "Old", "url": "https://example.org/", "kind": "article", "description": ""}
    html = html_of("<p><!--r:0--></p>", {"title": "New", "imported": imported, "label": "here", "label_html": "here"})
    assert ">here</a>" in html


def test_an_edited_title_of_a_task_keeps_its_links_after_it() -> None:
    html = html_of(
        "<ul><li><!--r:0--></li></ul>",
        {
            "title": "Study",
            "url": "",
            "kind": "task",
            "imported": {"title": "Read it", "url": "", "kind": "task", "description": ""},
            "label": "Read it",
            "label_html": "Read <!--r:1-->",
        },
        {"title": "it", "url": "https://example.org/it"},
    )
    assert re.search(r"Study .*<a href=\"https://example.org/it\"", html)
    assert "Read" not in html


def test_a_description_stands_at_the_place_of_the_note() -> None:
    html = html_of(
        "<ul><li><!--r:0-->: gloss<!--n:0--></li></ul>", {"description": "Good", "description_html": "<p>Good</p>"}
    )
    assert html.index("gloss") < html.index('<div class="description"><p>Good</p></div>') < html.index("</li>")


def test_a_retired_resource_leaves_only_its_words() -> None:
    html = html_of("<p>See <!--r:0-->.</p><!--n:0-->", {"title": "Gone", "retired_at": timezone.now()})
    assert "<p>See Gone.</p>" in html
    assert "data-resource" not in html


def test_a_listing_added_by_hand_stands_at_the_end_of_its_section() -> None:
    page = make_page()
    section = make_section(page, body_html="<p>The notes.</p>")
    make_section(page, "Child", parent=section)
    make_listing(section, make_resource(page.roadmap, "Mine", imported=None), slot=None, label="", label_html="")
    html = notes_of(page_of(page.roadmap))
    assert html.index("The notes.") < html.index(">Mine</a>") < html.index("Child")


def test_the_todo_marks_are_icons_with_words() -> None:
    html = html_of('<ul><li class="todo"><!--t:0-->write</li><li class="todo"><!--t:1-->rest</li></ul>')
    assert text_of(html).endswith("To do: writeDone: rest")
    assert "#I-checked" in html


R = "<!--r:0-->"


@pytest.mark.parametrize(
    ("html", "place"),
    [
        (f"<p>{R}</p>", Placement(item=False, host=True)),
        (f"<p>before {R}</p>", Placement(item=False, host=True)),
        (f"<p>before {R} after.</p>", Placement(item=False, host=False)),
        (f"<p>{R}: gloss</p>", Placement(item=False, host=False)),
        (f"<p>{R}, <!--r:1--></p>", Placement(item=False, host=False)),
        (f"<ul><li>{R}</li></ul>", Placement(item=True, host=True)),
        (f"<ul><li>\n<p>{R}</p></li></ul>", Placement(item=True, host=True)),
        (f"<ul><li><strong>{R}</strong>: gloss</li></ul>", Placement(item=True, host=True)),
        (f"<ul><li>{R}：說明<!--n:0--></li></ul>", Placement(item=True, host=True)),
        (f"<ul><li>{R} – gloss</li></ul>", Placement(item=True, host=True)),
        (f"<ul><li>{R} -5 degrees</li></ul>", Placement(item=True, host=False)),
        (f"<ul><li>{R}<!--n:0--><ul><li>x</li></ul></li></ul>", Placement(item=True, host=True)),
        (f"<ul><li>read {R}</li></ul>", Placement(item=False, host=True)),
        (f"<ul><li><em>so</em> {R}</li></ul>", Placement(item=False, host=True)),
        (f"<ul><li><p>first</p><p>{R}</p></li></ul>", Placement(item=False, host=True)),
        (f"{R}", Placement(item=False, host=True)),
    ],
)
def test_how_a_resource_stands_in_its_text(html: str, place: Placement) -> None:
    assert placements(html)[0] == place


def test_a_gloss_begins_its_own_line_and_its_text_stays() -> None:
    html = html_of("<ul><li><!--r:0-->：免費的書<!--n:0--></li></ul>", {"title": "書"})
    assert '<span class="gloss">：</span><br>免費的書' in html


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "<table><tr><td>x</td></tr></table>",
            '<div class="scroll" role="group" aria-label="Table" tabindex="0"><table><tr><td>x</td></tr></table></div>',
        ),
        ("<pre><code>x</code></pre>", '<pre tabindex="0"><code>x</code></pre>'),
        ("<blockquote><h1>x</h1></blockquote>", "<blockquote><h3>x</h3></blockquote>"),
        ("<br>\n<p>x</p>", "\n<p>x</p>"),
        ("<p>x<br><br>y</p>", "<p>x<br><br>y</p>"),
        ('<p><a href="page:nowhere.md#x">x</a></p>', "<p><a>x</a></p>"),
    ],
)
def test_what_a_body_becomes(body: str, expected: str) -> None:
    assert f'<div class="body">{expected}</div>' in html_of(body)


def test_links_between_pages_lead_to_their_addresses_in_the_language_in_use() -> None:
    first = make_page()
    other = make_page(first.roadmap, path="docs/第二.md", position=1, title="Second")
    make_section(first, body_html='<p><a href="page:docs/第二.md#top">there</a></p>')
    make_section(other, body_html='<p><a href="page:README.md">back</a></p>')
    slug = first.roadmap.slug
    assert f'href="/en/roadmaps/{slug}/pages/docs/%E7%AC%AC%E4%BA%8C.md/#top"' in notes_of(page_of(first.roadmap))
    assert f'href="/roadmaps/{slug}/"' in notes_of(page_of(first.roadmap, other, "zh-hant"))


def test_the_title_of_the_notes_is_the_only_h1() -> None:
    plan = make_plan()
    shown = page_of(plan)
    assert shown.titled
    assert re.findall(r"<h(\d) class=\"heading\">(.*?)</h", notes_of(shown)) == [
        ("1", plan.title),
        ("2", "First chapter"),
        ("3", "Deeper part"),
        ("2", "Second chapter"),
    ]


def test_notes_under_another_title_begin_at_h2() -> None:
    plan = make_plan()
    Roadmap.objects.filter(pk=plan.pk).update(title="Something else", version=2)
    shown = page_of(plan)
    assert not shown.titled
    assert '<h2 class="heading">Plan' in notes_of(shown)


def test_chapters_are_open_and_what_is_deeper_is_folded() -> None:
    html = notes_of(page_of(make_plan()))
    folds = re.findall(r'<details class="section section-(\w+)"( open)?>', html)
    assert folds == [("title", " open"), ("chapter", " open"), ("deeper", ""), ("chapter", " open")]


@pytest.mark.parametrize(
    ("levels", "with_resources", "expected"),
    [
        ([1, 2, 2, 3, 3], [1, 2, 3, 4], 2),
        ([1, 1, 2, 2], [3], 1),
        ([1, 2, 3, 3], [2, 3], 3),
        ([1, 2, 2], [1], 2),
        ([1], [0], 1),
        ([], [], 1),
        ([0, 0], [0, 1], 1),
    ],
)
def test_chapters_are_the_highest_level_with_more_than_one_section_that_holds_resources(
    levels: list[int], with_resources: list[int], expected: int
) -> None:
    page = make_page()
    rows = [make_section(page, f"S{n}", level=level) for n, level in enumerate(levels)]
    nodes = tree(rows, {rows[n].pk: [f"key{n}"] for n in with_resources})
    assert chapter_level(nodes) == expected


def test_a_section_counts_each_resource_below_it_once() -> None:
    page = make_page()
    top = make_section(page, "Top")
    rows = [top, make_section(page, "A", parent=top), make_section(page, "B", parent=top)]
    (node,) = tree(rows, {rows[0].pk: ["x"], rows[1].pk: ["x", "y"], rows[2].pk: ["y", "z"]})
    assert node.keys == {"x", "y", "z"}


def test_the_contents_lead_to_chapters_and_one_level_below() -> None:
    plan = make_plan(resources=3)
    stamp = Stamp(plan.pk, plan.version, plan.checked_at)
    contents = join(page_of(plan).contents, of_stranger(stamp, "en"))
    assert re.findall(r'href="#([^"]+)"', contents) == ["plan", "first-chapter", "deeper-part", "second-chapter"]
    assert re.findall(r'class="share" data-share="\d+">(\d+)<', contents) == ["4", "3", "1"]


def test_old_addresses_stay_as_anchors() -> None:
    page = make_page()
    section = make_section(page, "New name")
    SectionAlias.objects.create(page=page, slug="old-name", section=section)
    assert '<span class="anchor" id="new-name"></span><span class="anchor" id="old-name"></span>' in notes_of(
        page_of(page.roadmap)
    )


def test_retired_sections_pages_and_resources_are_not_shown_or_counted() -> None:
    plan = make_plan(resources=2)
    Resource.objects.filter(pk=Resource.objects.order_by("pk").values("pk")[:1]).update(retired_at=timezone.now())
    make_section(plan.pages.get(), "Gone", retired_at=timezone.now(), body_html="gone")
    make_page(plan, path="gone.md", position=1, retired_at=timezone.now())
    shown = page_of(plan)
    assert shown.resources == 3
    assert "Gone" not in notes_of(shown)
    assert len(shown.pages) == 1


def test_text_before_the_first_heading_is_shown_without_a_fold() -> None:
    page = make_page()
    make_section(page, "", level=0, slug="", body_html="<p>Preface</p>")
    assert notes_of(page_of(page.roadmap)) == '<div class="body"><p>Preface</p></div>'


def test_hostile_titles_and_addresses_are_escaped() -> None:
    page = make_page()
    make_section(page, '<script>"', title_html="", slug='a"onclick="x')
    html = notes_of(page_of(page.roadmap))
    assert "<script>" not in html
    assert 'id="a&quot;onclick=&quot;x"' in html


def test_the_overlay_fills_the_places_of_its_resource_wherever_it_is_listed() -> None:
    page = make_page()
    one, other = make_resource(page.roadmap), make_resource(page.roadmap)
    for title in ("One", "Two"):
        section = make_section(page, title, body_html="<p><!--r:0--> <!--r:1--></p><!--n:0--><!--n:1-->")
        make_listing(section, one)
        make_listing(section, other)
    shown = page_of(page.roadmap)
    own = {"control": {one.key: ' data-state="done">'}, "mark": {other.key: " data-noted"}, "share": {}}
    html = notes_of(shown, Overlay(usual=BLANK.usual, own=own))
    assert html.count('name="state" data-state="done">') == 2
    assert html.count(f'formaction="/en/resources/{other.key}/state/" name="state">') == 2
    assert html.count(f'href="/en/resources/{other.key}/" rel="nofollow" data-noted>') == 2
    assert html.count(f'href="/en/resources/{one.key}/" rel="nofollow">') == 2
    assert shown.notes.slots.count(Slot("control", one.key)) == 2


def test_a_page_is_compiled_once_per_version(django_assert_num_queries: Any) -> None:
    plan = make_plan()
    stamp = Stamp(plan.pk, plan.version, plan.checked_at)
    first = compiled(stamp, None, "en")
    with django_assert_num_queries(0):
        assert compiled(stamp, None, "en") is first
    plan.touch()
    assert compiled(stamp._replace(version=plan.version), None, "en") is not first


@pytest.mark.parametrize(
    ("path", "expected"),
    [("README.md", "https://example.org/edit/README.md"), ("docs/a.md", "https://example.org/edit/docs/a.md")],
)
def test_a_page_is_edited_at_its_own_source(path: str, expected: str) -> None:
    roadmap = make_roadmap(source_url="https://example.org/edit/README.md")
    make_page(roadmap)
    make_page(roadmap, path="docs/a.md", position=1)
    assert page_of(roadmap, roadmap.pages.get(path=path)).edit_url == expected


def test_a_roadmap_into_which_nothing_was_imported_is_an_empty_page() -> None:
    shown = page_of(make_roadmap())
    assert shown.page is None
    assert notes_of(shown) == ""
