"""What is to be learnt: a study plan's pages, sections and resources, as an import leaves them and editors mend them.

Nothing here knows of learners. `roadmap.importing.apply` is the only code that writes what comes from the notes
(`imported`, sources, spans, order); the admin writes what an editor may change and then calls `Roadmap.touch`.
"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import validate_slug
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

KEY_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 of them, so that a random byte picks each equally often."""
KEY_LENGTH = 12
SLUG_LENGTH = 200
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


class RetiringQuerySet(models.QuerySet[Any]):
    """Rows that are retired instead of deleted."""

    def live(self) -> RetiringQuerySet:
        """Rows that stand on the site now."""
        return self.filter(retired_at=None)

    def retired(self) -> RetiringQuerySet:
        """Rows that left the notes, or that an editor retired."""
        return self.exclude(retired_at=None)


class ResourceQuerySet(RetiringQuerySet):
    """Adds what an editor filters by."""

    def edited(self) -> ResourceQuerySet:
        """Resources of which an editor changed something that the notes gave."""
        differs = Q()
        for name in IMPORTED_FIELDS:
            differs |= ~Q(**{name: KT(f"imported__{name}")})
        return self.filter(imported__isnull=False).filter(differs)


class Roadmap(models.Model):
    """One study plan."""

    slug = models.SlugField(_("slug"), max_length=100, unique=True, validators=[validate_slug])
    title = models.TextField(_("title"))
    language = models.CharField(_("language of the notes"), max_length=20, default=settings.LANGUAGE_CODE)
    """One of settings.LANGUAGES; forms offer them, so that a new language needs no migration."""
    source_url = models.URLField(
        _("source URL"),
        max_length=2000,
        blank=True,
        help_text=_(
            "Where the notes' first file is edited, for example on GitHub; relative links that lead to nothing here go"
            " there. A change takes effect with the next import."
        ),
    )
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)
    checked_at = models.DateTimeField(_("notes imported at"), null=True, editable=False)

    class Meta:
        verbose_name = _("roadmap")
        verbose_name_plural = _("roadmaps")
        ordering = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The address of its first page in the language in use."""
        return reverse("roadmap:roadmap", args=[self.slug])

    def touch(self) -> None:
        """Raise the version by one: every cached or rendered page of this roadmap is stale from now on."""
        type(self).objects.filter(pk=self.pk).update(version=F("version") + 1)
        self.refresh_from_db(fields=["version"])


class Page(models.Model):
    """One Markdown file of a roadmap."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="pages", verbose_name=_("roadmap"))
    path = models.TextField(_("path"))
    position = models.PositiveIntegerField(_("position"))
    title = models.TextField(_("title"))
    checksum = models.CharField(_("checksum"), max_length=64)
    had_bom = models.BooleanField(_("began with a byte order mark"), default=False)
    assets = models.JSONField(_("images beside it"), default=dict)
    """{path in the notes: name of the copy in media, or null where the image is missing}, as of the last import."""
    warnings = models.JSONField(_("warnings"), default=list)
    """[{"line", "code", "subject"}], as of the last reading; `roadmap.reading.outline.WARNINGS` has the sentences."""
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects = RetiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["roadmap", "position"]
        constraints = [models.UniqueConstraint(fields=["roadmap", "path"], name="page_once_per_path")]

    def __str__(self) -> str:
        return self.path

    def get_absolute_url(self) -> str:
        """Its address; the roadmap's own for the first page."""
        if self.position == 0:
            return self.roadmap.get_absolute_url()
        return reverse("roadmap:page", args=[self.roadmap.slug, self.path])


class Section(models.Model):
    """One heading and what stands under it up to the next heading, whatever its level."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="sections", verbose_name=_("page"))
    parent = models.ForeignKey(
        "self", models.CASCADE, related_name="children", null=True, blank=True, verbose_name=_("parent")
    )
    position = models.PositiveIntegerField(_("position"))
    depth = models.PositiveSmallIntegerField(_("depth"))
    level = models.PositiveSmallIntegerField(_("level"))
    """Of its heading, 1 to 6; 0 for text before the first heading."""
    title = models.TextField(_("title"), blank=True)
    title_html = models.TextField(_("title as HTML"), blank=True)
    slug = models.CharField(_("slug"), max_length=SLUG_LENGTH, blank=True)
    source = models.TextField(_("source"))
    """The exact slice of the file; all sections' sources joined in order are the file without its BOM."""
    body_html = models.TextField(_("body"), blank=True)
    """Cleaned HTML with the marks `<!--r:N-->` (a listing's place) and `<!--n:N-->` (its note's place)."""
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    objects = RetiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["page", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "slug"], condition=Q(retired_at=None), name="section_slug_once_among_live"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.page.path

    def get_absolute_url(self) -> str:
        """Its place on its page."""
        return f"{self.page.get_absolute_url()}#{self.slug}"


class SectionAlias(models.Model):
    """An address that a section once had, so that old links still open it."""

    page = models.ForeignKey(Page, models.CASCADE, related_name="aliases", verbose_name=_("page"))
    slug = models.CharField(_("slug"), max_length=SLUG_LENGTH)
    section = models.ForeignKey(Section, models.CASCADE, related_name="aliases", verbose_name=_("section"))

    class Meta:
        verbose_name = _("old address of a section")
        verbose_name_plural = _("old addresses of sections")
        constraints = [models.UniqueConstraint(fields=["page", "slug"], name="section_alias_once_per_slug")]

    def __str__(self) -> str:
        return f"#{self.slug}"


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
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True, editable=False)
    retired_by_editor = models.BooleanField(_("retired by an editor"), default=False, editable=False)
    """An import brings back what an import retired, never what an editor retired."""

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("resource")
        verbose_name_plural = _("resources")
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
    """Another URL of the notes that an editor confirmed to be this resource (the second rung of matching)."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="aliases", verbose_name=_("roadmap"))
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="aliases", verbose_name=_("resource"))
    url_key = models.CharField(_("key of the URL"), max_length=64)
    url = models.TextField(_("URL"))

    class Meta:
        verbose_name = _("other URL of a resource")
        verbose_name_plural = _("other URLs of resources")
        constraints = [models.UniqueConstraint(fields=["roadmap", "url_key"], name="resource_alias_once_per_url")]

    def __str__(self) -> str:
        return self.url


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


class ImportRun(models.Model):
    """One import that changed something."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="runs", verbose_name=_("roadmap"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("by"))
    """Null for an import from the command line."""
    source = models.TextField(_("source"))
    version = models.PositiveBigIntegerField(_("version"))
    """The roadmap's version after this run."""
    counts = models.JSONField(_("counts"))
    """{"resources": {"added": n, …}, …}, as `import_notes --json` prints it."""

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.roadmap} · {self.at:%Y-%m-%d %H:%M}"


class Change(models.Model):
    """One thing that an import changed."""

    class Of(models.TextChoices):
        """What sort of row changed."""

        PAGE = "page", _("page")
        SECTION = "section", _("section")
        RESOURCE = "resource", _("resource")
        TODO = "todo", _("TODO")

    class Action(models.TextChoices):
        """What happened to it."""

        ADDED = "added", _("added")
        UPDATED = "updated", _("updated")
        MOVED = "moved", _("moved")
        RETIRED = "retired", _("retired")
        RESTORED = "restored", _("restored")

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="changes", verbose_name=_("import"))
    of = models.CharField(_("of"), max_length=10, choices=Of)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    title = models.TextField(_("title"))
    detail = models.JSONField(_("detail"), default=dict)
    """{field: [before, after]}."""
    section = models.ForeignKey(Section, models.SET_NULL, null=True, related_name="+", verbose_name=_("section"))
    resource = models.ForeignKey(Resource, models.SET_NULL, null=True, related_name="+", verbose_name=_("resource"))

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["run", "pk"]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.title}"
