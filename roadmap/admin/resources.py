"""Resources: what an editor mends, adds, retires and brings back."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Prefetch, ProtectedError, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import statistics
from accounts.holders import learners_of
from roadmap import editing
from roadmap.admin.base import admin_url, site_link
from roadmap.admin.filters import ChapterFilter, GradeFilter, OriginFilter, ResourceStateFilter, WantsFilter
from roadmap.admin.inlines import OtherUrls, PlacesByHand, PlacesInNotes
from roadmap.admin.link_acts import LinkActs
from roadmap.admin.links import LinksShown
from roadmap.admin.resource_forms import LABELS, LIST_IT_TOO, AddResourceForm, ResourceForm
from roadmap.models import Listing, Proposal, Resource, ResourceAlias
from roadmap.reading.links import is_web

LISTED = Listing.objects.select_related("section__page__roadmap").only(
    "resource", "section__title", "section__slug", "section__page__path", "section__page__position",
    "section__page__roadmap__slug",
)  # fmt: skip
IN_ORDER = ("section__page__position", "section__position", "position")


@admin.register(Resource)
class ResourceAdmin(LinksShown, LinkActs):
    """A resource; what an act does to it is in `roadmap.editing`."""

    form = ResourceForm
    list_display = ("title", "grade", "kind_name", "where", "host_name", "state", "changed", "on_site")
    list_filter = ("roadmap", ChapterFilter, GradeFilter, WantsFilter, "kind", ResourceStateFilter, OriginFilter)
    search_fields = ("title", "url", "description", "listings__label", "aliases__url", "=key")
    search_help_text = _("Title, URL, description, or how the notes label it")
    ordering = ("roadmap", "home__page__position", "home__position", "pk")
    list_select_related = ("roadmap", "link")
    list_per_page = 50
    readonly_fields = ("state", "asked", "link_shown", "link_acted_on", "roadmap", "key", "changed", "learners")
    inlines = (PlacesInNotes, PlacesByHand, OtherUrls)
    fieldsets_of_new: ClassVar[Any] = [(None, {"fields": AddResourceForm.field_order})]
    fieldsets = (
        (None, {"fields": ("state", "asked", "title", "url", "kind", "description")}),
        (_("Details"), {"fields": ("roadmap", "changed", "learners", "key"), "classes": ("collapse",)}),
    )

    # What is shown

    def get_queryset(self, request: HttpRequest) -> QuerySet[Resource]:
        """Return the rows with their places, for the list's columns."""
        places = Prefetch("listings", LISTED.order_by(*IN_ORDER), to_attr="places")
        return super().get_queryset(request).prefetch_related(places)

    def get_fieldsets(self, request: HttpRequest, obj: Resource | None = None) -> Any:
        """Return the fields, with a question that is open about it; for a new resource, what it needs."""
        if obj is None:
            return self.fieldsets_of_new
        (name, first), *others = super().get_fieldsets(request, obj)
        if not open_questions(obj).exists():
            first = first | {"fields": tuple(field for field in first["fields"] if field != "asked")}
        if is_web(obj.url):
            link = "link_acted_on" if self.has_change_permission(request, obj) else "link_shown"
            first = first | {"fields": (*first["fields"], link)}
        return [(name, first), *others]

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

    @admin.display(description=_("host"))
    def host_name(self, resource: Resource) -> str:
        """The host of its URL."""
        return resource.host

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

    @admin.display(description=_("question"))
    def asked(self, resource: Resource) -> str:
        """The open proposals about it."""
        proposals = open_questions(resource).select_related("resource", "found")
        return render_to_string(
            "admin/roadmap/resource/_questions.html", {"proposals": proposals, "resource": resource}
        )

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

    # What is deleted

    def has_delete_permission(self, request: HttpRequest, obj: Resource | None = None) -> bool:
        """Only what the notes have nothing to do with any more can be deleted, one at a time, and only while nobody
        has a mark on it; what they list would come back."""
        if obj is None or not editing.may_go(obj):
            return False
        return super().has_delete_permission(request, obj) and not editing.is_marked(obj)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Return what goes with a resource. Proposals about it go unasked. Raises ProtectedError where somebody has
        marked it since."""
        nested, counts, needed, protected = super().get_deleted_objects(objs, request)
        if protected:
            raise ProtectedError("marked meanwhile", set())
        return nested, counts, needed - {str(Proposal._meta.verbose_name)}, protected

    def delete_model(self, request: HttpRequest, obj: Resource) -> None:
        """Delete a resource on which there is no mark."""
        editing.delete(obj)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Delete a resource; say so where somebody has marked it in this moment, or the notes list it again."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except (ProtectedError, editing.StaleError):
            resource = Resource.objects.get(pk=object_id)
            told = why_it_stays(resource) or gettext("Nothing was deleted: somebody changed it just now. Try again.")
            self.message_user(request, told, messages.WARNING)
            return redirect(admin_url(resource))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a resource, with the reason why it cannot be deleted where it cannot."""
        context = {"why_it_stays": partial(self._why_it_stays, request, object_id)}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _why_it_stays(self, request: HttpRequest, object_id: str) -> str:
        resource = self.get_queryset(request).filter(pk=object_id).first()
        may = super().has_delete_permission(request, resource)
        return why_it_stays(resource) if may and isinstance(resource, Resource) else ""


def open_questions(resource: Resource) -> QuerySet[Proposal]:
    """Return the open proposals about a resource, as what has left the notes or as what is new in them."""
    return Proposal.objects.open().filter(Q(resource=resource) | Q(found=resource))


def why_it_stays(resource: Resource) -> str:
    """Return in a sentence why a resource can be retired and not deleted; empty where it can be deleted."""
    count = learners_of([resource.pk])[resource.pk]
    if count:
        return ngettext(
            "%(count)d learner has a mark on it, so it can be retired, not deleted.",
            "%(count)d learners have a mark on it, so it can be retired, not deleted.",
            count,
        ) % {"count": count}
    if editing.may_go(resource):
        return ""
    if resource.listings.exists():
        return gettext("The notes or an editor list it, so it can be retired, not deleted.")
    return gettext("An editor retired it. Bring it back first, then it can be deleted.")
