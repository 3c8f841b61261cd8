"""What lists can be narrowed by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts import broken
from accounts.holders import skipped
from roadmap import repairs
from roadmap.admin.chapters import chapters
from roadmap.models import Grade, Listing, Proposal, Resource, Roadmap
from roadmap.reading.outline import WARNINGS

ROADMAP = "roadmap__id__exact"
TWO_TITLES = "two-titles"
CALLED_BROKEN = "called-broken"
Choices = list[tuple[str, Any]]


class RowsFilter(admin.SimpleListFilter):
    """One question with a few answers, each of which narrows the list."""

    answers: ClassVar[dict[str, tuple[Any, Callable[[Any], Any]]]]
    """{value in the address: (what it is called, how it narrows a queryset)}."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Return the answers."""
        return [(value, name) for value, (name, _narrow) in self.answers.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that the chosen answer leaves."""
        answer = self.answers.get(self.value() or "")
        return answer[1](queryset) if answer else queryset


class RetiredFilter(RowsFilter):
    """For what comes from the notes alone."""

    title = _("state")
    parameter_name = "state"
    answers: ClassVar = {
        "live": (_("on the site"), lambda rows: rows.filter(retired_at=None)),
        "retired": (_("retired"), lambda rows: rows.exclude(retired_at=None)),
    }


class ResourceStateFilter(RowsFilter):
    """For what an editor may retire as well."""

    title = _("state")
    parameter_name = "state"
    answers: ClassVar = {
        "live": (_("on the site"), lambda rows: rows.filter(retired_at=None)),
        "retired": (_("retired"), lambda rows: rows.exclude(retired_at=None)),
        "by-editor": (_("retired by an editor"), lambda rows: rows.filter(retired_by_editor=True)),
        "left": (
            _("no longer in the notes"),
            lambda rows: rows.exclude(retired_at=None).filter(retired_by_editor=False),
        ),
    }


class OriginFilter(RowsFilter):
    """Where a resource and its words come from."""

    title = _("origin")
    parameter_name = "origin"
    answers: ClassVar = {
        "unedited": (
            _("from the notes, unedited"),
            lambda rows: rows.filter(imported__isnull=False).exclude(pk__in=Resource.objects.edited().values("pk")),
        ),
        "edited": (
            _("from the notes, edited"),
            lambda rows: rows.filter(pk__in=Resource.objects.edited().values("pk")),
        ),
        "by-hand": (_("added by hand"), lambda rows: rows.filter(imported__isnull=True)),
    }


class WantsFilter(RowsFilter):
    """What wants an editor's hand."""

    title = _("wants a hand")
    parameter_name = "wants"
    answers: ClassVar = {
        "url": (_("without URL"), lambda rows: rows.filter(url="").exclude(kind="task")),
        "conflicts": (_("with conflicts"), lambda rows: rows.exclude(conflicts={})),
        "skipped": (_("skipped by several"), lambda rows: rows.filter(pk__in=skipped().values("key"))),
        "dead": (_("with a dead link"), lambda rows: rows.filter(wanting()["dead"])),
        "failing": (_("with a link that has failed for long"), lambda rows: rows.filter(wanting()["failing"])),
        "moved": (_("with a link that moved"), lambda rows: rows.filter(wanting()["moved"])),
    }


def wanting() -> dict[str, Q]:
    """Return of which resources the link wants a hand by now: by answers of WantsFilter, and CALLED_BROKEN."""
    called = Q(link__in=broken.open_reports().values("link"))
    return repairs.wanting(timezone.now()) | {CALLED_BROKEN: called}


def _graded(grade: Grade) -> tuple[Any, Callable[[Any], Any]]:
    return grade.label, lambda rows: rows.filter(link__grade=grade)


class GradeFilter(RowsFilter):
    """How the link of a resource is."""

    title = _("health of the link")
    parameter_name = "grade"
    answers: ClassVar = {
        **{grade.value: _graded(grade) for grade in Grade},
        "unchecked": (
            _("not checked yet"),
            lambda rows: rows.exclude(url="").filter(Q(link=None) | Q(link__grade="")),
        ),
        CALLED_BROKEN: (_("called broken by learners"), lambda rows: rows.filter(wanting()[CALLED_BROKEN])),
    }


class SectionWantsFilter(RowsFilter):
    """For sections."""

    title = _("wants a hand")
    parameter_name = "wants"
    answers: ClassVar = {"conflicts": (_("with conflicts"), lambda rows: rows.exclude(conflicts={}))}


class AnswerFilter(RowsFilter):
    """For proposals, of which the open ones are shown first."""

    title = _("answer")
    parameter_name = "answer"
    answers: ClassVar = {
        "open": (_("not answered yet"), lambda rows: rows.open()),
        "confirmed": (Proposal.Answer.CONFIRMED.label, lambda rows: rows.filter(answer=Proposal.Answer.CONFIRMED)),
        "refused": (Proposal.Answer.REFUSED.label, lambda rows: rows.filter(answer=Proposal.Answer.REFUSED)),
        "all": (_("all"), lambda rows: rows),
    }

    def value(self) -> str:
        """Return the chosen answer."""
        chosen = super().value()
        return chosen if chosen in self.answers else "open"

    def choices(self, changelist: Any) -> Any:
        """Yield the answers, without Django's own “All”."""
        every = super().choices(changelist)
        next(every)
        return every


class PlacedFilter(RowsFilter):
    """For listings: who put them there."""

    title = _("origin")
    parameter_name = "origin"
    answers: ClassVar = {
        "notes": (_("from the notes"), lambda rows: rows.exclude(slot=None)),
        "by-hand": (_("added by hand"), lambda rows: rows.filter(slot=None)),
    }


class DoneFilter(RowsFilter):
    """For the author's own TODOs."""

    title = _("done")
    parameter_name = "done"
    answers: ClassVar = {
        "yes": (_("done"), lambda rows: rows.filter(done=True)),
        "no": (_("not done"), lambda rows: rows.filter(done=False)),
    }


def warned_of(pages: QuerySet[Any], codes: Iterable[str]) -> QuerySet[Any]:
    """Return the pages with a warning of one of `codes`. Not every database can look into JSON, so its text is
    searched; what stands in quotes within a text has a backslash before the quote."""
    said = Q()
    for code in codes:
        said |= Q(warnings_text__contains=f'"{code}"')
    found: QuerySet[Any] = pages.alias(warnings_text=Cast("warnings", TextField())).filter(said)
    return found


class WarningsFilter(RowsFilter):
    """For pages."""

    title = _("warnings")
    parameter_name = "warnings"
    answers: ClassVar = {
        "some": (_("with warnings"), lambda rows: rows.exclude(warnings=[])),
        TWO_TITLES: (_("one URL under two titles"), lambda rows: warned_of(rows, [TWO_TITLES])),
        "other": (_("with other warnings"), lambda rows: warned_of(rows, set(WARNINGS) - {TWO_TITLES})),
        "none": (_("without warnings"), lambda rows: rows.filter(warnings=[])),
    }


class HoldsFilter(RowsFilter):
    """For sections."""

    title = pgettext_lazy("what there is", "resources")
    parameter_name = "resources"
    answers: ClassVar = {
        "some": (
            _("with resources"),
            lambda rows: rows.filter(pk__in=Listing.objects.filter(resource__retired_at=None).values("section")),
        ),
        "none": (
            _("without resources"),
            lambda rows: rows.exclude(pk__in=Listing.objects.filter(resource__retired_at=None).values("section")),
        ),
    }


class ChapterFilter(admin.SimpleListFilter):
    """The chapters of the roadmap that the list is narrowed to, else of all."""

    title = _("chapter")
    parameter_name = "chapter"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Return the chapters; with their roadmaps' titles where there are several."""
        chosen = request.GET.get(ROADMAP, "")
        found = chapters(int(chosen) if chosen.isdecimal() else None)
        several = len({chapter.section.page.roadmap_id for chapter in found}) > 1
        self.sections = {str(chapter.section.pk): chapter.sections for chapter in found}
        return [
            (
                str(chapter.section.pk),
                f"{chapter.section.page.roadmap} · {chapter.section}" if several else str(chapter.section),
            )
            for chapter in found
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the resources that stand in the chosen chapter."""
        sections = self.sections.get(self.value() or "")
        if sections is None:
            return queryset
        return queryset.filter(pk__in=Listing.objects.filter(section__in=sections).values("resource"))


class RoadmapFilter(admin.SimpleListFilter):
    """The roadmap of rows that have none of their own; `through` leads there."""

    title = _("roadmap")
    parameter_name = "roadmap"
    through: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        """Return the roadmaps, none where there is but one: Django then hides the filter."""
        found = [(str(pk), title) for pk, title in Roadmap.objects.values_list("pk", "title")]
        return found if len(found) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen roadmap."""
        value = self.value() or ""
        return queryset.filter(Q(**{self.through: int(value)})) if value.isdecimal() else queryset


class SectionRoadmapFilter(RoadmapFilter):
    """For sections."""

    through = "page__roadmap"


class InSectionRoadmapFilter(RoadmapFilter):
    """For what stands in a section."""

    through = "section__page__roadmap"
