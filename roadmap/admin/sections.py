"""Sections: their text, which an editor may change as if it were written in the notes."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from roadmap.admin.base import LookOnlyAdmin, LookOnlyInline, admin_link, admin_url, site_link
from roadmap.admin.choosing import VIEW, SectionChoices
from roadmap.admin.comparing import differing
from roadmap.admin.filters import HoldsFilter, RetiredFilter, SectionRoadmapFilter, SectionWantsFilter
from roadmap.admin.typed import ModelForm
from roadmap.importing import section_edits
from roadmap.models import Listing, Section
from roadmap.reading import NotesError

LIVE_RESOURCES = Count("listings__resource", filter=Q(listings__resource__retired_at=None), distinct=True)


def place_on_site(section: Section) -> str | None:
    """Return where a section stands on the site; None where it does not any more."""
    return None if section.retired_at or section.page.retired_at else section.get_absolute_url()


def fingerprint(text: str) -> str:
    """Return what tells whether a text is still the one that an editor saw."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def settled_on(section: Section) -> str:
    """Return what tells whether the editor's text and the notes' are still those that an editor saw side by side."""
    return fingerprint(f"{section.source}\0{section.notes_source}")


class SectionForm(ModelForm[Section]):
    """A section's text as it stands in the page's file: a change is read like an import of the notes."""

    source = forms.CharField(
        strip=False,
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 24, "cols": 100, "class": "vLargeTextField notes-text", "spellcheck": "false"}
        ),
        help_text=_(
            "Markdown, as in the notes. It begins with its heading; further headings in it become sections of their"
            " own. Imports keep your change, and bring in what the notes change beside it."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Section
        fields = ("source",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].label = capfirst(gettext("text"))
        self.fields["seen"].initial = fingerprint(self.instance.source)

    def clean_source(self) -> str:
        """Return the text. Whether it is a section of its own is found out by reading the page with it."""
        text = str(self.cleaned_data["source"]).replace("\r\n", "\n")
        if text == self.before:
            return text
        try:
            section_edits.check(self.instance.pk, text)
        except NotesError as error:
            raise forms.ValidationError(gettext("This cannot be saved: %s.") % error) from None
        return text

    def clean(self) -> dict[str, Any]:
        """Return the values; what somebody else changed meanwhile is not overwritten unseen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        now = fingerprint(self.instance.source)
        if self.is_changed and self.data.get("seen") != now:
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["seen"] = now  # type: ignore[index]
            told = _(
                "Somebody changed this section while you were editing. Look at it in another tab; save again to put"
                " your text in its place."
            )
            self.add_error("source", told)
        return cleaned

    @property
    def before(self) -> str:
        """The text that stands, with the line ends of a browser."""
        return str(self.initial.get("source", "")).replace("\r\n", "\n").replace("\r", "\n")

    @property
    def is_changed(self) -> bool:
        """Whether the editor changed the text."""
        return bool(self.cleaned_data.get("source", self.before) != self.before)


class ListingsOfSection(LookOnlyInline):
    """What a section lists."""

    model = Listing
    fields = readonly_fields = ("label", "linked", "context", "from_where")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Listing]:
        """Return the rows with their resources."""
        return super().get_queryset(request).select_related("resource")

    @admin.display(description=_("resource"))
    def linked(self, listing: Listing) -> SafeString | str:
        """Which resource that is."""
        return admin_link(listing.resource)

    @admin.display(description=_("origin"))
    def from_where(self, listing: Listing) -> str:
        """Who put it there."""
        return gettext("added by hand") if listing.slot is None else gettext("from the notes")


@admin.register(Section)
class SectionAdmin(LookOnlyAdmin[Section]):
    """A heading and what stands under it."""

    form = SectionForm
    list_display = ("heading", "page", "resource_count", "origin", "is_live", "on_site")
    list_filter = (SectionRoadmapFilter, "page", RetiredFilter, HoldsFilter, SectionWantsFilter)
    list_select_related = ("page__roadmap",)
    search_fields = ("title", "slug", "source")
    list_per_page = 200
    readonly_fields = ("title", "above", "source_box", "slug", "retired_at", "differences", "settling")
    inlines = (ListingsOfSection,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Section]:
        """Return the rows with the number of their resources."""
        return super().get_queryset(request).annotate(live_resources=LIVE_RESOURCES)

    def get_fields(self, request: HttpRequest, obj: Section | None = None) -> Any:
        """Return the text as a field for those who may change it; what the notes say where that is something else."""
        text = ("source", "seen") if self.has_change_permission(request, obj) else ("source_box",)
        differs: tuple[str, ...] = ()
        if obj and obj.notes_source is not None:
            differs = ("settling",) if self.has_change_permission(request, obj) else ("differences",)
        return ("title", "above", *differs, *text, "slug", "retired_at")

    def has_change_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        """Change what stands on the site, for those with the right to."""
        may = bool(request.user.has_perm("roadmap.change_section"))
        return may and (obj is None or place_on_site(obj) is not None)

    def view_on_site(self, obj: Section) -> str | None:
        """Return its place on its page."""
        return place_on_site(obj)

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses, those of the select box for sections and of the buttons first."""
        view = self.admin_site.admin_view
        return [
            path("choose/", view(SectionChoices.as_view(admin_site=self.admin_site)), name=VIEW),
            path("<int:pk>/keep/", view(self.keep), name="roadmap_section_keep"),
            path("<int:pk>/take/", view(self.take), name="roadmap_section_take"),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Section, form: Any, change: bool) -> None:
        """Import the page with the new text."""
        if form.is_changed:
            section_edits.edit(obj.pk, form.cleaned_data["source"], self._user(request), form.initial["source"])

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Return the form's page. What somebody changed between its check and its end is found by a second check, which
        gives the text back."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except NotesError:
            return super().changeform_view(request, *args, **kwargs)

    @method_decorator(require_POST)
    def keep(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Keep mine”."""
        return self._settle(request, pk, lambda: section_edits.keep(pk), gettext("Your text is kept."))

    @method_decorator(require_POST)
    def take(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The button “Take the notes”, of a section by hand “Take it away”."""
        user = self._user(request)
        by_hand = Section.objects.filter(pk=pk, notes_source="").exists()
        done = gettext("The section is off the site.") if by_hand else gettext("The text is the notes’.")
        return self._settle(request, pk, lambda: section_edits.take_notes(pk, user), done)

    def _settle(self, request: HttpRequest, pk: int, act: Callable[[], object], done: str) -> HttpResponse:
        section = super().get_object(request, str(pk))
        if section is None:
            raise Http404
        if not request.user.has_perm("roadmap.change_section"):
            raise PermissionDenied
        if request.POST.get("shown", settled_on(section)) != settled_on(section):
            told = gettext("Nothing was changed: one of the texts is another by now. Look at them once more.")
            self.message_user(request, told, messages.WARNING)
            return redirect(admin_url(section))
        try:
            told = done if act() else ""
        except NotesError as error:
            self.message_user(request, str(error), messages.ERROR)
            return redirect(admin_url(section))
        if told:
            self.log_change(request, section, told)
            self.message_user(request, told, messages.SUCCESS)
        else:
            self.message_user(request, gettext("Nothing to do there."), messages.INFO)
        return redirect(admin_url(section))

    def _user(self, request: HttpRequest) -> Any:
        return request.user

    @admin.display(description=_("heading"))
    def heading(self, section: Section) -> SafeString:
        """Its title, set in as deep as it stands."""
        return format_html('<span class="depth-{}">{}</span>', min(section.depth, 5), section)

    @admin.display(description=pgettext_lazy("what there is", "resources"), ordering="live_resources")
    def resource_count(self, section: Section) -> int | str:
        """How many different resources it lists itself."""
        count: int = section.live_resources  # type: ignore[attr-defined]
        return count or ""

    @admin.display(description=_("edited"))
    def origin(self, section: Section) -> str:
        """Whether an editor made or changed it; a warning sign where the notes changed the same lines."""
        if section.notes_source is None:
            return ""
        words = gettext("added by hand") if section.notes_source == "" else gettext("edited")
        return f"{words} ⚠" if section.conflicts else words

    @admin.display(description=_("on the site"), boolean=True, ordering="retired_at")
    def is_live(self, section: Section) -> bool:
        """Whether it stands on the site."""
        return section.retired_at is None

    @admin.display(description=_("link"))
    def on_site(self, section: Section) -> SafeString | str:
        """A link to its place."""
        url = place_on_site(section)
        return site_link(url) if url else ""

    @admin.display(description=_("under"))
    def above(self, section: Section) -> SafeString | str:
        """The heading above it."""
        return admin_link(section.parent or section.page)

    @admin.display(description=_("source"))
    def source_box(self, section: Section) -> SafeString:
        """Its piece of the page, as it is written."""
        return format_html('<pre class="notes-source" tabindex="0">{}</pre>', section.source)

    @admin.display(description=_("the notes"))
    def differences(self, section: Section) -> str:
        """What an editor changed in what the notes say, and what the notes changed where there is a conflict."""
        return _differences(section)

    @admin.display(description=_("the notes"))
    def settling(self, section: Section) -> str:
        """The same with the buttons, for those who may press them."""
        return _differences(section, may_settle=True)


def _differences(section: Section, *, may_settle: bool = False) -> str:
    both, notes = section.conflicts.get("source", {}), section.notes_source or ""
    context = {
        "section": section,
        "conflict": bool(both),
        "notes": differing(both["base"], both["notes"]) if both else (),
        "mine": differing(both.get("base", notes), section.source),
        "settled_on": settled_on(section) if may_settle else "",
    }
    return render_to_string("admin/roadmap/section/_differences.html", context)
