"""What an editor makes of a section's text. It is an import like any other: read, plan, apply, one slice replaced."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import accumulate

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext

from roadmap.importing import laying
from roadmap.importing import standing as standing_rows
from roadmap.importing.apply import Origin, StalePlan, apply
from roadmap.importing.gathering import Around, Material, NewPage
from roadmap.importing.kept import Rows
from roadmap.importing.laying import Laid, Slice
from roadmap.importing.plan import ImportPlan
from roadmap.importing.planner import Planner
from roadmap.importing.standing import OldPage, Standing
from roadmap.models import Roadmap, Section
from roadmap.reading import NotesError
from roadmap.reading.outline import Outline, Page
from roadmap.reading.reader import read

MOST_TRIES = 5
SOURCE = "admin"
"""Where such an import comes from, as its run keeps it."""
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")


class Gone(NotesError):
    """The section does not stand on the site any more."""


class Changed(NotesError):
    """The section is not any more what its editor saw."""


def edit(section: int, text: str, user: AbstractBaseUser | None, seen: str | None = None) -> ImportPlan:
    """Give a live section (its pk) another text, whose line ends may be any; return what that changed.

    `seen` is the source that the editor saw. Raises Gone, Changed where the source is another by now, or NotesError for
    a text that is no section of its own or swallows the next; nothing was changed then.
    """
    for _ in range(MOST_TRIES):
        try:
            return _Edit(section, text, seen).carry_out(user)
        except StalePlan:
            continue
    raise NotesError(gettext("the roadmap is being changed by others again and again; try once more later"))


def check(section: int, text: str) -> None:
    """Raise what `edit` would, and change nothing."""
    _Edit(section, text).material()


def keep(section: int) -> bool:
    """Settle a section's conflict for the editor's text; return whether there was one."""
    with transaction.atomic():
        found = Section.objects.select_related("page__roadmap").filter(pk=section).first()
        if found is None:
            return False
        roadmap = Roadmap.objects.select_for_update().get(pk=found.page.roadmap_id)
        changed = Section.objects.filter(pk=section).exclude(conflicts={}).update(conflicts={})
        if changed:
            roadmap.touch()
    return bool(changed)


def take_notes(section: int, user: AbstractBaseUser | None) -> ImportPlan | None:
    """Settle a section's conflict, or take an edit back, for what the notes say; None where they say the same.

    A section that they do not have any more leaves the site. Raises Gone and NotesError as `edit` does.
    """
    row = Section.objects.live().filter(pk=section).first()
    if row is None:
        raise Gone(gettext("the section is not on the site any more"))
    if row.notes_source is None:
        return None
    return edit(section, row.notes_source, user, row.source)


class _Edit:
    """One try."""

    def __init__(self, section: int, text: str, seen: str | None = None) -> None:
        row = Section.objects.live().select_related("page__roadmap").filter(pk=section).first()
        if row is None:
            raise Gone(gettext("the section is not on the site any more"))
        self.roadmap: Roadmap = row.page.roadmap
        self.standing: Standing = standing_rows.of_pages(self.roadmap)
        standing_rows.fill(self.standing, self.roadmap)
        self.rows = Rows(self.standing)
        self.pages = [page for page in self.standing.pages if not page.retired]
        self.page = next(page for page in self.pages if page.id == row.page_id)
        self.slices = laying.slices(self.rows.sections[self.page.id])
        self.at = next(number for number, each in enumerate(self.slices) if each.laid.row == section)
        if seen is not None and seen != self.slices[self.at].text:
            raise Changed(gettext("somebody changed the section meanwhile; look at it, and save again"))
        self._replace(text)

    def carry_out(self, user: AbstractBaseUser | None) -> ImportPlan:
        standing = self.standing
        material = self.material()
        wanted = {"title": standing.title, "language": standing.language, "source_url": standing.source_url}
        plan = Planner(standing, material, wanted, {}).make()
        apply(self.roadmap.slug, plan, Origin(SOURCE, user))
        return plan

    def _replace(self, text: str) -> None:
        """Put the new text in the place of the old one."""
        old = self.slices[self.at]
        base = old.text if old.laid.notes_source is None else old.laid.notes_source
        if len(text.encode(errors="replace")) > settings.NOTES_MAX_BYTES:
            most = f"{settings.NOTES_MAX_BYTES:,}"
            raise NotesError(gettext("the text is over %(most)s bytes; split it") % {"most": most})
        if "\0" in text:
            raise NotesError(gettext("there is a NUL character in the text; take it out"))
        if not text.strip() and base:
            raise NotesError(
                gettext("a section of the notes cannot be emptied here; leave its heading, or change the notes")
            )
        text = with_line_ends(text, old.text, "".join(each.text for each in self.slices)) if text.strip() else ""
        laid = Laid(old.laid.row, None if text == base else base)
        self.slices[self.at] = Slice(text, laid)
        laying.apart(self.slices)

    def material(self) -> Material:
        """Return what a plan is made of: this page read anew, all others as they stand."""
        asked: dict[str, str | None] = {}
        around = Around(frozenset(page.path for page in self.pages), self.standing.source_url, self.page.assets.get)
        page = read("".join(each.text for each in self.slices), self.page.path, around.of_page(asked))
        page.had_bom = self.page.had_bom
        self._check(page)
        material = Material(Outline([]), [], [])
        for old in self.pages:
            if old.id == self.page.id:
                material.outline.pages.append(page)
                material.laid += laying.told(page, self.slices)
                material.pages.append(NewPage(old.checksum, old.had_bom, old.assets | asked))
            else:
                self._add_kept(material, old)
        return material

    def _add_kept(self, material: Material, old: OldPage) -> None:
        sections = self.rows.sections[old.id]
        for number, section in enumerate(sections, start=len(material.laid)):
            for place, listing in enumerate(self.rows.listings[section.id]):
                material.known[number, place] = listing.resource_id
        material.outline.pages.append(self.rows.page(old))
        material.laid += [each.laid for each in laying.slices(sections)]
        material.pages.append(NewPage(old.checksum, old.had_bom, old.assets))

    def _check(self, page: Page) -> None:
        """Raise NotesError unless every other section is what it was, and this one begins where it did."""
        found: dict[int, str] = {}
        at = 0
        for section in page.sections:
            found[at] = section.source
            at += len(section.source)
        starts = list(accumulate((len(each.text) for each in self.slices), initial=0))
        if self.slices[self.at].text and starts[self.at] not in found:
            raise NotesError(
                gettext("the text does not begin with a heading, so it is no section of its own; give it one")
            )
        for number, each in enumerate(self.slices):
            if number != self.at and each.text and found.get(starts[number]) != each.text:
                raise NotesError(
                    gettext(
                        "the text reaches over the section after it: a code fence, comment or tag in it is not closed"
                    )
                )


def with_line_ends(text: str, old: str, page: str) -> str:
    """Return what was typed with the line ends of the file: a line that was there keeps its own, others get that of the
    page's first line."""
    usual = next((match[2] for match in _LINE.finditer(page) if match[2]), "\n")
    new_lines, old_lines = _lines(text), _lines(old)
    ends = [usual if end else "" for _, end in new_lines]
    if {end for _, end in old_lines} <= {usual, ""}:
        # Of most files. To compare all lines takes the square of their number.
        return "".join(line + end for (line, _), end in zip(new_lines, ends, strict=True))
    matcher = SequenceMatcher(None, [line for line, _ in old_lines], [line for line, _ in new_lines], autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            if ends[block.b + offset] and old_lines[block.a + offset][1]:
                ends[block.b + offset] = old_lines[block.a + offset][1]
    for number in range(1, len(ends)):
        if ends[number - 1] == "\r" and (new_lines[number][0], ends[number]) == ("", "\n"):
            ends[number] = "\r"  # Else the two would be one line end.
    return "".join(line + end for (line, _), end in zip(new_lines, ends, strict=True))


def _lines(text: str) -> list[tuple[str, str]]:
    """Return the lines of a text, each with its line end; the last one has none."""
    return [(match[1], match[2]) for match in _LINE.finditer(text) if match[0]]
