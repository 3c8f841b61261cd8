"""The author's own files, from the tables: without what editors made of them. Pure."""

from __future__ import annotations

from collections import defaultdict

from roadmap.importing.standing import OldPage, Standing


def texts(standing: Standing) -> list[tuple[OldPage, str]]:
    """Return the live pages in their order, each with its text as the notes have it, without a byte order mark."""
    said: dict[int, list[str]] = defaultdict(list)
    for section in standing.sections:
        if not section.retired:
            said[section.page_id].append(section.said)
    return [(page, "".join(said[page.id])) for page in standing.pages if not page.retired]
