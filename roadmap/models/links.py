"""The health of links: what was found the last time a URL was asked for, and what changed before."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

HOST_LENGTH = 255


class Grade(models.TextChoices):
    """How a link is."""

    OK = "ok", _("well")
    MOVED = "moved", pgettext_lazy("a link", "moved")
    """Permanently, to `Link.target`, where it is well."""
    BLOCKED = "blocked", _("not shown to robots")
    """Whether people see it cannot be told from here: no alarm."""
    FAILING = "failing", _("failing")
    DEAD = "dead", _("dead")
    """It failed for good, several times over several days."""


class Reason(models.TextChoices):
    """Why a link has its grade."""

    WELL = "well", _("it answers")
    MOVED = "moved", _("it leads to another address for good")

    REFUSED = "refused", _("it refuses robots")
    BUSY = "busy", _("it asks robots to come more slowly")
    LEGAL = "legal", _("it is withheld for legal reasons")
    WALL = "wall", _("it asks whether a person is there")
    UNTOLD = "untold", _("its platform does not tell")
    INSIDE = "inside", _("its address is not on the public internet")

    NOT_FOUND = "not-found", _("it is not found")
    GONE = "gone", _("it is gone")
    NO_HOST = "no-host", _("its host does not exist")
    REMOVED = "removed", _("its platform says that it was removed")

    SAYS_NOT_FOUND = "says-not-found", _("its title says that it is not found")
    FRONT_PAGE = "front-page", _("it leads to a front page")
    SIGN_IN = "sign-in", _("it leads to a sign-in")
    LED_INSIDE = "led-inside", _("it leads to an address that is not on the public internet")
    LOOP = "loop", _("it leads in a circle")
    REDIRECTS = "redirects", _("it leads on and on")
    STATUS = "status", _("it answers with an error")
    SERVER = "server", _("its server has an error")
    SLOW = "slow", _("it does not answer in time")
    UNREACHABLE = "unreachable", _("it cannot be reached")
    UNRESOLVED = "unresolved", _("its host cannot be looked up now")
    BROKEN_OFF = "broken-off", _("it breaks off")
    TLS = "tls", _("its certificate or encryption is wrong")
    NOT_HTTP = "not-http", _("its answer cannot be read")
    BAD_URL = "bad-url", _("it is no address that can be asked")


FOR_GOOD = frozenset([Reason.NOT_FOUND, Reason.GONE, Reason.NO_HOST, Reason.REMOVED])
"""Of failing: those that can make a link dead. The others may be over tomorrow."""
BROKEN = (Grade.FAILING, Grade.DEAD)
"""The grades that readers are shown."""


class LinkQuerySet(models.QuerySet[Any]):
    """Adds which links are asked after."""

    def in_use(self) -> LinkQuerySet:
        """Links to which a resource on the site leads."""
        resources = self.model._meta.get_field("resources").related_model._default_manager
        live = resources.filter(link=models.OuterRef("pk"), retired_at=None)
        return self.filter(models.Exists(live))


class Link(models.Model):
    """One address that resources lead to, and how it was when it was asked last.

    The address is that of `Resource.url` without its fragment, so that several resources may share one. What was found
    stays when no resource leads there any more.
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    """SHA-256 of `url`: a long URL does not fit an index."""
    url = models.TextField(_("URL"))
    host = models.CharField(_("host"), max_length=HOST_LENGTH, db_index=True)
    """In lower case and ASCII, with its port where that is not the usual one."""
    grade = models.CharField(_("grade"), max_length=10, choices=Grade, blank=True)
    """Empty until it was asked."""
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, blank=True)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    target = models.TextField(_("leads to"), blank=True)
    """Of a moved link where it is now; of one that fails where it led to, if anywhere."""
    asked_at = models.DateTimeField(_("asked at"), null=True)
    """Set before it is asked, so that nobody else does, whatever happens."""
    checked_at = models.DateTimeField(_("checked at"), null=True)
    """When an answer was graded last; earlier than `asked_at` while one is awaited, or where it never came."""
    well_at = models.DateTimeField(_("well at"), null=True)
    """When it was ok or moved last."""
    failing_since = models.DateTimeField(_("failing since"), null=True)
    """The first failure since it was well last; null where there was none."""
    gone_since = models.DateTimeField(_("gone since"), null=True)
    """The first of the failures for good since it was well last."""
    failures = models.PositiveIntegerField(_("failures for good"), default=0)
    """How many of them."""
    died_at = models.DateTimeField(_("dead since"), null=True)
    """When it was found dead; null once it is well."""
    hurried_at = models.DateTimeField(_("brought forward at"), null=True)
    """When learners or an editor asked for it to be checked before its time."""
    not_before = models.DateTimeField(_("not to be asked before"), null=True)
    """What its host's Retry-After said."""
    validators = models.JSONField(_("validators"), default=dict)
    """{"url", "etag", "modified"} of the last good answer, for conditional requests; the latter two where given."""
    dismissed = models.TextField(_("put aside"), blank=True)
    """What an editor decided to leave as it is: `verdict` at that time."""

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["pk"]
        indexes = [
            # What is due.
            models.Index(fields=["checked_at"], name="link_checked_at"),
            # What wants a hand.
            models.Index(fields=["grade"], name="link_grade"),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def is_hurried(self) -> bool:
        """Whether somebody asked for it to be checked before its time, and no check came since."""
        return self.hurried_at is not None and (self.checked_at is None or self.hurried_at > self.checked_at)

    @property
    def verdict(self) -> str:
        """What stays the same while the same is wrong with it. Where a failing one leads to may differ each time."""
        return f"{self.grade} {self.target}" if self.grade == Grade.MOVED else self.grade


class LinkCheck(models.Model):
    """One check of a link that found something else than the one before."""

    link = models.ForeignKey(Link, models.CASCADE, related_name="checks", verbose_name=_("link"))
    at = models.DateTimeField(_("at"))
    grade = models.CharField(_("grade"), max_length=10, choices=Grade)
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    target = models.TextField(_("leads to"), blank=True)

    class Meta:
        verbose_name = _("check of a link")
        verbose_name_plural = _("checks of links")
        ordering = ["link", "-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.grade}"
