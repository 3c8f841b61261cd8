"""How one link is asked: HEAD, then the first bytes by GET where these tell more, redirect by redirect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Self

from aiohttp import CookieJar
from yarl import URL

from roadmap.health import oembed
from roadmap.health.addresses import Resolve, resolve
from roadmap.health.answers import Answer, Client
from roadmap.health.findings import Finding
from roadmap.health.judging import REDIRECTS, Trail, conditions_of, found, judge
from roadmap.health.links import host_of
from roadmap.health.locations import absolute, led_to
from roadmap.models import Grade, Reason

MOST_REDIRECTS = 10
Turn = Callable[[str], AbstractAsyncContextManager[None]]
"""Given a host (as roadmap.health.links.host_of names it), is entered for each request to it and left after it."""
_FINAL = frozenset([Reason.INSIDE, Reason.NO_HOST, Reason.UNRESOLVED, Reason.UNREACHABLE, Reason.TLS, Reason.BAD_URL])
"""Reasons why HEAD found nothing that would keep GET from it as well."""
_WAITED_FOR = frozenset([Reason.SLOW, Reason.UNREACHABLE, Reason.UNRESOLVED])
"""Of failures those that cost time; any other is only believed where GET was led there too."""


class Asker:
    """Asks links, any number at the same time, as `turn` lets it. An async context manager."""

    def __init__(self, turn: Turn, *, resolve: Resolve = resolve) -> None:
        """`resolve` looks hosts up; what it finds is checked all the same."""
        self._turn = turn
        self._client = Client(resolve)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    async def ask(self, url: str, validators: Mapping[str, str]) -> Finding:
        """Return what is found at a URL; `validators` are those of the last good answer (`Finding.validators`).

        Raises nothing for what a server or the network does.
        """
        try:
            address = absolute(url)
        except ValueError:
            return Finding(Reason.BAD_URL)
        if question := oembed.question_of(url):
            return await self._ask_platform(question)
        walk = _Walk(self._client, self._turn, address, validators)
        finding = await walk.to_its_end()
        if walk.was_led_by_head and finding.grade == Grade.FAILING and finding.reason not in _WAITED_FOR:
            return await _Walk(self._client, self._turn, address, validators, by_get=True).to_its_end()
        return finding

    async def _ask_platform(self, question: oembed.Question) -> Finding:
        walk = _Walk(self._client, self._turn, question.url, {}, by_get=True)
        return oembed.judge(question, await walk.to_its_end(), walk.answer)


class _Walk:
    """The way from one URL to where its redirects end."""

    def __init__(
        self, client: Client, turn: Turn, url: str, validators: Mapping[str, str], *, by_get: bool = False
    ) -> None:
        self.was_led_by_head = False
        self.answer: Answer | None = None
        """The last one."""
        self._client = client
        self._turn = turn
        self._validators = validators
        self._by_get = by_get
        self._trail = Trail(url)
        self._cookies = CookieJar(unsafe=True)
        self._seen: set[tuple[str, str]] = set()

    async def to_its_end(self) -> Finding:
        while True:
            if reason := self._goes_on_for_ever():
                return self._found(reason)
            answer = await self._visit(self._trail.place)
            if isinstance(answer, Reason):
                return self._found(answer)
            self.answer = answer
            location = _location(answer)
            if location is None:
                conditions = conditions_of(self._validators, answer.url)
                return judge(self._trail, answer, is_conditional=bool(conditions))
            self.was_led_by_head |= answer.method == "HEAD"
            try:
                target = led_to(answer.url, location)
            except ValueError:
                return self._found(Reason.BAD_URL)
            self._trail.hops.append((answer.status, target))

    def _goes_on_for_ever(self) -> Reason | None:
        cookies = self._cookies.filter_cookies(URL(self._trail.place, encoded=True))
        step = (self._trail.place, cookies.output())
        if step in self._seen:
            return Reason.LOOP
        self._seen.add(step)
        return Reason.REDIRECTS if len(self._trail.hops) > MOST_REDIRECTS else None

    def _found(self, reason: Reason) -> Finding:
        return found(self._trail, reason, self.answer.status if self.answer else None)

    async def _visit(self, url: str) -> Answer | Reason:
        """Ask one URL, with HEAD where that is enough."""
        if self._by_get:
            return await self._request("GET", url)
        first = await self._request("HEAD", url)
        if self._is_enough(first):
            return first
        answer = await self._request("GET", url)
        # A body that is longer than its Content-Length is nothing that people would see.
        if answer is Reason.NOT_HTTP and isinstance(first, Answer) and first.is_well:
            return first
        return answer

    async def _request(self, method: str, url: str) -> Answer | Reason:
        async with self._turn(host_of(url)):
            return await self._client.request(method, url, conditions_of(self._validators, url), self._cookies)

    def _is_enough(self, answer: Answer | Reason) -> bool:
        """Whether GET would tell no more than HEAD has."""
        if isinstance(answer, Reason):
            return answer in _FINAL
        if answer.status == 304:
            return bool(conditions_of(self._validators, answer.url))
        if _location(answer) is not None or answer.status == 429:
            return True
        return answer.is_well and bool(answer.kind) and not answer.is_page


def _location(answer: Answer) -> str | None:
    return (answer.headers.get("Location") or None) if answer.status in REDIRECTS else None
