"""The filter in the address: what is understood of it, what matches, and why nothing does."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.utils.translation import override

from roadmap.filtering import Facts, Filter, asked_for


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("", Filter()),
        ("state=left", Filter(state="left")),
        ("state=&kind=&only=", Filter()),
        ("kind=video&kind=book", Filter(kinds=("video", "book"))),
        ("kind=book&kind=video&kind=book", Filter(kinds=("video", "book"))),
        ("only=new", Filter(new=True)),
        ("only=new&only=broken", Filter(new=True, broken=True)),
        (
            "only=broken&kind=paper&state=in_progress",
            Filter(state="in_progress", kinds=("paper",), broken=True),
        ),
        ("utm_source=x&page=2&q=kind", Filter()),
        ("state=dnoe", Filter(left_out=("state=dnoe",))),
        ("state=Left", Filter(left_out=("state=Left",))),
        ("state=done&state=left", Filter(state="done", left_out=("state=left",))),
        ("state=done&state=done", Filter(state="done")),
        ("kind=film&kind=video&only=old", Filter(kinds=("video",), left_out=("kind=film", "only=old"))),
        ("kind=%00&state=%3Cb%3E", Filter(left_out=("state=<b>", "kind=\0"))),
        ("kind=" + "x" * 500, Filter(left_out=("kind=" + "x" * 55,))),
        ("&".join(f"kind={number}" for number in range(99)), Filter(left_out=tuple(f"kind={n}" for n in range(5)))),
        ("state[]=left&KIND=video", Filter()),
        ("%ff=%ff&state=%ff", Filter(left_out=("state=\ufffd",))),
    ],
)
def test_what_is_understood_of_an_address(address: str, wanted: Filter) -> None:
    assert asked_for(QueryDict(address)) == wanted


def test_only_what_leaves_something_out_is_a_filter() -> None:
    assert not Filter()
    assert not Filter(left_out=("state=x",))
    assert Filter(state="left")


def test_a_filter_has_one_address_and_reads_it_back() -> None:
    wanted = Filter(state="left", kinds=("video", "book"), new=True, broken=True)
    assert wanted.query == "state=left&kind=video&kind=book&only=new&only=broken"
    assert asked_for(QueryDict(wanted.query)) == wanted
    assert wanted.without(("kind", "video")) == "state=left&kind=book&only=new&only=broken"


FACTS = Facts(
    states={"b": "done", "c": "in_progress", "d": "skipped"},
    kinds={"a": "video", "b": "video", "c": "book", "d": "paper"},
    broken={"c", "d"},
    new={"a", "c"},
)


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("", "abcd"),
        ("state=left", "ac"),
        ("state=not_started", "a"),
        ("state=in_progress", "c"),
        ("state=done", "b"),
        ("state=skipped", "d"),
        ("kind=video", "ab"),
        ("kind=video&kind=paper", "abd"),
        ("only=new", "ac"),
        ("only=broken", "cd"),
        ("only=new&only=broken", "c"),
        ("state=left&kind=video", "a"),
        ("state=left&kind=video&only=broken", ""),
        ("state=done&only=new", ""),
    ],
)
def test_what_matches(address: str, keys: str) -> None:
    assert asked_for(QueryDict(address)).matching("abcd", FACTS) == frozenset(keys)


@pytest.mark.parametrize(
    ("address", "keys", "why"),
    [
        ("state=left", "b", "1 resource, done"),
        ("state=left", "d", "1 resource, skipped"),
        ("state=left", "bd", "2 resources, all done or skipped"),
        ("state=not_started", "bc", "2 resources, all begun or skipped"),
        ("state=in_progress", "ab", "2 resources, none in progress"),
        ("state=done", "acd", "3 resources, none done"),
        ("state=skipped", "a", "1 resource, not skipped"),
        ("kind=book", "ab", "no book among 2 resources"),
        ("kind=book&kind=paper", "ab", "no book or paper among 2 resources"),
        ("kind=book&kind=paper&kind=course", "ab", "no course, book or paper among 2 resources"),
        ("kind=book", "a", "no book: 1 other resource"),
        ("only=broken", "ab", "no broken link"),
        ("only=new", "bd", "nothing new here"),
        ("state=done&kind=book", "ab", "no book among 2 resources"),
        ("state=done&kind=book", "bc", "none of 2 resources is all of this"),
    ],
)
def test_why_nothing_matches(address: str, keys: str, why: str) -> None:
    with override("en"):
        assert asked_for(QueryDict(address)).why(keys, FACTS) == why
