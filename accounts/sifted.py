"""What a filter makes of a reader's page: how much of each section it shows, and why a section shows nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.html import escape
from django.utils.translation import gettext, ngettext

from accounts.overlay import Known, laid
from accounts.statistics import ROADMAP
from roadmap import elements
from roadmap.contents import Part
from roadmap.filtering import Filter
from roadmap.rendering import Overlay
from roadmap.stamps import Stamp

OUT = " data-out"
"""The attribute of what does not match and stands beside what does."""


@dataclass(frozen=True)
class Sifted:
    """One page of a roadmap under a filter."""

    known: Known
    wanted: Filter
    page: int | None
    """Its pk; None is the first."""

    @cached_property
    def part(self) -> Part | None:
        """The page with its sections; None in a roadmap without pages."""
        return self.known.contents.part(self.page)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Those of the resources on the page."""
        return self.part.keys if self.part else frozenset()

    @cached_property
    def matching(self) -> frozenset[str]:
        """Those of the resources that are to be shown, on all pages."""
        return self.wanted.matching(self.known.contents.kinds, self.known.facts)

    @property
    def count(self) -> int:
        """How many are to be shown on the page."""
        return len(self.keys & self.matching)

    @property
    def why(self) -> str:
        """Why the page is empty; empty where it is not."""
        if self.count:
            return ""
        if not self.keys:
            return gettext("no resource stands on this page")
        return self.wanted.why(self.keys, self.known.facts)

    @property
    def elsewhere(self) -> list[tuple[str, str, int]]:
        """Title and address of the other pages that have something to show, and how much."""
        others = [part for part in self.known.contents.parts if part is not self.part]
        counts = [(part.page, len(part.keys & self.matching)) for part in others]
        query = self.wanted.query
        return [
            (page.title or page.path, f"{page.get_absolute_url()}?{query}", count) for page, count in counts if count
        ]

    def overlay(self, stamp: Stamp) -> Overlay:
        """Return what the page shows; the queries are those of a page without a filter, but for what is `known`."""
        marks = laid(self.known, stamp)
        before = marks.own["mark"]
        mark = dict.fromkeys(self.matching, "") | {
            key: attributes if key in self.matching else attributes + OUT for key, attributes in before.items()
        }
        contents = self.known.contents
        shares = {str(pk): share for pk, share in self.shares([ROADMAP, *contents.sizes]).items()}
        return replace(
            marks,
            usual={**marks.usual, "mark": OUT, "why": ""},
            own={**marks.own, "mark": mark, "share": shares, "why": self._whys()},
        )

    def shares(self, sections: Iterable[int], *, swap: bool = False) -> dict[int, str]:
        """Return how much of some sections (by pk), and of the page as ROADMAP, is shown."""
        contents = self.known.contents
        keys = {pk: self.keys if pk == ROADMAP else contents.nodes[pk].keys for pk in sections}
        return {pk: share(pk, len(some & self.matching), len(some), swap=swap) for pk, some in keys.items()}

    def _whys(self) -> Mapping[str, str]:
        nodes = {str(pk): node.keys for pk, node in self.known.contents.nodes.items()}
        empty: dict[str, Collection[str]] = {
            pk: keys for pk, keys in nodes.items() if keys and keys.isdisjoint(self.matching)
        }
        return {pk: escape(self.wanted.why(keys, self.known.facts)) for pk, keys in empty.items()}


def share(section: int, count: int, total: int, *, swap: bool = False) -> str:
    """Return how much of a section a filter shows, in the place of how much of it is done (`overlay.share`)."""
    swapping = f" hx-swap-oob=\"outerHTML:[data-share='{section}']\"" if swap else ""
    numbers, shown = {"count": count, "total": total}, gettext("shown")
    if section == ROADMAP:
        said = ngettext("%(count)d of %(total)d resource", "%(count)d of %(total)d resources", total) % numbers
        words = f'<span class="percent">{said}</span> <span>{shown}</span>'
    else:
        said = gettext("%(count)d of %(total)d") % numbers
        words = f'<span class="percent">{said}</span>{elements.hidden(shown)}'
    width = 100 * count // total if total else 0
    return (
        f'<span class="share share-shown" data-share="{section}"{swapping}>'
        f'<svg class="bar" aria-hidden="true"><rect width="{width}%" height="100%"/></svg>'
        f"{words}</span>"
    )
