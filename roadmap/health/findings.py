"""What one asking of a link found, before its history is looked at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from roadmap.models import FOR_GOOD, Grade, Reason

_BLOCKED = frozenset([Reason.REFUSED, Reason.BUSY, Reason.LEGAL, Reason.WALL, Reason.UNTOLD, Reason.INSIDE])
_PASSING = frozenset(
    [Reason.BUSY, Reason.SERVER, Reason.SLOW, Reason.UNREACHABLE, Reason.UNRESOLVED, Reason.BROKEN_OFF]
)
_UNREACHED = frozenset([Reason.NO_HOST, Reason.UNRESOLVED, Reason.UNREACHABLE, Reason.SLOW])


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of asking one link."""

    reason: Reason
    status: int | None = None
    """Of the last answer; None where none came."""
    target: str = ""
    """Where it moved to for good (without the fragment that the link may have); of what fails, where it led to."""
    validators: Mapping[str, str] | None = None
    """{"url", "etag", "modified"} of a good answer, for the next conditional request; None leaves those known."""
    wait: float | None = None
    """Seconds that a Retry-After asks for."""
    host: str = ""
    """Which host asks for it; with a redirect it may be another than the link's."""

    @property
    def grade(self) -> Grade:
        """The grade by this asking alone, which is never DEAD."""
        if self.reason == Reason.WELL:
            return Grade.OK
        if self.reason == Reason.MOVED:
            return Grade.MOVED
        return Grade.BLOCKED if self.reason in _BLOCKED else Grade.FAILING

    @property
    def is_for_good(self) -> bool:
        """Whether it is a failure that counts towards DEAD."""
        return self.reason in FOR_GOOD

    @property
    def is_passing(self) -> bool:
        """Whether it may be over in a moment, so that it is worth asking again in this run."""
        return self.reason in _PASSING

    @property
    def is_unreached(self) -> bool:
        """Whether no answer came, which may be the fault of the network on this side."""
        return self.status is None and self.reason in _UNREACHED
