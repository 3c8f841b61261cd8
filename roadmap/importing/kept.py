"""A page that did not change, as the reader would give it: made from its rows, it need not be read again. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from roadmap.importing.standing import OldListing, OldPage, OldResource, OldSection, OldTodo, Standing
from roadmap.reading.links import kind_of, url_key
from roadmap.reading.outline import Listing, Page, Section, Span, Todo, Warning

_LINE_END = re.compile(r"\r\n|\r|\n")


class Rows:
    """The rows of a roadmap by where they stand."""

    def __init__(self, standing: Standing) -> None:
        self.resources: Mapping[int, OldResource] = {row.id: row for row in standing.resources}
        self.sections: dict[int, list[OldSection]] = defaultdict(list)
        self.listings: dict[int, list[OldListing]] = defaultdict(list)
        self.todos: dict[int, list[OldTodo]] = defaultdict(list)
        for section in standing.sections:
            if not section.retired:
                self.sections[section.page_id].append(section)
        for listing in standing.listings:
            if not listing.by_hand:
                self.listings[listing.section_id].append(listing)
        for todo in standing.todos:
            if not todo.retired:
                self.todos[todo.section_id].append(todo)

    def page(self, row: OldPage) -> Page:
        """Return a live page's outline. What no row needs (images, the depth of lists) is left empty."""
        at = {section.id: number for number, section in enumerate(self.sections[row.id])}
        sections, line = [], 1
        for old in self.sections[row.id]:
            sections.append(self._section(old, at.get(old.parent_id or 0), line))
            line += len(_LINE_END.findall(old.source))
        warnings = [Warning(row.path, each["line"], each["code"], each["subject"]) for each in row.warnings]
        # What concerns several pages is found anew.
        alone = [warning for warning in warnings if warning.code != "two-titles"]
        return Page(path=row.path, title=row.title, had_bom=row.had_bom, sections=sections, warnings=alone)

    def _section(self, old: OldSection, parent: int | None, line: int) -> Section:
        return Section(
            level=old.level,
            title=old.title,
            title_html=old.title_html,
            slug=old.slug,
            parent=parent,
            depth=old.depth,
            line=line,
            source=old.source,
            body_html=old.body_html,
            listings=[self._listing(old, listing, line) for listing in self.listings[old.id]],
            todos=[Todo(todo.text, todo.done, line) for todo in self.todos[old.id]],
        )

    def _listing(self, section: OldSection, old: OldListing, line: int) -> Listing:
        values, resource = old.values, self.resources[old.resource_id]

        def span(name: str) -> Span | None:
            start = values[f"{name}_start"]
            return None if start is None else Span(start, values[f"{name}_end"])

        notes = resource.imported or {"url": resource.url, "kind": resource.kind, "title": resource.title}
        first = values["label"] == notes["title"]
        target = span("url")
        return Listing(
            slot=values["slot"],
            url=_url(target.of(section.source) if target else "", resource, notes["url"]),
            url_key=resource.url_key,
            title=values["label"],
            label_html=values["label_html"],
            kind=notes["kind"] if first else kind_of(notes["url"], values["label"]),
            context=values["context"],
            line=line + len(_LINE_END.findall(section.source, 0, values["link_start"] or 0)),
            depth=0,
            link=span("link"),
            label=span("label"),
            target=target,
        )


def _url(written: str, resource: OldResource, known: str) -> str:
    """Return a listing's URL: as it is written there, which may be another way than where the resource stands first."""
    if not written or written == known or url_key(written) != resource.url_key:
        return known
    return written
