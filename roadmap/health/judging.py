"""What an answer says of a link: its status, where it led, what its title and headers tell. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from roadmap.health.answers import Answer
from roadmap.health.destinations import is_front_page, is_own_site, is_shortener, is_sign_in, is_wall_address
from roadmap.health.findings import Finding
from roadmap.health.links import host_of
from roadmap.health.phrases import is_wall, says_not_found
from roadmap.models import Grade, Reason
from roadmap.reading.links import normalise

PERMANENT = frozenset([301, 308])
REDIRECTS = frozenset([301, 302, 303, 307, 308])
LONGEST_WAIT = 30 * 24 * 3600.0
"""Seconds; who asks for more is not taken at their word."""
_LONGEST_VALIDATOR = 1000
_BLOCKED = {
    403: Reason.REFUSED,
    406: Reason.REFUSED,
    999: Reason.REFUSED,
    429: Reason.BUSY,
    451: Reason.LEGAL,
}
_FAILING = {401: Reason.SIGN_IN, 404: Reason.NOT_FOUND, 410: Reason.GONE}
_PRINTABLE = re.compile(r"[\x20-\x7e]+")


@dataclass(slots=True)
class Trail:
    """Where a link led so far."""

    asked: str
    """The link, absolute (roadmap.health.locations)."""
    hops: list[tuple[int, str]] = field(default_factory=list)
    """The status of each redirect, and where it led to."""

    @property
    def place(self) -> str:
        """Where it has led to by now."""
        return self.hops[-1][1] if self.hops else self.asked

    @property
    def led_to(self) -> str:
        """The same; empty where it led nowhere else."""
        return self.place if self.hops else ""

    @property
    def moved_to(self) -> str:
        """Where permanent redirects alone lead; empty where they lead nowhere, or to the same page in other words."""
        target = ""
        for status, url in self.hops:
            if status not in PERMANENT:
                break
            target = url
        return "" if not target or normalise(target) == normalise(self.asked) else target


def judge(trail: Trail, answer: Answer, *, is_conditional: bool = False) -> Finding:
    """Return what the last answer at the end of a trail says; `is_conditional` where only news were asked for."""
    if answer.status == 304 and is_conditional:
        return _well(trail, answer.status, None)
    reason = _wall(trail, answer) or _of_destination(trail, answer) or _of_status(answer)
    if reason is None:
        return _well(trail, answer.status, validators_of(answer))
    return found(trail, reason, answer.status, wait=_wait(answer))


def found(trail: Trail, reason: Reason, status: int | None, *, wait: float | None = None) -> Finding:
    """Return the finding of a link that is not well, as far as is known."""
    if reason == Reason.INSIDE and trail.hops:
        reason = Reason.LED_INSIDE
    host = host_of(trail.place) if wait is not None else ""
    finding = Finding(reason, status, wait=wait, host=host)
    return replace(finding, target=trail.led_to) if finding.grade == Grade.FAILING else finding


def _well(trail: Trail, status: int, validators: Mapping[str, str] | None) -> Finding:
    target = trail.moved_to
    return Finding(Reason.MOVED if target else Reason.WELL, status, target, validators)


def _wall(trail: Trail, answer: Answer) -> Reason | None:
    """Whether robots come no further, whatever the status says."""
    if answer.status == 429:
        return None
    headers = answer.headers
    if "challenge" in headers.get("cf-mitigated", "") or "challenge" in headers.get("x-vercel-mitigated", ""):
        return Reason.WALL
    if headers.get("x-amzn-waf-action", "") in ("challenge", "captcha"):
        return Reason.WALL
    return Reason.WALL if is_wall(answer.title) or is_wall_address(trail.led_to) else None


def _of_destination(trail: Trail, answer: Answer) -> Reason | None:
    """What is wrong with where it led to."""
    if not trail.hops or answer.status >= 500 or answer.status == 429:
        return None
    if is_sign_in(trail.place) and not is_sign_in(trail.asked):
        return Reason.SIGN_IN
    if not answer.is_well or says_not_found(answer.title) or not is_front_page(trail.place):
        return None
    if is_front_page(trail.asked) or is_shortener(trail.asked) or is_own_site(trail.asked, trail.place):
        return None
    return Reason.FRONT_PAGE


def _of_status(answer: Answer) -> Reason | None:
    """What is wrong with the answer itself; None where it is well."""
    status = answer.status
    if answer.is_well:
        return Reason.SAYS_NOT_FOUND if says_not_found(answer.title) else None
    if reason := _BLOCKED.get(status) or _FAILING.get(status):
        return reason
    return Reason.SERVER if 500 <= status < 600 else Reason.STATUS


def _wait(answer: Answer) -> float | None:
    return retry_after(answer.headers, datetime.now(UTC)) if answer.status in (429, 503) else None


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that a Retry-After asks for, told in seconds or as a time; None where it cannot be read."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(text)
        seconds = (until if until.tzinfo else until.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def validators_of(answer: Answer) -> dict[str, str]:
    """Return what the next request can name to be told only of news: {"url", "etag", "modified"}, or {}."""
    named = (("etag", answer.headers.get("ETag")), ("modified", answer.headers.get("Last-Modified")))
    known = {name: value for name, value in named if value and _is_sound(value)}
    return {"url": answer.url, **known} if known else {}


def conditions_of(validators: Mapping[str, str], url: str) -> dict[str, str]:
    """Return the headers that ask only for news of a URL; empty where nothing is known of it."""
    if validators.get("url") != url:
        return {}
    named = (("If-None-Match", validators.get("etag")), ("If-Modified-Since", validators.get("modified")))
    return {name: value for name, value in named if value and _is_sound(value)}


def _is_sound(value: str) -> bool:
    return len(value) <= _LONGEST_VALIDATOR and _PRINTABLE.fullmatch(value) is not None
