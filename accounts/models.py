"""Who learns, and what they marked.

A learner's marks are written by `accounts.tracking` and `accounts.notes` alone. They PROTECT their resource: nothing on
which someone wrote can be deleted.
"""

from __future__ import annotations

import zoneinfo
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.managers import UserManager
from roadmap import folding
from roadmap.models import Link, Resource, Roadmap
from roadmap.reading.html import from_markdown

NOT_STARTED = ""
"""The state of a resource of which a learner has no Progress."""
NOTE_LENGTH = 20_000
"""The most characters (code points, line ends as one) of a note."""


class State(models.TextChoices):
    """How far a learner is with a resource; NOT_STARTED is the absence of one."""

    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("skipped")


class Theme(models.TextChoices):
    """The site's two dresses, and the choice to leave it to the device."""

    SYSTEM = "system", _("as the device has it")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address that is kept in lower case."""

    email = models.EmailField(_("e-mail address"), max_length=254)
    is_staff = models.BooleanField(_("may sign in to the admin"), default=False)
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Clear this instead of deleting an account: nothing of it is lost.")
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(_("language"), max_length=20, blank=True)
    """One of settings.LANGUAGES; empty where the learner chose none."""
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    """An IANA name such as "Asia/Taipei"; empty for the site's own."""
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    shows_streak = models.BooleanField(_("count my streak"), default=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="user_once_per_email",
                violation_error_message=_("There is an account with this e-mail address already."),
            ),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_in_lower_case"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone in which the learner's days begin and end."""
        try:
            return zoneinfo.ZoneInfo(self.time_zone or settings.TIME_ZONE)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            # A name that this machine's data does not know, from a restore elsewhere perhaps.
            return zoneinfo.ZoneInfo(settings.TIME_ZONE)

    @property
    def reader(self) -> str:
        """A name for this account in pages and browsers: it says nothing, and cannot be guessed for another."""
        return salted_hmac("accounts.reader", str(self.pk)).hexdigest()[:16]

    def clean(self) -> None:
        """Bring the address into the form it is stored in, before the form looks whether it is taken."""
        super().clean()
        self.email = UserManager.normalize_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, the address in lower case."""
        self.email = UserManager.normalize_email(self.email)
        super().save(*args, **kwargs)


class Progress(models.Model):
    """One learner's state of one resource; without a row the resource is not started."""

    user = models.ForeignKey(User, models.CASCADE, related_name="progress", verbose_name=_("user"))
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="progress", verbose_name=_("resource"))
    state = models.CharField(_("state"), max_length=12, choices=State)
    since = models.DateTimeField(_("since"))
    """When the resource came into this state."""

    class Meta:
        verbose_name = _("progress")
        verbose_name_plural = _("progress")
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="progress_once_per_resource")]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.state}"


class Note(models.Model):
    """One learner's words on one resource. A note that was emptied keeps its row, so that its version goes on."""

    WRITTEN = ("text", "html", "folded")
    """What `write` sets."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notes", verbose_name=_("user"))
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="notes", verbose_name=_("resource"))
    text = models.TextField(_("text"), blank=True)
    """Markdown, lines ended by "\\n" alone, at most NOTE_LENGTH characters."""
    html = models.TextField(_("text as HTML"), blank=True)
    folded = models.TextField(_("text as it is searched"), blank=True, editable=False)
    """See `roadmap.folding`."""
    version = models.PositiveIntegerField(_("version"), default=1)
    """Raised by each save; a save names the version it began with."""
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        constraints = [models.UniqueConstraint(fields=["user", "resource"], name="note_once_per_resource")]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.version}"

    def write(self, text: str, html: str | None = None) -> None:
        """Set the text and what is made of it; `html` is that of the text where it was rendered already."""
        self.text = text
        self.html = from_markdown(text) if html is None else html
        self.folded = folding.coded(folding.folded(text))


class Seen(models.Model):
    """Up to when a learner has seen what changed in a roadmap: set when they put the news away."""

    user = models.ForeignKey(User, models.CASCADE, related_name="seen", verbose_name=_("user"))
    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="+", verbose_name=_("roadmap"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("news seen")
        verbose_name_plural = _("news seen")
        constraints = [models.UniqueConstraint(fields=["user", "roadmap"], name="seen_once_per_roadmap")]

    def __str__(self) -> str:
        return f"{self.roadmap_id}: {self.at:%Y-%m-%d}"


class BrokenReport(models.Model):
    """That a learner said of a link that it is broken; one row each, renewed when they say so after a check again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="broken_reports", verbose_name=_("user"))
    link = models.ForeignKey(Link, models.CASCADE, related_name="broken_reports", verbose_name=_("link"))
    at = models.DateTimeField(_("at"))
    closed_at = models.DateTimeField(_("closed at"), null=True)
    """When an editor looked at it and left the link as it is."""

    class Meta:
        verbose_name = _("report of a broken link")
        verbose_name_plural = _("reports of broken links")
        constraints = [models.UniqueConstraint(fields=["user", "link"], name="broken_report_once_per_link")]

    def __str__(self) -> str:
        return f"{self.link_id}: {self.at:%Y-%m-%d}"


class GuestTick(models.Model):
    """A guest's state of one resource, and the state before it, which undo brings back.

    The session holds the guest's random id alone: of two quick clicks a session of states would lose one.
    """

    guest = models.CharField(_("guest"), max_length=32)
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="guest_ticks", verbose_name=_("resource"))
    state = models.CharField(_("state"), max_length=12, choices=State, blank=True)
    """Empty where the guest took it back."""
    since = models.DateTimeField(_("since"))
    before = models.CharField(_("state before"), max_length=12, blank=True)
    before_since = models.DateTimeField(_("state before since"), null=True)
    batch = models.CharField(_("batch"), max_length=32)

    class Meta:
        verbose_name = _("tick of a guest")
        verbose_name_plural = _("ticks of guests")
        constraints = [models.UniqueConstraint(fields=["guest", "resource"], name="guest_tick_once_per_resource")]
        indexes = [
            # The sweep of guests who have not come for long.
            models.Index(fields=["since"], name="guest_tick_since")
        ]

    def __str__(self) -> str:
        return f"{self.resource_id}: {self.state}"


class StudyEvent(models.Model):
    """One study act, kept: the heatmap and the streak are made of them, and undo goes back by them."""

    class Kind(models.TextChoices):
        """What sort of act."""

        STATE = "state", _("state")
        NOTE = "note", _("note")
        """Kept at most once a day for a resource."""
        BROUGHT = "brought", _("brought along")
        """A state that came from a fork or a file: it can be undone, and is no day of study."""

    user = models.ForeignKey(User, models.CASCADE, related_name="study_events", verbose_name=_("user"))
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="study_events", verbose_name=_("resource"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    before = models.CharField(_("state before"), max_length=12, blank=True)
    before_since = models.DateTimeField(_("state before since"), null=True)
    after = models.CharField(_("state after"), max_length=12, blank=True)
    batch = models.CharField(_("batch"), max_length=32)
    """The same for all that one action changed, so that one undo takes all of it back."""
    undone_at = models.DateTimeField(_("undone at"), null=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("study event")
        verbose_name_plural = _("study events")
        indexes = [
            # A year of one learner: heatmap, streak.
            models.Index(fields=["user", "at"], name="study_event_of_learner"),
            # Undo.
            models.Index(fields=["user", "batch"], name="study_event_of_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.resource_id}: {self.after}"
