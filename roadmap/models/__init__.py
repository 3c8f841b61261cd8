"""What is to be learnt: a study plan's pages, sections and resources, as an import leaves them and editors mend them.

Nothing here knows of learners. `roadmap.importing.apply` is the only code that writes what comes from the notes
(`imported`, sources, spans, order); the admin writes what an editor may change and then calls `Roadmap.touch`.
"""

from __future__ import annotations

from roadmap.models.imports import Change, Draft, ImportRun, Proposal
from roadmap.models.resources import (
    IMPORTED_FIELDS,
    Kind,
    Listing,
    Resource,
    ResourceAlias,
    Todo,
    make_key,
)
from roadmap.models.roadmaps import Page, PageAlias, Roadmap, Section, SectionAlias

__all__ = [
    "IMPORTED_FIELDS",
    "Change",
    "Draft",
    "ImportRun",
    "Kind",
    "Listing",
    "Page",
    "PageAlias",
    "Proposal",
    "Resource",
    "ResourceAlias",
    "Roadmap",
    "Section",
    "SectionAlias",
    "Todo",
    "make_key",
]
