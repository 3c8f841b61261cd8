"""Every address of the site is in the table of tests/addresses.py, and answers each as the table says."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.addresses import ADDRESSES, EDITOR, EVERYBODY, GUEST, LEARNER, Address, Site, Sort, routes
from tests.processes import ROOT, bare
from tests.rich_site import SETUPS, RichSite, rich_site

pytestmark = pytest.mark.looks
KNOWN = {address.route for address in ADDRESSES}
READ = [each for each in ADDRESSES if each.sort in (Sort.PAGE, Sort.FILE)]
POSTED = [each for each in ADDRESSES if each.sort is Sort.ACT]
TO_ENTER = "enter it in tests/addresses.py, with who sees it: one line"


@pytest.fixture(scope="module")
def rich() -> Iterator[RichSite]:
    with rich_site() as site:
        yield site


@pytest.fixture(scope="module")
def full() -> set[str]:
    """The routes of the project with all that can be set up."""
    given = {**SETUPS[Site.FULL], "DEBUG": "on", "SECRET_KEY": "for tests alone"}
    command = [sys.executable, "-m", "tests.addresses"]
    done = subprocess.run(command, cwd=ROOT, env=bare(**given), stdout=subprocess.PIPE, check=True, timeout=120)
    return set(json.loads(done.stdout))


def ask(rich: RichSite, address: Address, who: str, method: str = "GET") -> tuple[int, str]:
    """Return the status, and where the answer leads."""
    parts = urlsplit(rich.url(address, ""))
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    headers = {"Accept-Language": "zh-TW"}
    if who in rich.sessions:
        headers["Cookie"] = f"session={rich.sessions[who]}"
    connection.request(method, f"{parts.path}?{parts.query}" if parts.query else parts.path, headers=headers)
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.headers.get("Location", "")


def shut_out(address: Address) -> tuple[str, ...]:
    """Return who must not see it. What one learner is shown may be there for others as well, only not worth a look."""
    if address.who == (EDITOR,):
        return (GUEST, LEARNER)
    return () if GUEST in address.who else (GUEST,) if address.who else EVERYBODY


def test_every_address_is_in_the_table(full: set[str]) -> None:
    for route in sorted(full | set(routes())):
        assert route in KNOWN, f"no entry for {route!r}: {TO_ENTER}"


def test_the_table_holds_no_address_that_is_gone(full: set[str]) -> None:
    assert KNOWN - full - set(routes()) == set()


def test_names_of_pages_are_their_own() -> None:
    names = [(each.name, each.site) for each in ADDRESSES if each.sort is Sort.PAGE]
    assert sorted(names, key=str) == sorted(set(names), key=str)


@pytest.mark.parametrize("address", READ, ids=lambda each: f"{each.name}-{each.site.name}")
def test_those_who_are_let_in_see_it_and_others_do_not(rich: RichSite, address: Address) -> None:
    for who in address.who:
        assert (who, *ask(rich, address, who)) == (who, address.status, "")
    for who in shut_out(address):
        status, leads = ask(rich, address, who)
        assert status in (302, 400, 403, 404), (who, status, leads)


@pytest.mark.parametrize("address", POSTED, ids=lambda each: each.name)
def test_what_is_posted_to_cannot_be_got(rich: RichSite, address: Address) -> None:
    for who in address.who:
        assert ask(rich, address, who)[0] in (401, 403, 404, 405), who
