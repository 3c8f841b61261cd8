"""What the admin's classes have in common: looking without touching, and forms that overwrite nothing unseen."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from roadmap.admin.typed import ModelAdmin, ModelForm, Row, TabularInline


def admin_url(row: Model, view: str = "change") -> str:
    """Return the address of a row's page in the admin, or of another of its views."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{view}", args=[row.pk])


def admin_link(row: Model | None, text: str = "", view: str = "change") -> SafeString | str:
    """Return a link to a row's page in the admin, or to another of its views; empty without a row."""
    return format_html('<a href="{}">{}</a>', admin_url(row, view), text or str(row)) if row else ""


def site_link(url: str) -> SafeString:
    """Return a link to a place on the site, for a list."""
    return format_html('<a href="{}">{}</a>', url, _("show"))


class LookOnlyAdmin(ModelAdmin[Row]):
    """For what comes from the notes: an import would undo what is changed here, and learners' marks may hang on it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        """Nobody deletes one."""
        return False


class LookOnlyInline(TabularInline[Any, Any]):
    """Rows shown on another row's page."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes one."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes one."""
        return False


class CarefulForm(ModelForm[Row]):
    """Changes what its sender changed, and nothing else.

    It carries along the values that were shown. What the sender left as shown is taken as it stands in the tables
    by now; what both the sender and somebody else changed is asked again.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for field in self.fields.values():
                field.show_hidden_initial = True

    def clean(self) -> dict[str, Any]:
        """Return the values: the sender's where they were changed, else those in the tables."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            for name in [name for name in self.fields if name in cleaned]:
                now = getattr(self.instance, name)
                if name not in self.changed_data:
                    cleaned[name] = now
                elif now not in (self._shown(name), cleaned[name]):
                    self._ask_again(name, now)
        return cleaned

    def _shown(self, name: str) -> Any:
        """Return the value that the sender saw; what stands now where that was not sent along."""
        key = self.add_initial_prefix(name)
        return self.fields[name].to_python(self.data[key]) if key in self.data else getattr(self.instance, name)

    def _ask_again(self, name: str, now: Any) -> None:
        data = dict(self.data.items())
        data[self.add_initial_prefix(name)] = now
        self.data = data
        message = _("Somebody changed this to “%(now)s” while you were editing. Save again to put yours in its place.")
        self.add_error(name, ValidationError(message, params={"now": now}))
