"""The law of a filter: of a body it shows just the resources that match, and of the others those alone that stand in
one block with them; whatever the body is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import example, given, settings
from hypothesis import strategies as st

from roadmap.models import Listing, Resource, Roadmap
from roadmap.rendering import Overlay, weave
from roadmap.sieve import Gap, Sieve, SievedBody, blocks, sift, unfolded
from tests.roadmap.sifting import resources_of


@dataclass
class Node:
    """An element of a body: its own resources stand before its children."""

    name: str
    keys: list[int]
    children: list[Node] = field(default_factory=list)

    def all(self) -> set[int]:
        """Return the numbers of the resources in it."""
        return set(self.keys).union(*(child.all() for child in self.children))


numbers = st.lists(st.integers(0, 9), max_size=3)
paragraphs = st.builds(Node, st.just("p"), numbers)
tables = st.builds(Node, st.just("table"), st.just([]), st.lists(st.builds(Node, st.just("tr"), numbers), max_size=4))


def _holders(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    items = st.builds(Node, st.just("li"), numbers, st.lists(inner, max_size=3))
    lists = st.builds(Node, st.sampled_from(["ul", "ol"]), st.just([]), st.lists(items, max_size=4))
    others = st.builds(
        Node, st.sampled_from(["blockquote", "details", "div"]), st.just([]), st.lists(inner, max_size=3)
    )
    return lists | others


bodies = st.lists(st.recursive(paragraphs | tables, _holders, max_leaves=8), max_size=5)


def html_of(node: Node) -> str:
    """Return an element as the reader stores it; the words are such as lead to nothing."""
    marks = " and ".join(f"<!--r:{number}-->" for number in node.keys)
    if node.name == "tr":
        return f"<tr><td>words {marks}</td></tr>"
    inner = "".join(map(html_of, node.children))
    if node.name == "table":
        return f"<table><thead><tr><th>Head</th></tr></thead><tbody>{inner}</tbody></table>"
    return f"<{node.name}>words {marks}{inner}</{node.name}>"


def expected(node: Node, matching: set[int], around: str = "") -> Iterator[tuple[str, bool]]:
    """Yield what the law says of an element: the resources that are shown, and whether they are muted."""
    everything = node.all()
    goes_with_its_item = node.name == "p" and around == "li"
    if everything and not everything & matching and not goes_with_its_item:
        return
    for number in node.keys:
        yield str(number), number not in matching
    for child in node.children:
        yield from expected(child, matching, node.name)


def listings() -> dict[int, Listing]:
    """Return ten resources, each in the slot of its number."""
    plan = Roadmap(title="Plan")
    made = [Resource(roadmap=plan, key=str(n), title=f"R{n}", url=f"https://example.org/{n}") for n in range(10)]
    return {number: Listing(resource=it, slot=number, label=it.title) for number, it in enumerate(made)}


def sifted(html: str, matching: set[int]) -> str:
    """Return a body with what matches."""
    body = SievedBody(lambda path: None)
    woven = weave(body.pieces(unfolded(html), listings(), 2))
    marks = {str(number): "" for number in matching}
    overlay = Overlay(usual={"control": ">", "mark": " data-out"}, own={"control": {}, "mark": marks})
    names = [name for name, keys in body.ranges.items() if keys.isdisjoint(map(str, matching))]
    return sift(woven, overlay, names)


@settings(deadline=None)
@example([Node("ul", [], [Node("li", [0], [Node("p", [1])])])], {0})
@example([Node("ul", [], [Node("li", [0], [Node("ul", [], [Node("li", [1])])])])], {1})
@given(bodies, st.sets(st.integers(0, 9)))
def test_just_what_matches_is_shown_with_what_stands_in_one_block_with_it(body: list[Node], matching: set[int]) -> None:
    found = resources_of(sifted("".join(map(html_of, body)), matching))
    assert found == [each for node in body for each in expected(node, matching)]
    in_body = set().union(*(node.all() for node in body))
    assert {int(key) for key, is_muted in found if not is_muted} == in_body & matching


@settings(deadline=None)
@given(bodies)
def test_where_all_matches_all_is_shown(body: list[Node]) -> None:
    html = sifted("".join(map(html_of, body)), set(range(10)))
    assert [key for key, _ in resources_of(html)] == [key for node in body for key, _ in expected(node, set(range(10)))]
    assert html.count("words") == sum(1 for node in body for _ in _with_words(node))


def _with_words(node: Node) -> Iterator[Node]:
    if node.name != "table":
        yield node
    for child in node.children:
        yield from _with_words(child)


@given(st.text(alphabet='<>/pulirtab!-r:0 "=', max_size=80))
def test_html_that_is_not_well_formed_is_read_without_an_error(html: str) -> None:
    for block in blocks(html):
        assert 0 <= block.start <= block.end < len(html)


def test_sections_say_why_unless_the_one_around_them_does() -> None:
    a, b, both = frozenset("a"), frozenset("b"), frozenset("ab")
    sieve = Sieve(
        page=None,  # type: ignore[arg-type]
        ranges={"section": a},
        gaps={"1": Gap(a, both), "2": Gap(b, both), "3": Gap(b, b), "4": Gap(frozenset(), both)},
    )
    assert sieve.dropped({"a"}) == {"gap-1", "gone-1", "gone-2", "gap-3", "gap-4"}
    assert sieve.dropped(set()) == {"section", "gap-1", "gap-2", "gap-3", "gap-4"}
