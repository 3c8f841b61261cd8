"""What is to be studied, where it stands, what else it is called; and the author's own TODOs."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from roadmap.models.links import Link
from roadmap.models.retiring import RetiringQuerySet
from roadmap.models.roadmaps import Roadmap, Section

KEY_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 of them, so that a random byte picks each equally often."""
KEY_LENGTH = 12
IMPORTED_FIELDS = ("title", "url", "kind", "description")
"""What the notes give of a Resource and an editor may change; `Resource.imported` holds the notes' values."""


def make_key() -> str:
    """Return a new public key of a resource: 12 letters and digits, none of which looks like another."""
    return "".join(KEY_ALPHABET[byte % len(KEY_ALPHABET)] for byte in secrets.token_bytes(KEY_LENGTH))


class Kind(models.TextChoices):
    """What sort of thing a resource is; the values are those of `roadmap.reading.links.kind_of`."""

    VIDEO = "video", _("video")
    PLAYLIST = "playlist", _("playlist")
    COURSE = "course", _("course")
    ARTICLE = "article", _("article")
    BOOK = "book", _("book")
    PAPER = "paper", _("paper")
    REPOSITORY = "repository", _("repository")
    NOTEBOOK = "notebook", _("notebook")
    DOCUMENTATION = "documentation", _("documentation")
    FORUM = "forum", _("forum")
    TASK = "task", _("task")
    OTHER = "other", _("link")


class ResourceQuerySet(RetiringQuerySet):
    """Adds what an editor filters by."""

    def edited(self) -> ResourceQuerySet:
        """Resources of which an editor changed something that the notes gave."""
        differs = Q()
        for name in IMPORTED_FIELDS:
            differs |= ~Q(**{name: KT(f"imported__{name}")})
        return self.filter(imported__isnull=False).filter(differs)


class Resource(models.Model):
    """One thing to study: what lies at a URL, or a task. Learners' marks hang on it, so an import never deletes one."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="resources", verbose_name=_("roadmap"))
    key = models.CharField(_("key"), max_length=KEY_LENGTH, unique=True, default=make_key, editable=False)
    """Public, random and stable: the resource's name in addresses and in the page."""
    url = models.TextField(
        _("URL"),
        blank=True,
        help_text=_("Where the link leads. Change it here when it moved; imports keep your change."),
    )
    url_key = models.CharField(_("key of the URL in the notes"), max_length=64, null=True, editable=False)  # noqa: DJ001
    """SHA-256 of the normalised URL in the notes (`roadmap.reading.links.url_key`); null without a URL.
    An edit of `url` leaves it alone."""
    title = models.TextField(
        _("title"), help_text=_("Replaces the label wherever the notes call it by its imported title.")
    )
    description = models.TextField(
        _("description"), blank=True, help_text=_("Your own words on it, in Markdown, shown under the link.")
    )
    description_html = models.TextField(_("description as HTML"), blank=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.OTHER)
    imported = models.JSONField(_("as the notes have it"), null=True, editable=False)
    """The notes' last values of IMPORTED_FIELDS; null for what was added by hand."""
    conflicts = models.JSONField(_("conflicts"), default=dict, blank=True, editable=False)
    """{field: {"base": …, "notes": …}} where both an editor and the notes changed a field."""
    home = models.ForeignKey(
        Section, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("section")
    )
    """Where it stands first, or stood last: what has no URL is found again by its title there."""
    link = models.ForeignKey(
        Link, models.SET_NULL, null=True, editable=False, related_name="resources", verbose_name=_("link")
    )
    """The health of `url`; null while nothing is known of it. Whoever changes `url` sets it anew, to null
    at least."""
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True, editable=False)
    retired_by_editor = models.BooleanField(_("retired by an editor"), default=False, editable=False)
    """An import brings back what an import retired, never what an editor retired."""

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = pgettext_lazy("what there is", "resources")
        ordering = ["roadmap", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["roadmap", "url_key"], name="resource_once_per_url"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its first place on the site, or its roadmap where it has none."""
        listing = (
            self.listings.select_related("section__page__roadmap")
            .order_by("section__page__position", "section__position", "position")
            .first()
        )
        if listing is None:
            return self.roadmap.get_absolute_url()
        return f"{listing.section.page.get_absolute_url()}#R-{self.key}"

    @property
    def by_hand(self) -> bool:
        """Whether an editor added it; imports never retire such a resource."""
        return self.imported is None

    @property
    def edited_fields(self) -> list[str]:
        """Names of the fields that differ from what the notes say; empty for what was added by hand."""
        if self.imported is None:
            return []
        return [name for name in IMPORTED_FIELDS if getattr(self, name) != self.imported[name]]

    @property
    def host(self) -> str:
        """The host of its URL as people say it (`www.` left out); empty without a URL."""
        try:
            return (urlsplit(self.url).hostname or "").removeprefix("www.")
        except ValueError:
            return ""


class ResourceAlias(models.Model):
    """Another URL of the notes, or for what has none another title, that an editor confirmed to be this resource (the
    second rung of matching); or the key of one that turned out to be this, for pages that are still open."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="aliases", verbose_name=_("roadmap"))
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="aliases", verbose_name=_("resource"))
    url_key = models.CharField(_("key of the URL"), max_length=64, null=True)  # noqa: DJ001
    """Null where the alias is a title."""
    url = models.TextField(_("URL"), blank=True)
    title_key = models.CharField(_("key of the title"), max_length=64, null=True)  # noqa: DJ001
    """`roadmap.importing.titles.title_key` of `title`; null where the alias is a URL."""
    title = models.TextField(_("title"), blank=True)
    key = models.CharField(_("key"), max_length=KEY_LENGTH, null=True, unique=True)  # noqa: DJ001
    """Null where the alias is a URL or a title."""

    class Meta:
        verbose_name = _("other URL of a resource")
        verbose_name_plural = _("other URLs of resources")
        constraints = [
            models.UniqueConstraint(fields=["roadmap", "url_key"], name="resource_alias_once_per_url"),
            models.UniqueConstraint(fields=["roadmap", "title_key"], name="resource_alias_once_per_title"),
        ]

    def __str__(self) -> str:
        return self.url or self.title or str(self.key)


class Listing(models.Model):
    """One place where a resource stands. Spans count characters from the start of the section's source."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="listings", verbose_name=_("section"))
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="listings", verbose_name=_("resource"))
    position = models.PositiveIntegerField(_("position"), default=0)
    slot = models.PositiveIntegerField(_("slot"), null=True, editable=False)
    """The N of its marks in the section's body; null for what was added by hand, which stands at the section's end."""
    label = models.TextField(_("label"), blank=True)
    label_html = models.TextField(_("label as HTML"), blank=True)
    context = models.TextField(_("context"), blank=True)
    link_start = models.PositiveIntegerField(null=True, editable=False)
    link_end = models.PositiveIntegerField(null=True, editable=False)
    label_start = models.PositiveIntegerField(null=True, editable=False)
    label_end = models.PositiveIntegerField(null=True, editable=False)
    url_start = models.PositiveIntegerField(null=True, editable=False)
    url_end = models.PositiveIntegerField(null=True, editable=False)

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["section", "position", "pk"]

    def __str__(self) -> str:
        return self.label


class Todo(models.Model):
    """One item of the author's own TODO list: shown, not ticked by learners."""

    section = models.ForeignKey(Section, models.CASCADE, related_name="todos", verbose_name=_("section"))
    position = models.PositiveIntegerField(_("position"))
    text = models.TextField(_("text"))
    done = models.BooleanField(_("done"), default=False)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects = RetiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("TODO of the author")
        verbose_name_plural = _("TODOs of the author")
        ordering = ["section", "position", "pk"]

    def __str__(self) -> str:
        return self.text


class LinkEvent(models.Model):
    """A link of a resource that died or was mended, as readers are told."""

    class Kind(models.TextChoices):
        """What happened."""

        DIED = "died", _("died")
        MENDED = "mended", _("mended")
        """It is well again, or an editor gave another in its place."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="link_events", verbose_name=_("roadmap"))
    resource = models.ForeignKey(Resource, models.SET_NULL, null=True, related_name="+", verbose_name=_("resource"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    at = models.DateTimeField(_("at"))
    title = models.TextField(_("title"))
    """The resource's at that time."""
    url = models.TextField(_("URL"))
    """The one that died, or that is well again."""
    replaced = models.TextField(_("in place of"), blank=True)
    """The dead URL in whose place an editor gave `url`; empty where it is the same one."""

    class Meta:
        verbose_name = _("event of a link")
        verbose_name_plural = _("events of links")
        ordering = ["-at", "-pk"]
        indexes = [
            # The page of changes.
            models.Index(fields=["roadmap", "at"], name="link_event_of_roadmap")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.title}"
