"""What an editor does to resources with a button on their page or an action on their list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from roadmap import editing
from roadmap.admin.base import admin_url
from roadmap.admin.resource_forms import wordings
from roadmap.admin.typed import ModelAdmin
from roadmap.models import Resource

KEEP, TAKE = "keep-mine", "take-notes"


class ResourceActs(ModelAdmin[Resource]):
    """The buttons and the actions; what each does is in `roadmap.editing`."""

    actions: tuple[str, ...] = ("retire_selected", "bring_back_selected", "reset_selected")

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses, those of the buttons first."""
        acts: dict[str, Callable[..., HttpResponse]] = {
            "retire": self.retire_one,
            "bring-back": self.bring_back_one,
            "reset": self.reset_one,
        }
        settle = self.admin_site.admin_view(self.settle_one)
        own = [
            *(
                path(f"<int:pk>/{act}/", self.admin_site.admin_view(view), name=f"roadmap_resource_{act}")
                for act, view in acts.items()
            ),
            *(
                path(f"<int:pk>/{act}/<slug:field>/", settle, {"take_notes": act == TAKE}, f"roadmap_resource_{act}")
                for act in (KEEP, TAKE)
            ),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(require_POST)
    def retire_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Retire”."""
        return self._one(request, pk, self._retire)

    @method_decorator(require_POST)
    def bring_back_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Bring back”."""
        return self._one(request, pk, self._bring_back)

    @method_decorator(require_POST)
    def reset_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Reset to the notes”."""
        return self._one(request, pk, self._reset)

    @method_decorator(require_POST)
    def settle_one(self, request: HttpRequest, pk: int, field: str, take_notes: bool) -> HttpResponse:
        """The buttons “Keep mine” and “Take the notes”."""
        return self._one(request, pk, lambda request, found: self._settle(request, found[0], field, take_notes))

    @admin.action(description=_("Retire"), permissions=["change"])
    def retire_selected(self, request: HttpRequest, queryset: QuerySet[Resource]) -> None:
        """Retire the chosen."""
        self._retire(request, queryset)

    @admin.action(description=_("Bring back"), permissions=["change"])
    def bring_back_selected(self, request: HttpRequest, queryset: QuerySet[Resource]) -> None:
        """Bring the chosen back."""
        self._bring_back(request, queryset)

    @admin.action(description=_("Reset to the notes"), permissions=["change"])
    def reset_selected(self, request: HttpRequest, queryset: QuerySet[Resource]) -> None:
        """Reset the chosen."""
        self._reset(request, queryset)

    def _one(self, request: HttpRequest, pk: int, act: Callable[[HttpRequest, list[Resource]], None]) -> HttpResponse:
        resource = Resource.objects.filter(pk=pk).first()
        if not isinstance(resource, Resource):
            raise Http404
        if not self.has_change_permission(request, resource):
            raise PermissionDenied
        act(request, [resource])
        return redirect(admin_url(resource))

    def _retire(self, request: HttpRequest, resources: Iterable[Resource]) -> None:
        done = editing.retire(resources)
        self._log(request, [(resource, gettext("Retired.")) for resource in done])
        self._tell(
            request, done, ngettext("%(count)d resource is retired.", "%(count)d resources are retired.", len(done))
        )

    def _bring_back(self, request: HttpRequest, resources: Iterable[Resource]) -> None:
        back, waiting = editing.bring_back(resources)
        self._log(request, [(resource, gettext("Brought back.")) for resource in [*back, *waiting]])
        told = ngettext("%(count)d resource is back.", "%(count)d resources are back.", len(back))
        if back or not waiting:
            self._tell(request, back, told)
        for resource in waiting:
            told = gettext("“%(title)s” has left the notes: it is back once they, or you below, list it in a section.")
            self.message_user(request, told % {"title": resource}, messages.WARNING)

    def _reset(self, request: HttpRequest, resources: Iterable[Resource]) -> None:
        done = editing.reset(resources)
        logs = [(resource, gettext("Reset to the notes; it was: %s") % wordings(lost)) for resource, lost in done]
        self._log(request, logs)
        told = ngettext(
            "%(count)d resource is as the notes have it.", "%(count)d resources are as the notes have it.", len(done)
        )
        self._tell(request, done, told)

    def _settle(self, request: HttpRequest, resource: Resource, field: str, take_notes: bool) -> None:
        mine = getattr(resource, field, "")
        try:
            done = editing.settle(resource, field, take_notes, request.POST.get("shown", ""))
        except editing.StaleError:
            told = gettext("Nothing was changed: one of the values is another by now. Look at them once more.")
            return self.message_user(request, told, messages.WARNING)
        if not done:
            told = gettext("Nothing was changed: there is no conflict about this any more.")
            return self.message_user(request, told, messages.INFO)
        if take_notes:
            told = gettext("Settled: it is as the notes have it.")
            words = gettext("Conflict settled with the notes; it was: %s")
        else:
            told = gettext("Settled: yours stays.")
            words = gettext("Conflict settled against the notes: %s")
        self.log_change(request, resource, words % wordings({field: mine}))
        return self.message_user(request, told, messages.SUCCESS)

    def _log(self, request: HttpRequest, told: Iterable[tuple[Resource, str]]) -> None:
        for resource, words in told:
            self.log_change(request, resource, words)

    def _tell(self, request: HttpRequest, done: Iterable[Any], told: str) -> None:
        count = len(list(done))
        if count:
            self.message_user(request, told % {"count": count}, messages.SUCCESS)
        else:
            self.message_user(request, gettext("Nothing to do there."), messages.INFO)
