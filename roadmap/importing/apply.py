"""ImportPlan -> tables, in one transaction and in bulk. The only code that writes what comes from the notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from roadmap.importing.plan import ImportPlan, PlannedAlias, PlannedProposal, PlannedRow
from roadmap.models import (
    Change,
    ImportRun,
    Listing,
    Page,
    PageAlias,
    Proposal,
    Resource,
    ResourceAlias,
    Roadmap,
    Section,
    SectionAlias,
    Todo,
)

Row = TypeVar("Row", bound=models.Model)
BATCH = 500


class StalePlan(Exception):
    """The tables moved on since the plan was made; make a new one."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a plan comes from, as its run keeps it."""

    source: str
    user: AbstractBaseUser | None = None
    commit: str = ""
    sources: bytes | None = None
    """The files, packed by `roadmap.importing.keeping`."""
    back_to: int | None = None
    """The run whose sources were imported anew."""


def apply(slug: str, plan: ImportPlan, origin: Origin) -> ImportRun | None:
    """Carry `plan` out on the roadmap `slug`, which is made if the plan is for a new one.

    Returns the run, None where nothing changed that people are told of. Raises StalePlan, with nothing changed, if the
    roadmap is not at the plan's version any more.
    """
    if plan.is_empty:
        return None
    with transaction.atomic():
        roadmap = _lock(slug, plan)
        return _Writer(roadmap, plan, timezone.now()).write(origin)


def _lock(slug: str, plan: ImportPlan) -> Roadmap:
    """Return the roadmap, its row locked until the transaction ends and its version raised."""
    created = False
    if plan.version is None:
        _, created = Roadmap.objects.get_or_create(slug=slug, defaults=plan.roadmap)
    roadmap = Roadmap.objects.select_for_update().filter(slug=slug).first()
    if roadmap is None or (not created and roadmap.version != plan.version):
        raise StalePlan(slug)
    for name, value in plan.roadmap.items():
        setattr(roadmap, name, value)
    roadmap.version += 1
    roadmap.checked_at = timezone.now()
    roadmap.save(update_fields=[*plan.roadmap, "version", "checked_at"])
    return roadmap


class _Writer:
    def __init__(self, roadmap: Roadmap, plan: ImportPlan, now: datetime) -> None:
        self.roadmap, self.plan, self.now = roadmap, plan, now
        self.pages: list[int] = []
        self.sections: list[int] = [0] * len(plan.sections)
        self.resources: list[int] = []

    def write(self, origin: Origin) -> ImportRun | None:
        self._retire()
        self._write_pages()
        self._write_sections()
        self._write_aliases()
        self._write_resources()
        self._write_listings()
        self._write_todos()
        self._write_answers()
        self.roadmap.entries.follow(self.roadmap.pk)
        if not self.plan.changes:
            return None
        run = ImportRun.objects.create(
            roadmap=self.roadmap,
            by_id=origin.user.pk if origin.user else None,
            source=origin.source,
            commit=origin.commit,
            sources=origin.sources,
            back_to_id=origin.back_to,
            version=self.roadmap.version,
            counts=self.plan.counts,
        )
        self._write_changes(run)
        self._drop_old_sources()
        return run

    def _retire(self) -> None:
        kinds: tuple[tuple[str, type[models.Model]], ...] = (
            ("todo", Todo),
            ("resource", Resource),
            ("section", Section),
            ("page", Page),
        )
        for kind, model in kinds:
            for some in _batches(self.plan.retired[kind]):
                model._default_manager.filter(pk__in=some).update(retired_at=self.now)
        for some in _batches(self.plan.dropped_listings):
            Listing.objects.filter(pk__in=some).delete()

    def _write_pages(self) -> None:
        self.pages = _write(Page, self.plan.pages, [{"roadmap_id": self.roadmap.pk} for _ in self.plan.pages])

    def _write_sections(self) -> None:
        """Parents first, so that children know their number; changed slugs make room (a swap breaks the index)."""
        parked = Concat(Value("\n"), Cast("pk", CharField()))
        for some in _batches(row.id for row in self.plan.sections if row.id and "slug" in row.values):
            Section.objects.filter(pk__in=some).update(slug=parked)
        waiting = list(range(len(self.plan.sections)))
        while waiting:
            ready = [number for number in waiting if self._parent_is_written(self.plan.sections[number])]
            rows = [self.plan.sections[number] for number in ready]
            links = [
                {
                    "page_id": self.pages[row.page or 0],
                    "parent_id": self.sections[row.parent] if row.parent is not None else None,
                }
                for row in rows
            ]
            for number, pk in zip(ready, _write(Section, rows, links), strict=True):
                self.sections[number] = pk
            done = set(ready)
            waiting = [number for number in waiting if number not in done]

    def _parent_is_written(self, row: PlannedRow) -> bool:
        return row.parent is None or bool(self.sections[row.parent])

    def _write_aliases(self) -> None:
        """Keep old addresses; one that something new has now is that one's."""
        if self.plan.version is None:
            return
        slugs = Section.objects.live().filter(page__roadmap=self.roadmap).values_list("page_id", "slug")
        live = set(slugs)
        old = SectionAlias.objects.filter(page__roadmap=self.roadmap).values_list("pk", "page_id", "slug")
        for some in _batches(pk for pk, page, slug in old if (page, slug) in live):
            SectionAlias.objects.filter(pk__in=some).delete()
        SectionAlias.objects.bulk_create(
            (
                SectionAlias(page_id=page, slug=slug, section_id=self.sections[number])
                for number, page, slug in self.plan.aliases
                if (page, slug) not in live
            ),
            update_conflicts=True,
            unique_fields=["page", "slug"],
            update_fields=["section"],
        )
        self._write_old_paths()

    def _write_old_paths(self) -> None:
        live = set(Page.objects.live().filter(roadmap=self.roadmap).values_list("path", flat=True))
        PageAlias.objects.filter(roadmap=self.roadmap, path__in=live).delete()
        PageAlias.objects.bulk_create(
            (
                PageAlias(roadmap=self.roadmap, path=path, page_id=self.pages[number])
                for number, path in self.plan.old_paths
                if path not in live
            ),
            update_conflicts=True,
            unique_fields=["roadmap", "path"],
            update_fields=["page"],
        )

    def _write_resources(self) -> None:
        links = [
            {"roadmap_id": self.roadmap.pk, "home_id": self.sections[row.parent or 0]} for row in self.plan.resources
        ]
        self.resources = _write(Resource, self.plan.resources, links)
        for some in _batches(row.id for row in self.plan.resources if row.id and "url" in row.values):
            Resource.objects.filter(pk__in=some).update(link=None)

    def _write_listings(self) -> None:
        links = [
            {"section_id": self.sections[row.parent or 0], "resource_id": self.resources[row.resource or 0]}
            for row in self.plan.listings
        ]
        _write(Listing, self.plan.listings, links)
        for listing, section in self.plan.rehomed_listings.items():
            Listing.objects.filter(pk=listing).update(section_id=self.sections[section])
            alone = Resource.objects.filter(listings=listing).exclude(listings__slot__isnull=False)
            alone.update(home_id=self.sections[section])

    def _write_todos(self) -> None:
        _write(Todo, self.plan.todos, [{"section_id": self.sections[row.parent or 0]} for row in self.plan.todos])

    def _write_answers(self) -> None:
        """Keep what was asked, and what an editor answered in the preview."""
        for each in self.plan.confirmed:
            aliases = [
                *(ResourceAlias(url_key=key, url=url) for key, url in each.urls.items()),
                *(ResourceAlias(title_key=key, title=title) for key, title in each.titles.items()),
            ]
            for alias in aliases:
                alias.roadmap, alias.resource_id = self.roadmap, each.row
            ResourceAlias.objects.bulk_create(aliases, ignore_conflicts=True)
        answers = [_answer(self.roadmap, each) for each in self.plan.confirmed]
        asked = [_proposal(self.roadmap, each, self.resources[each.resource]) for each in self.plan.proposals]
        Proposal.objects.bulk_create(
            [*answers, *asked],
            update_conflicts=True,
            unique_fields=["resource", "key"],
            update_fields=["answer", "found"],
        )

    def _drop_old_sources(self) -> None:
        kept = ImportRun.objects.filter(roadmap=self.roadmap, sources__isnull=False).order_by("-pk").values("pk")
        oldest = kept[settings.NOTES_KEPT_RUNS - 1 : settings.NOTES_KEPT_RUNS].values_list("pk", flat=True).first()
        if oldest:
            ImportRun.objects.filter(roadmap=self.roadmap, pk__lt=oldest).exclude(sources=None).update(sources=None)

    def _write_changes(self, run: ImportRun) -> None:
        sections = {
            "section": self.sections,
            "resource": [self.sections[row.parent or 0] for row in self.plan.resources],
        }
        sections["todo"] = [self.sections[row.parent or 0] for row in self.plan.todos]
        changes = []
        for change in self.plan.changes:
            made = Change(run=run, of=change.of, action=change.action, title=change.title, detail=change.detail)
            if change.row is not None and change.of in sections:
                made.section_id = sections[change.of][change.row]
            if change.of == "resource":
                made.resource_id = self.resources[change.row] if change.row is not None else change.retired_id
            elif change.of == "section" and change.retired_id:
                made.section_id = change.retired_id
            changes.append(made)
        Change.objects.bulk_create(changes, batch_size=BATCH)


def _answer(roadmap: Roadmap, planned: PlannedAlias) -> Proposal:
    return Proposal(
        roadmap=roadmap,
        resource_id=planned.row,
        key=planned.key,
        url=planned.url,
        title=planned.title,
        reason=planned.reason,
        answer=Proposal.Answer.CONFIRMED,
    )


def _proposal(roadmap: Roadmap, planned: PlannedProposal, found: int) -> Proposal:
    return Proposal(
        roadmap=roadmap,
        resource_id=planned.row,
        found_id=found,
        key=planned.key,
        url=planned.new_url,
        title=planned.new_title,
        reason=planned.reason,
        answer=planned.answer,
    )


def _write(model: type[Row], rows: list[PlannedRow], links: list[dict[str, Any]]) -> list[int]:
    """Insert the new rows and update the changed ones; return the primary key of each, in order."""
    new = [model(**_columns(row.values), **link) for row, link in zip(rows, links, strict=True) if row.id is None]
    model._default_manager.bulk_create(new, batch_size=BATCH)
    _update(model, [(row, link) for row, link in zip(rows, links, strict=True) if row.id is not None])
    made = iter(new)
    return [row.id if row.id is not None else next(made).pk for row in rows]


def _update(model: type[Row], rows: list[tuple[PlannedRow, dict[str, Any]]]) -> None:
    """Update rows in bulk, those with the same changed columns together, so that no other column is written."""
    by_columns: dict[tuple[str, ...], list[Row]] = {}
    for row, link in rows:
        columns = _columns(row.values) | (link if row.moved else {})
        if columns:
            by_columns.setdefault(tuple(sorted(columns)), []).append(model(pk=row.id, **columns))
    for names, objects in by_columns.items():
        fields = [name.removesuffix("_id") for name in names]
        model._default_manager.bulk_update(objects, fields, batch_size=BATCH)


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    columns = dict(values)
    if columns.pop("retired", None) is False:
        columns["retired_at"] = None
    return columns


def _batches(ids: Iterable[int]) -> Iterable[list[int]]:
    every = list(ids)
    return (every[start : start + BATCH] for start in range(0, len(every), BATCH))
