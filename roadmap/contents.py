"""How the sections of a page nest, which of them are its chapters, and what stands under each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from roadmap.models import Section


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
