"""What imports did, what they ask of editors, and notes that wait to be imported."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from roadmap.models.resources import Resource
from roadmap.models.roadmaps import Roadmap, Section


class ProposalQuerySet(models.QuerySet[Any]):
    """Adds which questions wait for an answer."""

    def open(self) -> ProposalQuerySet:
        """Those without an answer whose old resource is off the site and whose new one stands on it.

        While the notes go back and forth a question rests.
        """
        return self.filter(
            answer="", resource__retired_at__isnull=False, found__isnull=False, found__retired_at__isnull=True
        )


class Proposal(models.Model):
    """A question to the editors: is what is new in the notes the same as what has left them?

    The answer is kept, so that it is asked once.
    """

    class Reason(models.TextChoices):
        """Why it is asked."""

        SIMILAR = "similar", _("same place, similar title")
        TWICE = "twice", _("same title, which stands more than once")
        FORMER = "former", _("a URL that it once had")

    class Answer(models.TextChoices):
        """What an editor said."""

        CONFIRMED = "confirmed", _("the same")
        REFUSED = "refused", _("not the same")

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="proposals", verbose_name=_("roadmap"))
    resource = models.ForeignKey(
        Resource, models.CASCADE, related_name="proposals", verbose_name=_("what has left the notes")
    )
    found = models.ForeignKey(
        Resource, models.SET_NULL, null=True, related_name="proposed", verbose_name=_("what is new in the notes")
    )
    """The resource that the import made of it; null once the two are one."""
    key = models.CharField(_("key"), max_length=64)
    """The new one's `url_key`; without a URL its `title_key`."""
    url = models.TextField(_("new URL"), blank=True)
    title = models.TextField(_("new title"))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    """Empty while it is open."""
    at = models.DateTimeField(_("asked at"), auto_now_add=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["roadmap", "-at", "pk"]
        constraints = [models.UniqueConstraint(fields=["resource", "key"], name="proposal_once_per_pair")]

    def __str__(self) -> str:
        return f"{self.resource} = {self.title}?"


class ImportRun(models.Model):
    """One import that changed something."""

    roadmap = models.ForeignKey(Roadmap, models.CASCADE, related_name="runs", verbose_name=_("roadmap"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("by"))
    """Null for an import from the command line."""
    source = models.TextField(_("source"))
    """Where the notes were read."""
    commit = models.CharField(_("commit"), max_length=64, blank=True)
    """Of a git repository."""
    back_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name=_("back to the import of")
    )
    """The run whose sources were imported anew."""
    sources = models.BinaryField(_("files"), null=True, editable=False)
    """What was read, packed by `roadmap.importing.keeping`; null once dropped for its age."""
    version = models.PositiveBigIntegerField(_("version"))
    """The roadmap's version after this run."""
    counts = models.JSONField(_("counts"))
    """{"resources": {"added": n, …}, …}, as `import_notes --json` prints it."""

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.roadmap} · {timezone.localtime(self.at):%Y-%m-%d %H:%M}"


class Draft(models.Model):
    """Notes that an editor uploaded, between the preview of their import and its confirmation."""

    key = models.CharField(_("key"), max_length=32, unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    name = models.TextField(_("source"))
    """What the upload was called."""
    data = models.BinaryField(_("files"))
    """Packed by `roadmap.importing.keeping`."""
    options = models.JSONField(_("options"), default=dict)
    """{"slug", "title", "language", "run"} as `roadmap.importing.importer` takes them; run is the pk gone back to."""

    class Meta:
        verbose_name = _("draft of an import")
        verbose_name_plural = _("drafts of imports")

    def __str__(self) -> str:
        return self.name


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
