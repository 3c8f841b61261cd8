"""What editors made of a page's listings, each to be written into the page's sections. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from roadmap.importing.standing import OldListing, OldResource
from roadmap.reading.escaping import folded
from roadmap.reading.outline import Span
from roadmap.reading.reader import TASK
from roadmap.reading.writer import Added, Definition, Edit

Resources = Mapping[int, OldResource]
"""By their ids."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that an editor made, and how to write it into a page's sections."""

    section: int
    """Number of the section in its page."""
    slot: int | None
    """Of the listing that is edited; None for what is added."""
    name: str
    """What it was called, for people."""
    write: Edit | Added | Definition
    resource: int
    """Id of the row."""

    @property
    def parts(self) -> list[Wish]:
        """The new title and the new URL each by itself, where there are both."""
        edit = self.write
        if not isinstance(edit, Edit) or edit.title is None or edit.url is None:
            return []
        return [replace(self, write=replace(edit, title=None)), replace(self, write=replace(edit, url=None))]

    def __str__(self) -> str:
        if isinstance(self.write, Added):
            return f"“{self.name}” could not be added"
        if isinstance(self.write, Definition):
            return f"the definition with “{self.name}” could not be written"
        title = "" if self.write.title is None else f"the title “{self.write.title}”"
        url = "" if self.write.url is None else f"the URL “{self.write.url}”"
        return f"“{self.name}” could not be given {' and '.join(filter(None, (title, url)))}"


def shown_title(listing: OldListing, resource: OldResource) -> str:
    """Return what the site calls a resource at a listing, as `roadmap.elements.label` has it."""
    before = resource.imported["title"] if resource.imported else None
    label = str(listing.values["label"])
    return resource.title if label == before else label or resource.title


def wishes(number: int, listings: Sequence[OldListing], resources: Resources) -> Iterator[Wish]:
    """Yield what editors made of the listings of the section with this number in its page, in order."""
    for listing in listings:
        resource = resources[listing.resource_id]
        if resource.retired:
            continue
        shown = folded(shown_title(listing, resource))
        if listing.by_hand:
            task = not resource.url and resource.kind == TASK
            yield Wish(number, None, shown, Added(shown, resource.url, task), resource.id)
        elif resource.imported:
            label = str(listing.values["label"])
            title = shown if shown != label else None
            url = resource.url if resource.url != resource.imported["url"] else None
            if title is not None or url is not None:
                edit = _edit(listing, title, url, listings, resources)
                yield Wish(number, int(listing.values["slot"]), label, edit, resource.id)


def _edit(
    listing: OldListing, title: str | None, url: str | None, listings: Sequence[OldListing], resources: Resources
) -> Edit:
    link, label, target = (_span(listing, name) for name in ("link", "label", "url"))
    task = label is not None and link == label and target is None
    inside = []
    for other in listings if task and label else ():
        span = _span(other, "link")
        if other is not listing and span and label and label.start <= span.start and span.end <= label.end:
            inside.append((span, folded(shown_title(other, resources[other.resource_id]))))
    return Edit(link, label, target, title, url, task, tuple(sorted(inside)))


def _span(listing: OldListing, name: str) -> Span | None:
    start, end = listing.values[f"{name}_start"], listing.values[f"{name}_end"]
    return None if start is None or end is None else Span(start, end)
