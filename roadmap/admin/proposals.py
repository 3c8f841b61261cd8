"""Proposals: is what is new in the notes the same as what has left them? An editor says."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.encoding import uri_to_iri
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import uniting
from accounts.holders import learners_of
from roadmap import answering
from roadmap.admin.base import LookOnlyAdmin
from roadmap.admin.comparing import marked
from roadmap.admin.filters import AnswerFilter
from roadmap.admin.resource_forms import wordings
from roadmap.models import Proposal, Resource
from roadmap.reading.links import is_web

LONG = [
    f"{which}{name}"
    for which in ("resource__", "found__")
    for name in ("description", "description_html", "home__source", "home__body_html", "home__notes_source")
]
"""What is not shown and may be long."""
RIGHTS = ("roadmap.change_proposal", "roadmap.change_resource")
"""What who answers must have."""


class Proposals(ChangeList):
    """A page of proposals, which knows how many learners have marks on what is asked about."""

    def get_results(self, request: HttpRequest) -> None:
        """Read the page's rows, and the numbers in a fixed number of queries."""
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        counts = learners_of({pk for row in rows for pk in (row.resource_id, row.found_id) if pk})
        for row in rows:
            row.counts = counts
        self.result_list = rows


@admin.register(Proposal)
class ProposalAdmin(LookOnlyAdmin[Proposal]):
    """A question to the editors, and its two answers."""

    list_display = ("left", "new", "reason", "answers")
    list_display_links = ("reason",)
    list_filter = (AnswerFilter, "roadmap", "reason")
    list_per_page = 50
    search_fields = ("title", "url", "resource__title", "resource__url")
    fields = readonly_fields = ("left", "new", "reason", "answers", "roadmap", "at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        """Return the rows with both resources and the sections they stand in."""
        both = super().get_queryset(request).select_related("roadmap", "resource__home__page", "found__home__page")
        return both.defer(*LONG).annotate(answerable=Value(request.user.has_perms(RIGHTS)))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return what makes a page of the list."""
        return Proposals

    @admin.display(description=_("what has left the notes"))
    def left(self, proposal: Proposal) -> str:
        """The old resource: title, URL, where it stood last, how many have marks on it."""
        old = proposal.resource
        return self._shown(proposal, old, SafeString(""), old.title, old.url)

    @admin.display(description=_("what is new in the notes"))
    def new(self, proposal: Proposal) -> str:
        """The new one; what differs in its title is marked."""
        title, url = proposal.title, proposal.url
        if proposal.found:
            title, url = proposal.found.title, proposal.found.url
        return self._shown(proposal, proposal.found, marked(proposal.resource.title, title), title, url)

    def _shown(
        self, proposal: Proposal, resource: Resource | None, title_html: SafeString, title: str, url: str
    ) -> str:
        counts = getattr(proposal, "counts", None)
        if counts is None:
            counts = learners_of([pk for pk in (proposal.resource_id, proposal.found_id) if pk])
        context = {
            "resource": resource,
            "title": title_html or title,
            "url": url,
            "readable": uri_to_iri(url),
            "is_web": is_web(url),
            "home": resource.home if resource else None,
            "learners": counts[resource.pk] if resource else None,
        }
        return render_to_string("admin/roadmap/proposal/_side.html", context)

    @admin.display(description=_("answer"))
    def answers(self, proposal: Proposal) -> str:
        """The answer, or the two buttons."""
        said = proposal.get_answer_display() if proposal.answer else ""
        context = {"proposal": proposal, "said": said, "answerable": proposal.answerable}  # type: ignore[attr-defined]
        return render_to_string("admin/roadmap/proposal/_answers.html", context)

    # What is answered

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses, those of the buttons first."""
        acts = {"same": self.confirm_one, "not-same": self.refuse_one}
        own = [
            path(f"<int:pk>/{act}/", self.admin_site.admin_view(view), name=f"roadmap_proposal_{act}")
            for act, view in acts.items()
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def confirm_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “The same”."""
        proposal = self._asked(request, pk)
        title, url, lost = proposal.title, proposal.url, _lost(proposal)
        try:
            resource = answering.confirm(proposal, uniting.unite)
        except tuple(self.refusals) as refusal:
            return self._say(request, self.refusals[type(refusal)], messages.WARNING)
        words = gettext("Made one with “%(title)s” (%(url)s).") % {"title": title, "url": url or "–"}
        if lost:
            words += " " + gettext("Of an editor's words there these went: %s") % wordings(lost)
        rows: tuple[Any, ...] = (proposal, resource)
        for row in rows:
            self.log_change(request, row, words)
        told = gettext("They are one: “%(title)s” has the marks of both.") % {"title": resource}
        return self._say(request, told, messages.SUCCESS)

    @method_decorator(require_POST)
    def refuse_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Not the same”."""
        proposal = self._asked(request, pk)
        try:
            answering.refuse(proposal)
        except tuple(self.refusals) as refusal:
            return self._say(request, self.refusals[type(refusal)], messages.WARNING)
        self.log_change(request, proposal, gettext("Not the same."))
        return self._say(request, gettext("Not the same: this is not asked again."), messages.SUCCESS)

    refusals: ClassVar[dict[type[Exception], Promise]] = {
        answering.AnsweredError: _("Nothing was changed: this has been answered already."),
        answering.ThereAgainError: _(
            "Nothing was changed: what had left the notes stands in them again, so the two are not the same."
        ),
        answering.GoneError: _("Nothing was changed: one of the two is not there any more."),
        uniting.Busy: _("Nothing was changed: learners are marking it just now. Try again in a moment."),
    }

    def _asked(self, request: HttpRequest, pk: int) -> Proposal:
        if not request.user.has_perms(RIGHTS):
            raise PermissionDenied
        found: Proposal = get_object_or_404(Proposal.objects.select_related("resource", "found"), pk=pk)
        return found

    def _say(self, request: HttpRequest, told: str | Promise, level: int) -> HttpResponse:
        self.message_user(request, str(told), level)
        return redirect("admin:roadmap_proposal_changelist")


def _lost(proposal: Proposal) -> dict[str, str]:
    """Return what an editor wrote of the new resource and of the old one too: the old one's words stay."""
    old, new = proposal.resource, proposal.found
    if new is None:
        return {}
    both = [name for name in new.edited_fields if name in old.edited_fields]
    return {name: getattr(new, name) for name in both if getattr(new, name) != getattr(old, name)}
