"""What a learner sets: how the site calls them, speaks, counts days and looks."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User

EXPORT_MAX_BYTES = 20 * 1024 * 1024
"""A larger export is not read back in."""
NO_PLACES = {"localtime", "Factory"}
"""Names beside the time zones that say nothing of where someone is."""

if TYPE_CHECKING:
    _UserForm = forms.ModelForm[User]
else:
    _UserForm = forms.ModelForm


@cache
def zones() -> list[str]:
    """Return the names of the time zones that people live in: those with a region before the city."""
    return sorted(name for name in _zones().values() if "/" in name and not name.startswith("Etc/"))


def zone_named(text: str) -> str | None:
    """Return the name of a time zone, however its letters and blanks are written; None if there is none."""
    return _zones().get(text.strip().replace(" ", "_").lower())


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in zoneinfo.available_timezones() - NO_PLACES}


class SettingsForm(_UserForm):
    """A learner's settings."""

    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as each page has it")), *settings.LANGUAGES]
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=64,
        help_text=_("Your days begin and end by it. Empty: that of the site."),
        widget=forms.TextInput(attrs={"list": "Zones", "autocomplete": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "theme", "shows_streak"]
        labels = {"name": _("Name"), "theme": _("Theme"), "shows_streak": _("Count my streak")}
        widgets = {"theme": forms.RadioSelect}

    def clean_time_zone(self) -> str:
        """Return the name of a zone that there is."""
        text: str = self.cleaned_data["time_zone"]
        name = zone_named(text) if text else ""
        if name is None:
            raise forms.ValidationError(_("There is no such time zone. Choose one of the list, such as Asia/Taipei."))
        return name


class AddressForm(forms.Form):
    """Another address for an account, on a site that sends no mail: it cannot be confirmed, so it counts at once."""

    email = forms.EmailField(
        label=_("New e-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_email(self) -> str:
        """Return the address if no other account has it."""
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if email == self._user.email:
            raise forms.ValidationError(_("This is the address that the account has."))
        accounts = User.objects.filter(email=email).exclude(pk=self._user.pk)
        if accounts.exists() or EmailAddress.objects.filter(email=email).exclude(user=self._user).exists():
            raise forms.ValidationError(_("There is an account with this e-mail address already."))
        return email


class DeletingForm(forms.Form):
    """The address, typed to confirm that its account is to be deleted."""

    # Not an input of type e-mail: browsers rewrite what is typed there, and not every account's address is one to them.
    email = forms.CharField(
        label=_("Your e-mail address"),
        widget=forms.TextInput(
            attrs={"inputmode": "email", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def clean_email(self) -> str:
        """Return the address if it is the account's."""
        email = User.objects.normalize_email(self.cleaned_data["email"])
        if email != self._user.email:
            raise forms.ValidationError(_("This is not the address of the account that is signed in."))
        return email


class UploadForm(forms.Form):
    """A text that is pasted or uploaded."""

    text = forms.CharField(label=_("Paste it here"), required=False, widget=forms.Textarea(attrs={"rows": 6}))
    file = forms.FileField(label=_("or choose the file"), required=False)

    @property
    def most(self) -> int:
        """How many bytes it may have."""
        return settings.NOTES_MAX_BYTES

    def clean(self) -> dict[str, Any]:
        """Return the text in `text`, whichever way it came; a file comes first. Line ends are as in the file."""
        cleaned = super().clean() or {}
        megabytes = {"size": max(1, self.most >> 20)}
        file = cleaned.get("file")
        if file and file.size > self.most:
            raise forms.ValidationError(_("The file is too large: at most %(size)d MB.") % megabytes)
        if file:
            try:
                cleaned["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                raise forms.ValidationError(_("The file is not a text in UTF-8.")) from None
        if self.errors:
            return cleaned
        if not cleaned.get("text", "").strip():
            raise forms.ValidationError(_("Paste the text, or choose a file that has one."))
        if len(cleaned["text"].encode("utf-8", "replace")) > self.most:
            raise forms.ValidationError(_("The text is too large: at most %(size)d MB.") % megabytes)
        return cleaned


class ExportForm(UploadForm):
    """A learner's export, pasted or uploaded; the limit of study plans is not its."""

    @property
    def most(self) -> int:
        """How many bytes it may have."""
        return EXPORT_MAX_BYTES
