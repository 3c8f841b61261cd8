"""What an editor does about the links of resources with a button on their page or an action on their list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import broken
from roadmap import editing, repairs
from roadmap.admin.base import admin_link
from roadmap.admin.resource_acts import ResourceActs
from roadmap.models import Resource

QuerySet = models.QuerySet[Resource]
MOST_NAMED = 10
"""So many resources are named in one message."""


class LinkActs(ResourceActs):
    """The buttons and the actions; what each does is in `roadmap.repairs`."""

    actions: tuple[str, ...] = (
        *ResourceActs.actions,
        "take_over_selected",
        "take_copies_selected",
        "leave_links_selected",
        "check_soon_selected",
    )

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses, those of the buttons first."""
        acts: dict[str, Callable[..., HttpResponse]] = {
            "take-over": self.take_over_one,
            "take-copy": self.take_copy_one,
            "leave-link": self.leave_link_one,
            "check-soon": self.check_soon_one,
        }
        view = self.admin_site.admin_view
        own = [path(f"<int:pk>/{act}/", view(each), name=f"roadmap_resource_{act}") for act, each in acts.items()]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def take_over_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Take over the new address”."""
        return self._one(request, pk, self._take_over)

    @method_decorator(require_POST)
    def take_copy_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Take the Internet Archive’s copy”."""
        return self._one(request, pk, self._take_copies)

    @method_decorator(require_POST)
    def leave_link_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Leave as it is”."""
        return self._one(request, pk, self._leave)

    @method_decorator(require_POST)
    def check_soon_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Check again soon”."""
        return self._one(request, pk, self._check_soon)

    @admin.action(description=_("Take over where links moved to"), permissions=["change"])
    def take_over_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take over the new addresses of the chosen."""
        self._take_over(request, queryset)

    @admin.action(description=_("Take the Internet Archive’s copies of broken links"), permissions=["change"])
    def take_copies_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take the copies of the chosen."""
        self._take_copies(request, queryset)

    @admin.action(description=_("Leave links as they are"), permissions=["change"])
    def leave_links_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Put aside what is found of the links of the chosen."""
        self._leave(request, queryset)

    @admin.action(description=_("Check links again soon"), permissions=["change"])
    def check_soon_selected(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Bring the check of the chosen forward."""
        self._check_soon(request, queryset)

    def _take_over(self, request: HttpRequest, resources: Iterable[Resource]) -> None:
        words = gettext("The new address of the link was taken over: “%(before)s” became “%(url)s”.")
        self._repair(request, resources, repairs.moved_to, words)

    def _take_copies(self, request: HttpRequest, resources: Iterable[Resource]) -> None:
        words = gettext("The Internet Archive’s copy was taken: “%(before)s” became “%(url)s”.")
        self._repair(request, resources, repairs.archived, words)

    def _repair(self, request: HttpRequest, resources: Iterable[Resource], offer: repairs.Offer, words: str) -> None:
        try:
            found = repairs.repair(resources, offer, request.POST.get("shown"))
        except editing.StaleError:
            return self._is_stale(request)
        logs = [(each.resource, words % {"before": each.before, "url": each.resource.url}) for each in found.done]
        self._log(request, logs)
        told = ngettext("%(count)d resource has another URL.", "%(count)d resources have other URLs.", len(found.done))
        if found.done or not found.taken:
            self._tell(request, found.done, told)
        told = gettext("Nothing was changed where another resource has the new URL already:")
        self._name(request, told, found.taken)
        told = gettext("Another resource has the new URL too, so an export leaves it out:")
        self._name(request, told, [(each.resource, each.owner) for each in found.done if each.owner])
        return None

    def _leave(self, request: HttpRequest, resources: Iterable[Resource]) -> None:
        try:
            done = repairs.leave(resources, broken.close, request.POST.get("shown"))
        except editing.StaleError:
            return self._is_stale(request)
        self._log(request, [(each, gettext("The link was left as it is.")) for each in done])
        told = ngettext(
            "%(count)d link is left as it is until something else is found.",
            "%(count)d links are left as they are until something else is found.",
            len(done),
        )
        return self._tell(request, done, told)

    def _check_soon(self, request: HttpRequest, resources: Iterable[Resource]) -> None:
        done = repairs.hurry(resources)
        self._log(request, [(each, gettext("The next check of the link was brought forward.")) for each in done])
        told = ngettext(
            "The next check asks for %(count)d link.", "The next check asks for %(count)d links.", len(done)
        )
        self._tell(request, done, told)

    def _is_stale(self, request: HttpRequest) -> None:
        told = gettext("Nothing was changed: something else is found of the link by now. Look at it once more.")
        self.message_user(request, told, messages.WARNING)

    def _name(self, request: HttpRequest, told: str, pairs: Sequence[tuple[Resource, Any]]) -> None:
        """Tell of resources, each with the one that has the URL."""
        if pairs:
            links = [(admin_link(row), admin_link(owner)) for row, owner in pairs[:MOST_NAMED]]
            named = format_html_join(", ", "{} ({})", links)
            more = " …" if len(pairs) > MOST_NAMED else ""
            self.message_user(request, format_html("{} {}{}", told, named, more), messages.WARNING)
