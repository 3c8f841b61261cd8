"""What is to be learnt: a study plan's pages, sections and resources, as an import leaves them and editors mend them.

Nothing here knows of learners. `roadmap.importing.apply` is the only code that writes what comes from the notes
(`imported`, sources, spans, order); the admin writes what an editor may change and then calls `Roadmap.touch`.
"""

from __future__ import annotations

from roadmap.models.entries import ENTRY_BEGINNING, ENTRY_INDEX, ENTRY_TITLE_INDEX, Entry
from roadmap.models.imports import Change, Draft, ImportRun, Proposal
from roadmap.models.links import BROKEN, FOR_GOOD, HOST_LENGTH, Grade, Link, LinkCheck, Reason
from roadmap.models.resources import (
    IMPORTED_FIELDS,
    Kind,
    LinkEvent,
    Listing,
    Resource,
    ResourceAlias,
    Todo,
    make_key,
)
from roadmap.models.roadmaps import Page, PageAlias, Roadmap, Section, SectionAlias

__all__ = [
    "BROKEN",
    "ENTRY_BEGINNING",
    "ENTRY_INDEX",
    "ENTRY_TITLE_INDEX",
    "FOR_GOOD",
    "HOST_LENGTH",
    "IMPORTED_FIELDS",
    "Change",
    "Draft",
    "Entry",
    "Grade",
    "ImportRun",
    "Kind",
    "Link",
    "LinkCheck",
    "LinkEvent",
    "Listing",
    "Page",
    "PageAlias",
    "Proposal",
    "Reason",
    "Resource",
    "ResourceAlias",
    "Roadmap",
    "Section",
    "SectionAlias",
    "Todo",
    "make_key",
]
