"""How the link of a resource is, as the resource's own page tells a reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe

from accounts import broken
from accounts.models import BrokenReport, User
from accounts.tracking import Reader
from roadmap import elements
from roadmap.health.archive import copy_of
from roadmap.models import BROKEN, Grade, Link, Resource
from roadmap.reading.links import is_web


@dataclass(frozen=True, slots=True)
class Health:
    """The health of one resource's link, and what the reader said of it."""

    url: str
    link: Link
    """One that is not saved where nothing is known of the link yet."""
    report: BrokenReport | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the last check says that it fails or is dead."""
        return self.link.grade in BROKEN

    @property
    def is_dead(self) -> bool:
        """Whether it is dead."""
        return self.link.grade == Grade.DEAD

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be told from here how it is."""
        return self.link.grade == Grade.BLOCKED

    @property
    def checked_at(self) -> datetime | None:
        """When it was checked last; None before the first check."""
        return self.link.checked_at if self.link.grade else None

    @property
    def since(self) -> str:
        """Since when it fails or is dead, in words."""
        return elements.fault_in_words(self.link)

    @property
    def reason(self) -> str:
        """Why it has its grade, in words."""
        return self.link.get_reason_display()

    @property
    def archive(self) -> str:
        """The address of the copy nearest to when it was last well."""
        return copy_of(self.url, self.link.well_at)

    @property
    def is_reported(self) -> bool:
        """Whether the reader said that it is broken, and no check came since."""
        return self.report is not None and broken.is_waiting(self.report, self.link)


def health_of(reader: Reader | None, resource: Resource) -> Health | None:
    """Return how the link of a resource is; None where there is none that is checked. Two queries at most."""
    if resource.retired_at or not is_web(resource.url):
        return None
    link = resource.link
    if link is None:
        return Health(resource.url, Link())
    return Health(resource.url, link, broken.mine(reader, link) if isinstance(reader, User) else None)


def fault(resource: Resource) -> SafeString:
    """Return the sign of a link that fails or is dead, as the roadmap's page has it; empty for any other."""
    link = resource.link
    return mark_safe(elements.fault(link) if link and link.grade in BROKEN else "")  # noqa: S308 - escaped there
