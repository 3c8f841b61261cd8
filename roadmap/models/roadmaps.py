"""A study plan, its pages and their sections, with the addresses that they once had."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import validate_slug
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from roadmap.models.retiring import RetiringQuerySet

SLUG_LENGTH = 200


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
    position = models.PositiveIntegerField(
        _("order"), default=0, help_text=_("Roadmaps are listed by this number, those with the same one by title.")
    )
    published = models.BooleanField(
        _("published"),
        default=True,
        help_text=_("Who may sign in to the admin sees it in any case. Learners keep their marks while it is hidden."),
    )
    source = models.TextField(_("source"), blank=True, editable=False)
    """Where `sync_notes` reads the notes: the path of a file, folder or zip, or a git repository; empty for uploads."""
    source_ref = models.TextField(_("branch, tag or commit"), blank=True, editable=False)
    """Of a git repository; empty for its default branch."""
    source_path = models.TextField(_("path in the repository"), blank=True, editable=False)
    synced = models.CharField(_("what was read there last"), max_length=64, blank=True, editable=False)
    """A hash of the files last imported from `source`: while it stays the same, `sync_notes` has nothing to do, even
    where an editor has gone back to an earlier import."""
    version = models.PositiveBigIntegerField(_("version"), default=0, editable=False)
    checked_at = models.DateTimeField(_("notes imported at"), null=True, editable=False)
    health = models.PositiveBigIntegerField(_("version of the links' health"), default=0, editable=False)
    """Raised by one whenever readers are shown something else of a link. Apart from `version`, so that an import is not
    planned anew for it."""

    class Meta:
        verbose_name = _("roadmap")
        verbose_name_plural = _("roadmaps")
        ordering = ["position", "title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The address of its first page in the language in use."""
        return reverse("roadmap:roadmap", args=[self.slug])

    def touch(self) -> None:
        """Raise the version by one: every cached or rendered page of this roadmap is stale from now on. To be called
        in the transaction of what changed it, after it: the search follows."""
        type(self).objects.filter(pk=self.pk).update(version=F("version") + 1)
        self.refresh_from_db(fields=["version"])
        self.entries.follow(self.pk)


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


class PageAlias(models.Model):
    """A path that a page once had, so that old links still lead to it."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="page_aliases", verbose_name=_("roadmap"))
    path = models.TextField(_("path"))
    page = models.ForeignKey(Page, models.CASCADE, related_name="old_paths", verbose_name=_("page"))

    class Meta:
        verbose_name = _("old path of a page")
        verbose_name_plural = _("old paths of pages")
        constraints = [models.UniqueConstraint(fields=["roadmap", "path"], name="page_alias_once_per_path")]

    def __str__(self) -> str:
        return self.path


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
    """The exact slice of the page's text; all live sections' sources joined in order are that text without its BOM."""
    notes_source = models.TextField(_("source as the notes have it"), null=True, editable=False)  # noqa: DJ001
    """Null where `source` is what the notes say; else what they say of it, empty for a section added by hand."""
    conflicts = models.JSONField(_("conflicts"), default=dict, blank=True, editable=False)
    """{"source": {"base": …, "notes": …}} where both an editor and the notes changed the same lines."""
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
