"""Resources: what an editor mends, adds, retires and brings back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import statistics
from roadmap import editing
from roadmap.admin.base import admin_url, site_link
from roadmap.admin.filters import ChapterFilter, OriginFilter, ResourceStateFilter, WantsFilter
from roadmap.admin.inlines import OtherUrls, PlacesByHand, PlacesInNotes
from roadmap.admin.resource_forms import LABELS, LIST_IT_TOO, AddResourceForm, ResourceForm, wordings
from roadmap.admin.typed import ModelAdmin
from roadmap.models import Listing, Resource, ResourceAlias

LISTED = Listing.objects.select_related("section__page__roadmap").only(
    "resource", "section__title", "section__slug", "section__page__path", "section__page__position",
    "section__page__roadmap__slug",
)  # fmt: skip
Act = Callable[[HttpRequest, Iterable[Resource]], None]
IN_ORDER = ("section__page__position", "section__position", "position")


@admin.register(Resource)
class ResourceAdmin(ModelAdmin[Resource]):
    """A resource; what an act does to it is in `roadmap.editing`."""

    form = ResourceForm
    list_display = ("title", "kind_name", "where", "host", "state", "changed", "on_site")
    list_filter = ("roadmap", ChapterFilter, "kind", ResourceStateFilter, OriginFilter, WantsFilter)
    search_fields = ("title", "url", "description", "listings__label", "aliases__url", "=key")
    search_help_text = _("Title, URL, description, or how the notes label it")
    ordering = ("roadmap", "home__page__position", "home__position", "pk")
    list_select_related = ("roadmap",)
    list_per_page = 50
    readonly_fields = ("state", "roadmap", "key", "changed", "learners")
    actions = ("retire_selected", "bring_back_selected", "reset_selected")
    inlines = (PlacesInNotes, PlacesByHand, OtherUrls)
    fieldsets_of_new: ClassVar[Any] = [(None, {"fields": AddResourceForm.field_order})]
    fieldsets = (
        (None, {"fields": ("state", "title", "url", "kind", "description")}),
        (_("Details"), {"fields": ("roadmap", "changed", "learners", "key"), "classes": ("collapse",)}),
    )

    # What is shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        """Return the rows with their places, for the list's columns."""
        places = Prefetch("listings", LISTED.order_by(*IN_ORDER), to_attr="places")
        return super().get_queryset(request).prefetch_related(places)

    def get_fieldsets(self, request: HttpRequest, obj: Resource | None = None) -> Any:
        """Return the fields; for a new resource, what it needs."""
        return super().get_fieldsets(request, obj) if obj else self.fieldsets_of_new

    def get_readonly_fields(self, request: HttpRequest, obj: Resource | None = None) -> Any:
        """Return what is not typed; a new resource has none of it."""
        return super().get_readonly_fields(request, obj) if obj else ()

    def get_form(self, request: HttpRequest, obj: Resource | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form; for a new resource, one that asks for its section."""
        if obj is None:
            kwargs["form"] = AddResourceForm
        return super().get_form(request, obj, change, **kwargs)

    def get_inlines(self, request: HttpRequest, obj: Resource | None) -> Any:
        """Return what stands below; a new resource has no places yet, and one added by hand none in the notes."""
        if obj is None:
            return ()
        return [inline for inline in self.inlines if not (obj.by_hand and inline is PlacesInNotes)]

    def view_on_site(self, obj: Resource) -> str | None:
        """Return where it stands on the site."""
        return None if obj.retired_at else obj.get_absolute_url()

    @admin.display(description=_("kind"), ordering="kind")
    def kind_name(self, resource: Resource) -> str:
        """What sort of thing it is."""
        return resource.get_kind_display()

    @admin.display(description=_("section"))
    def where(self, resource: Resource) -> str:
        """The first section it stands in, and in how many more."""
        places: list[Listing] = resource.places  # type: ignore[attr-defined]
        more = len({place.section_id for place in places}) - 1
        return (str(places[0].section) + (f" +{more}" if more > 0 else "")) if places else ""

    @admin.display(description=_("state"))
    def state(self, resource: Resource) -> str:
        """Where it comes from, and whether it stands on the site."""
        if resource.retired_at and resource.retired_by_editor:
            return gettext("retired by an editor")
        if resource.retired_at:
            return gettext("retired: no longer in the notes")
        return gettext("added by hand") if resource.by_hand else gettext("from the notes")

    @admin.display(description=_("edited"))
    def changed(self, resource: Resource) -> str:
        """The names of the fields that an editor changed; a warning sign at those that the notes changed too."""
        names = [(name, str(LABELS[name])) for name in resource.edited_fields]
        return ", ".join(f"{words} ⚠" if name in resource.conflicts else words for name, words in names)

    @admin.display(description=_("learners"))
    def learners(self, resource: Resource) -> str:
        """How many have it in which state."""
        return statistics.in_words(resource.progress)

    @admin.display(description=_("on the site"))
    def on_site(self, resource: Resource) -> SafeString | str:
        """A link to where it stands."""
        places: list[Listing] = resource.places  # type: ignore[attr-defined]
        if resource.retired_at or not places:
            return ""
        return site_link(f"{places[0].section.page.get_absolute_url()}#R-{resource.key}")

    # What is saved

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Resource | None:
        """Return the row; one that is to be changed as it stands once nobody else can change it."""
        resource = super().get_object(request, object_id, from_field)
        if resource and request.method == "POST":
            editing.lock([resource.roadmap_id])
            resource.refresh_from_db()
        return resource

    def save_model(self, request: HttpRequest, obj: Resource, form: Any, change: bool) -> None:
        """Save what was typed, and no other field."""
        if change:
            editing.edit(obj, {name: form.cleaned_data[name] for name in form.changed_data})
        elif form.existing:
            editing.place(Listing(resource=obj, section=form.cleaned_data["section"]))
        else:
            editing.add(obj, form.cleaned_data["section"])

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save places and other URLs."""
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            row.delete()
        for row in rows:
            if isinstance(row, ResourceAlias):
                editing.save_alias(row)
            else:
                editing.place(row)
        if formset.deleted_objects:
            formset.instance.roadmap.touch()

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what stands below; a resource that then stands nowhere is retired."""
        super().save_related(request, form, formsets, change)
        gone = any(formset.deleted_objects for formset in formsets)
        if gone and editing.retire_if_nowhere(form.instance):
            told = gettext("It stands nowhere now, so it is retired until it is listed again.")
            self.message_user(request, told, messages.WARNING)

    def response_add(self, request: HttpRequest, obj: Resource, post_url_continue: str | None = None) -> HttpResponse:
        """Say what was done; what was only listed is shown with all its places."""
        if LIST_IT_TOO not in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, gettext("“%(title)s” is listed there too.") % {"title": obj}, messages.SUCCESS)
        return redirect(admin_url(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Resource | None = None) -> bool:
        """Only what was added by hand can be deleted, one at a time, and only while nobody has a mark on it; what came
        from the notes would come back."""
        if obj is None or not obj.by_hand:
            return False
        return super().has_delete_permission(request, obj) and not editing.is_marked(obj)

    def delete_model(self, request: HttpRequest, obj: Resource) -> None:
        """Delete what was added by hand."""
        editing.delete(obj)

    # Buttons and actions

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses, those of the buttons first."""
        acts: dict[str, Callable[..., HttpResponse]] = {
            "retire": self.retire_one,
            "bring-back": self.bring_back_one,
            "reset": self.reset_one,
        }
        own = [
            path(f"<int:pk>/{act}/", self.admin_site.admin_view(view), name=f"roadmap_resource_{act}")
            for act, view in acts.items()
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

    def _one(
        self, request: HttpRequest, pk: int, act: Callable[[HttpRequest, Iterable[Resource]], None]
    ) -> HttpResponse:
        resource = super().get_object(request, str(pk))
        if resource is None:
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

    def _log(self, request: HttpRequest, told: Iterable[tuple[Resource, str]]) -> None:
        for resource, words in told:
            self.log_change(request, resource, words)

    def _tell(self, request: HttpRequest, done: Iterable[Any], told: str) -> None:
        count = len(list(done))
        if count:
            self.message_user(request, told % {"count": count}, messages.SUCCESS)
        else:
            self.message_user(request, gettext("Nothing to do there."), messages.INFO)
