"""What checks find of the links, and what editors make of it."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from roadmap import repairs
from roadmap.health import links
from roadmap.health.findings import Finding
from roadmap.health.grading import Rule
from roadmap.health.recording import Outcome, record
from roadmap.models import BROKEN, Link, LinkEvent, Reason
from tests.health.checks import Clock
from tests.importing.sites import Site, pick, picks

REASONS = [Reason.WELL, Reason.MOVED, Reason.NOT_FOUND, Reason.NOT_FOUND, Reason.SLOW, Reason.REFUSED]


class Checkers(Site):
    """What checks find of the links, and what editors make of it."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()

    @rule(found=st.lists(st.tuples(picks, st.sampled_from(REASONS)), min_size=1, max_size=4))
    def check(self, found: list[tuple[int, Reason]]) -> None:
        """A link that is not found in two checks on two days is dead."""
        self.clock.later(days=1)
        links.gather()
        outcomes = {}
        for at, reason in found:
            if link := pick(list(Link.objects.in_use().order_by("pk")), at):
                target = f"https://moved{at}.example/" if reason == Reason.MOVED else ""
                outcomes[link.pk] = Outcome(link.pk, Finding(reason, target=target), self.clock())
        record(list(outcomes.values()), Rule(2, 1))

    @rule(at=picks, offer=st.sampled_from([repairs.moved_to, repairs.archived]))
    def repair(self, at: int, offer: repairs.Offer) -> None:
        if row := self._resource(at):
            row = type(row).objects.select_related("link").get(pk=row.pk)
            was_dead = bool(row.link and row.link.died_at)
            told = LinkEvent.objects.count()
            done = repairs.repair([row], offer).done
            for each in done:
                fields = {"url": each.resource.url, "title": each.resource.title}
                changed = {name: value for name, value in fields.items() if value != getattr(row, name)}
                self.decisions.edited[row.key] |= changed
            known = links.known(done[0].resource.url) if done else None
            mended = bool(done) and was_dead and not (known and known.grade in BROKEN)
            assert LinkEvent.objects.count() == told + mended
