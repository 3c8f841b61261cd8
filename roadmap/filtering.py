"""Which resources a reader wants to see: read from the address of a roadmap's page, and said in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from roadmap.models import Kind

STATES: Mapping[str, tuple[frozenset[str], Any]] = {
    "left": (frozenset(["", "in_progress"]), _("Still to do")),
    "not_started": (frozenset([""]), _("Not started")),
    "in_progress": (frozenset(["in_progress"]), _("In progress")),
    "done": (frozenset(["done"]), _("Done")),
    "skipped": (frozenset(["skipped"]), _("Skipped")),
}
"""What may be asked for: the states that it stands for ("" is not started), and its name."""
ONLY: Mapping[str, Any] = {"new": _("Only new"), "broken": _("Only broken links")}
KNOWN: Mapping[str, Collection[str]] = {"state": STATES, "kind": Kind.values, "only": ONLY}
"""What the address may say, by the names in it."""
MOST_NAMED = 5
"""Of what was not understood."""
LONGEST_NAMED = 60
"""Characters of each."""

Part = tuple[str, str]
"""A name and a value in the address."""


class Facts(NamedTuple):
    """What is known of the resources of a roadmap and of one reader, by key."""

    states: Mapping[str, str]
    """Those that are not started may be missing."""
    kinds: Mapping[str, str]
    broken: Collection[str]
    new: Collection[str]


@dataclass(frozen=True, slots=True)
class Filter:
    """What a resource must be to be shown: all of this, of the kinds one. True where it leaves anything out."""

    state: str = ""
    """A key of STATES."""
    kinds: tuple[str, ...] = ()
    new: bool = False
    broken: bool = False
    left_out: tuple[str, ...] = ()
    """What the address said and nobody understood, such as "state=dnoe"."""

    def __bool__(self) -> bool:
        return bool(self.parts)

    @property
    def parts(self) -> list[Part]:
        """What the address says of it, always in this order."""
        kinds = [("kind", kind) for kind in self.kinds]
        only = [("only", name) for name, on in (("new", self.new), ("broken", self.broken)) if on]
        return [*([("state", self.state)] if self.state else []), *kinds, *only]

    @property
    def query(self) -> str:
        """The same as it stands in an address; empty for the whole roadmap."""
        return urlencode(self.parts)

    def without(self, part: Part) -> str:
        """Return the query that asks for all but one part."""
        return urlencode([each for each in self.parts if each != part])

    def matching(self, keys: Iterable[str], facts: Facts) -> frozenset[str]:
        """Return those of some keys that are to be shown."""
        return frozenset(key for key in keys if all(fits(key, facts) for fits in self._wishes()))

    def why(self, keys: Collection[str], facts: Facts) -> str:
        """Return in words why none of some resources is shown: the first wish that none of them fulfils."""
        if self.kinds and not any(self._is_of_kind(key, facts) for key in keys):
            return _no_kind(self.kinds, len(keys))
        if self.broken and not any(key in facts.broken for key in keys):
            return gettext("no broken link")
        if self.new and not any(key in facts.new for key in keys):
            return gettext("nothing new here")
        if self.state and not any(self._is_in_state(key, facts) for key in keys):
            return _no_state(self.state, {facts.states.get(key, "") for key in keys}, len(keys))
        words = ngettext(
            "%(count)d resource is not all of this", "none of %(count)d resources is all of this", len(keys)
        )
        return words % {"count": len(keys)}

    def _wishes(self) -> list[Any]:
        wishes = [
            (self.state, self._is_in_state),
            (self.kinds, self._is_of_kind),
            (self.new, lambda key, facts: key in facts.new),
            (self.broken, lambda key, facts: key in facts.broken),
        ]
        return [fits for wished, fits in wishes if wished]

    def _is_in_state(self, key: str, facts: Facts) -> bool:
        return facts.states.get(key, "") in STATES[self.state][0]

    def _is_of_kind(self, key: str, facts: Facts) -> bool:
        return facts.kinds[key] in self.kinds


def asked_for(query: MultiValueDict[str, str]) -> Filter:
    """Return what an address asks for. Names that are not ours are none of our business; a value that is not known, and
    a second state, are left out and named."""
    given = {name: [value for value in dict.fromkeys(query.getlist(name)) if value] for name in KNOWN}
    states, kinds, only = ([value for value in values if value in KNOWN[name]] for name, values in given.items())
    strange = [(name, value) for name, values in given.items() for value in values if value not in KNOWN[name]]
    strange += [("state", value) for value in states[1:]]
    return Filter(
        state=states[0] if states else "",
        kinds=tuple(kind for kind in Kind.values if kind in kinds),
        new="new" in only,
        broken="broken" in only,
        left_out=tuple(f"{name}={value}"[:LONGEST_NAMED] for name, value in strange[:MOST_NAMED]),
    )


def words(part: Part) -> str:
    """Return one part of the address in the language in use."""
    name, value = part
    if name == "kind":
        return str(Kind(value).label)
    return str(STATES[value][1] if name == "state" else ONLY[value])


def _no_kind(kinds: Iterable[str], count: int) -> str:
    said = ngettext("no %(kinds)s: %(count)d other resource", "no %(kinds)s among %(count)d resources", count)
    *others, last = (str(Kind(kind).label) for kind in kinds)
    named = pgettext("between kinds", ", ").join(others)
    both = gettext("%(kinds)s or %(last)s") % {"kinds": named, "last": last} if others else last
    return said % {"count": count, "kinds": both}


def _no_state(wanted: str, found: Collection[str], count: int) -> str:
    """Return why no resource is in a state; `found` are the states that they are in."""
    if wanted == "left":
        wanted = f"left {' '.join(sorted(found))}"
    said = {
        "left done": ngettext("%(count)d resource, done", "%(count)d resources, all done", count),
        "left skipped": ngettext("%(count)d resource, skipped", "%(count)d resources, all skipped", count),
        "left done skipped": gettext("%(count)d resources, all done or skipped"),
        "not_started": ngettext(
            "%(count)d resource, already begun or skipped", "%(count)d resources, all begun or skipped", count
        ),
        "in_progress": ngettext("%(count)d resource, not in progress", "%(count)d resources, none in progress", count),
        "done": ngettext("%(count)d resource, not done", "%(count)d resources, none done", count),
        "skipped": ngettext("%(count)d resource, not skipped", "%(count)d resources, none skipped", count),
    }
    return said[wanted] % {"count": count}
