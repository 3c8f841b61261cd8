"""What an editor may type for a resource, and what is wrong with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadmap import editing
from roadmap.admin.base import CarefulForm, admin_link
from roadmap.admin.choosing import SectionField
from roadmap.admin.comparing import marked, shown
from roadmap.admin.typed import BaseInlineFormSet, ModelForm
from roadmap.models import IMPORTED_FIELDS, Kind, Listing, Resource, ResourceAlias, Section
from roadmap.reading.links import is_typable, kind_of, url_key

LIST_IT_TOO = "_list_it_too"
WIDGETS = {
    "title": AdminTextInputWidget(attrs={"class": "vLargeTextField"}),
    "url": AdminTextInputWidget(attrs={"class": "vLargeTextField", "inputmode": "url"}),
    "description": AdminTextareaWidget(attrs={"rows": 5}),
}
LABELS = {field.name: field.verbose_name for field in Resource._meta.fields}


class Text(forms.CharField):
    """A text of several lines; browsers end them in another way than files do."""

    def to_python(self, value: Any) -> Any:
        """Return the text with plain line ends."""
        return str(super().to_python(value)).replace("\r\n", "\n")


def checked_url(url: str) -> str:
    """Return `url`. Raises ValidationError for what no browser could follow, or should not."""
    if url and not is_typable(url):
        raise ValidationError(_("Enter a whole web address that begins with http:// or https:// and holds no spaces."))
    return url


def taken(owner: Resource) -> SafeString:
    """Return the sentence that says whose URL it is."""
    told = _("The retired resource %s has this URL already.") if owner.retired_at else _("%s has this URL already.")
    return format_html(told.replace("%s", "{}"), admin_link(owner, f"“{owner}”"))


class ResourceForm(CarefulForm[Resource]):
    """Changes a resource. Beside each field stands what the notes say, where that differs."""

    class Meta:
        model = Resource
        fields = IMPORTED_FIELDS
        widgets = WIDGETS
        field_classes = {"description": Text}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.instance.edited_fields:
            if name in self.fields:
                field = self.fields[name]
                field.help_text = format_html("{} {}", field.help_text, self._notes_say(name))

    def clean_url(self) -> str:
        """Return the URL; one that stands there already is not questioned."""
        url = str(self.cleaned_data["url"])
        if "url" not in self.changed_data:
            return url
        checked_url(url)
        owner = editing.owner_of(self.instance.roadmap_id, url, besides=self.instance) if url else None
        if owner and self.instance.by_hand:
            raise ValidationError(taken(owner))
        return url

    def clean(self) -> dict[str, Any]:
        """Return the values; only a task, or what the notes list without a URL, may have none."""
        cleaned = super().clean()
        from_notes = self.instance.imported
        may_lack = cleaned.get("kind") == Kind.TASK or (from_notes is not None and not from_notes["url"])
        if cleaned.get("url") == "" and "url" in self.changed_data and not may_lack:
            self.add_error("url", _("Enter a URL; only a task can do without."))
        elif self.instance.by_hand and cleaned.get("url") == "" and not may_lack:
            self.add_error("kind", _("Without a URL it can only be a task."))
        return cleaned

    def _notes_say(self, name: str) -> SafeString:
        notes = _named(name, (self.instance.imported or {})[name])
        conflict = self.instance.conflicts.get(name)
        if not conflict:
            return format_html('<span class="from-notes">{} <q>{}</q></span>', _("The notes say:"), notes)
        base, mine = _named(name, conflict["base"]), _named(name, getattr(self.instance, name))
        context = {
            "label": self.fields[name].label,
            "base": shown(base),
            "notes": marked(base, notes),
            "mine": marked(base, mine),
            "keep": reverse("admin:roadmap_resource_keep-mine", args=[self.instance.pk, name]),
            "take": reverse("admin:roadmap_resource_take-notes", args=[self.instance.pk, name]),
            "fingerprint": editing.fingerprint(self.instance, name),
        }
        return render_to_string("admin/roadmap/resource/_conflict.html", context)


def _named(name: str, value: str) -> str:
    """Return a field's value as it is shown."""
    return str(Kind(value).label) if name == "kind" and value in Kind else value


class AddResourceForm(ModelForm[Resource]):
    """Adds a resource to a section by hand; or lists one there that is in the roadmap already."""

    section = SectionField()
    kind = forms.ChoiceField(
        label=gettext_lazy("kind"), required=False, choices=[("", gettext_lazy("as the URL says")), *Kind.choices]
    )

    class Meta:
        model = Resource
        fields = IMPORTED_FIELDS
        widgets = WIDGETS
        field_classes = {"description": Text}

    field_order = ("section", "title", "url", "kind", "description")
    existing: Resource | None = None
    """What has the URL already and is to be listed in the section as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["section"].help_text = _("It appears at the end of this section.")
        self.fields["url"].help_text = _("Where the link leads.")
        self.fields["title"].help_text = ""

    def clean_url(self) -> str:
        """Return the URL."""
        return checked_url(str(self.cleaned_data["url"]))

    def clean(self) -> dict[str, Any]:
        """Return the values, the kind guessed where it was left open."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        url, section = cleaned.get("url"), cleaned.get("section")
        if url == "" and cleaned.get("kind") != Kind.TASK:
            self.add_error("url", _("Enter a URL, or choose “task” as the kind."))
        if url and section:
            self._look_for_owner(url, section)
        cleaned["kind"] = cleaned.get("kind") or kind_of(url or "", cleaned.get("title", ""))
        return cleaned

    def save(self, commit: bool = True) -> Resource:
        """Return the resource, unsaved: `roadmap.editing` saves it."""
        made = super().save(commit=False)
        return self.existing or made

    def _look_for_owner(self, url: str, section: Section) -> None:
        editing.lock([section.page.roadmap_id])
        owner = editing.owner_of(section.page.roadmap_id, url)
        if owner is None:
            return
        if owner.listings.filter(section=section).exists() and not owner.retired_at:
            self.add_error("url", format_html("{} {}", taken(owner), _("It stands in this section.")))
        elif self.data.get(LIST_IT_TOO) == str(owner.pk):
            self.existing = owner
        else:
            button = '{} <button type="submit" class="button" name="{}" value="{}">{}</button>'
            word = _("List it in this section too")
            self.add_error("url", ValidationError(format_html(button, taken(owner), LIST_IT_TOO, owner.pk, word)))


class PlaceForm(ModelForm[Listing]):
    """A place by hand of the resource on whose page it stands."""

    class Meta:
        model = Listing
        fields = ("section",)

    def clean_section(self) -> Section:
        """Return the section, in which the resource does not stand yet."""
        section: Section = self.cleaned_data["section"]
        others = Listing.objects.filter(section=section, resource=self.instance.resource_id).exclude(
            pk=self.instance.pk
        )
        if "section" in self.changed_data and others.exists():
            raise ValidationError(_("It stands in this section already."))
        return section


class AliasForm(ModelForm[ResourceAlias]):
    """Another URL of the resource on whose page it stands."""

    class Meta:
        model = ResourceAlias
        fields = ("url",)
        widgets = {"url": WIDGETS["url"]}

    def clean_url(self) -> str:
        """Return the URL, which is no other resource's and not this one's own."""
        url = checked_url(str(self.cleaned_data["url"]))
        if "url" in self.changed_data:
            resource = self.instance.resource
            owner = editing.owner_of(resource.roadmap_id, url, besides=resource)
            if owner:
                raise ValidationError(taken(owner))
            others = resource.aliases.exclude(pk=self.instance.pk)
            if resource.url_key == url_key(url) or others.filter(url_key=url_key(url)).exists():
                raise ValidationError(_("It is known by this URL already."))
        return url


class OnceEach(BaseInlineFormSet[Any, Any, Any]):
    """Rows of which no two are the same; `same` says what of a row is compared."""

    def clean(self) -> None:
        """Mark the second of two rows that are the same."""
        super().clean()
        seen = set()
        for form in self.forms:
            if form in self.deleted_forms or not getattr(form, "cleaned_data", None):
                continue
            same = self.same(form.cleaned_data)
            if same in seen:
                form.add_error(None, _("This stands here twice."))
            seen.add(same)

    def same(self, values: dict[str, Any]) -> Any:
        """Return what may be here once."""
        section, url = values.get("section"), values.get("url")
        return section or (url_key(url) if url else object())


def wordings(lost: dict[str, str]) -> str:
    """Return values of fields as a person reads them in a log."""
    return "; ".join(f"{LABELS[name]}: “{_named(name, value)}”" for name, value in lost.items())
