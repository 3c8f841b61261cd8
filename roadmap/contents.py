"""How the sections of a page nest, which of them are its chapters, and what stands under each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from roadmap.models import BROKEN, Grade, Listing, Page, Section
from roadmap.stamps import Stamp

KEPT = 32
"""Of how many roadmaps a process keeps the contents."""


@dataclass(slots=True)
class Node:
    """One section with all that stands under it."""

    section: Section
    keys: set[str]
    """Keys of the resources in it, subsections included."""
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()


def tree(sections: Iterable[Section], keys: Mapping[int, Iterable[str]]) -> list[Node]:
    """Return the topmost of `sections` (in the order of their page); `keys` are the resources' by section pk."""
    nodes: dict[int, Node] = {}
    top: list[Node] = []
    for section in sections:
        node = nodes[section.pk] = Node(section, set(keys.get(section.pk, ())))
        parent = nodes.get(section.parent_id or 0)
        (parent.children if parent else top).append(node)
    for node in reversed(nodes.values()):
        for child in node.children:
            node.keys |= child.keys
    return top


def chapter_level(top: Iterable[Node]) -> int:
    """Return the highest heading level with more than one section that holds resources: the level of the chapters.

    Where no level has, those without resources count as well; where there is but one section of each level, the deepest
    level is returned. Chapters and what stands above them are open at first.
    """
    nodes = [node for root in top for node in root.walk() if node.section.level]
    for counted in ([node for node in nodes if node.keys], nodes):
        levels = Counter(node.section.level for node in counted)
        if several := [level for level, count in levels.items() if count > 1]:
            return min(several)
    return max((node.section.level for node in nodes), default=1)


@dataclass(frozen=True, slots=True)
class Part:
    """One live page of a roadmap."""

    page: Page
    top: list[Node]
    """Its topmost sections."""

    @property
    def keys(self) -> frozenset[str]:
        """Keys of the resources on it."""
        return frozenset(key for node in self.top for key in node.keys)

    @property
    def chapters(self) -> list[Node]:
        """Its sections at the level of the chapters that hold resources."""
        level = chapter_level(self.top)
        nodes = (node for root in self.top for node in root.walk())
        return [node for node in nodes if node.section.level == level and node.keys]


@dataclass(frozen=True, slots=True)
class Contents:
    """All live pages, sections and resources of a roadmap: what percentages are counted over."""

    parts: list[Part]
    sections_of: dict[str, list[int]]
    """By key of a resource, in the order of the roadmap: the pks of all sections it counts in."""
    sizes: dict[int, int]
    """By pk of a section: how many resources count in it."""
    nodes: dict[int, Node]
    """By pk of a section."""
    place: dict[str, int]
    """By key of a resource: the pk of the section in which it stands first."""
    dead: frozenset[str]
    """Keys of the resources whose link is dead: `accounts.statistics` says how they count."""
    broken: frozenset[str]
    """Keys of those whose link fails or is dead."""
    kinds: dict[str, str]
    """By key of a resource: its kind."""

    def part(self, page: int | None) -> Part | None:
        """Return a page by its pk (None the first), None where there is none."""
        return next((part for part in self.parts if page in (None, part.page.pk)), None)


@lru_cache(maxsize=KEPT)
def contents_of(stamp: Stamp) -> Contents:
    """Return the contents of a roadmap as it stands under `stamp`; three queries, and kept."""
    live = Page.objects.filter(roadmap=stamp.roadmap, retired_at=None).select_related("roadmap")
    pages = list(live.order_by("position", "pk"))
    place, keys, grades, kinds = _listed(stamp.roadmap)
    dead, broken = (
        frozenset(key for key, grade in grades.items() if grade in some) for some in ((Grade.DEAD,), BROKEN)
    )
    sections: dict[int, list[Section]] = defaultdict(list)
    rows = Section.objects.filter(page__in=pages, retired_at=None).order_by("position")
    pages_by_pk = {page.pk: page for page in pages}
    for section in rows.defer("source", "body_html"):
        section.page = pages_by_pk[section.page_id]
        sections[section.page_id].append(section)
    parts = [Part(page, tree(sections[page.pk], keys)) for page in pages]
    nodes = {node.section.pk: node for part in parts for root in part.top for node in root.walk()}
    sections_of: dict[str, list[int]] = {key: [] for key in place}
    for pk, node in nodes.items():
        for key in node.keys:
            sections_of[key].append(pk)
    sizes = {pk: len(node.keys) for pk, node in nodes.items()}
    return Contents(parts, sections_of, sizes, nodes, place, dead, broken, kinds)


def _listed(roadmap: int) -> tuple[dict[str, int], dict[int, list[str]], dict[str, str | None], dict[str, str]]:
    """Return of the live resources where each stands first, the keys of those that stand in each section, and by key
    the grades of their links and their kinds."""
    listings = Listing.objects.filter(
        section__page__roadmap=roadmap,
        section__page__retired_at=None,
        section__retired_at=None,
        resource__retired_at=None,
    ).order_by("section__page__position", "section__page", "section__position", "position", "pk")
    place: dict[str, int] = {}
    keys: dict[int, list[str]] = defaultdict(list)
    grades: dict[str, str | None] = {}
    kinds: dict[str, str] = {}
    fields = ("section", "resource__key", "resource__link__grade", "resource__kind")
    for section, key, grade, kind in listings.values_list(*fields):
        place.setdefault(key, section)
        keys[section].append(key)
        grades[key], kinds[key] = grade, kind
    return place, keys, grades, kinds
