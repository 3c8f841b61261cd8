"""Many writers at once, and a server that is killed: the real server on the real database, asked over HTTP."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import cycle, islice
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import GuestTick, Note, Progress, State, StudyEvent, User
from accounts.readers import GUEST
from roadmap.models import Resource
from tests.factories import make_resource, make_roadmap, make_user
from tests.serving import Server, serving

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS = 32
WORKERS = 4
"""Processes of the server; each writer has a thread in one of them."""
TURNS = 6
STATES = [State.DONE, State.IN_PROGRESS, State.SKIPPED, ""]


@contextmanager
def site() -> Iterator[Site]:
    """Serve the site with a thread for each writer."""
    with serving("--workers", str(WORKERS), "--threads", str(WRITERS // WORKERS)) as server:
        site = Site(server)
        yield site
        for browser in site.browsers:
            browser.connection.close()


class Site:
    """A server, and the browsers that ask it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.browsers: list[Browser] = []

    def browser(self, session: str) -> Browser:
        """Return a browser with a connection of its own."""
        self.browsers.append(Browser(self.server.port, session))
        return self.browsers[-1]


class Browser:
    """One browser's connection to the server, with its session and its token."""

    def __init__(self, port: int, session: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.host, self.cookie = f"localhost:{port}", f"{settings.SESSION_COOKIE_NAME}={session}"
        self.connection.request("GET", "/token/", headers={"Host": self.host, "Cookie": self.cookie})
        response = self.connection.getresponse()
        self.token = json.loads(response.read())["token"]
        self.cookie += "; " + response.headers["Set-Cookie"].split(";")[0]

    def post(self, address: str, *, accept: str = "*/*", **fields: str) -> tuple[int, str]:
        headers = {
            "Host": self.host,
            "Cookie": self.cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "HX-Request": "true",
            "Accept": accept,
        }
        self.connection.request("POST", address, urlencode({"csrfmiddlewaretoken": self.token, **fields}), headers)
        response = self.connection.getresponse()
        return response.status, response.read().decode()

    def mark(self, resource: Resource, state: str) -> int:
        return self.post(f"/resources/{resource.key}/state/", state=state)[0]

    def write(self, resource: Resource, text: str, version: int) -> int:
        address = f"/resources/{resource.key}/note/"
        return self.post(address, accept="application/json", text=text, version=str(version))[0]


def signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def guest(name: str) -> str:
    client = Client()
    session = client.session
    session[GUEST] = name
    session.save()
    return str(session.session_key)


def all_at_once(acts: list[Callable[[], None]]) -> None:
    """Let all begin together, each in a thread of its own; raise what any of them raised."""
    barrier = threading.Barrier(len(acts))
    failures: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        barrier.wait()
        try:
            act()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def writer(browser: Browser, resource: Resource, states: list[str], statuses: list[int]) -> Callable[[], None]:
    return lambda: statuses.extend(browser.mark(resource, state) for state in states)


def history(user: User, resource: Resource) -> list[tuple[str, str]]:
    """What the events say in the order of their writing: from which state to which."""
    events = StudyEvent.objects.filter(user=user, resource=resource).order_by("pk")
    return list(events.values_list("before", "after"))


def assert_unbroken(steps: list[tuple[str, str]], end: str) -> None:
    """Each step begins where the one before it ended: no write was lost, and none was made on what stood no more."""
    assert [before for before, _ in steps] == ["", *(after for _, after in steps)][: len(steps)]
    assert (steps[-1][1] if steps else "") == end


def test_many_marks_at_once_on_one_resource_follow_one_another() -> None:
    user, resource = make_user(), make_resource(make_roadmap())
    session, statuses = signed_in(user), list[int]()
    with site() as here:
        browsers = [here.browser(session) for _ in range(WRITERS)]
        plans = [list(islice(cycle(STATES), number % 4, number % 4 + TURNS)) for number in range(WRITERS)]
        all_at_once([writer(browser, resource, plan, statuses) for browser, plan in zip(browsers, plans, strict=True)])
    assert Counter(statuses) == {200: WRITERS * TURNS}
    assert Progress.objects.count() <= 1
    assert_unbroken(history(user, resource), Progress.objects.values_list("state", flat=True).first() or "")


def test_many_marks_at_once_on_different_resources_are_all_there() -> None:
    user, roadmap = make_user(), make_roadmap()
    resources = [make_resource(roadmap) for _ in range(WRITERS * TURNS)]
    session, statuses = signed_in(user), list[int]()
    with site() as here:
        browsers = [here.browser(session) for _ in range(WRITERS)]

        def mark(number: int) -> Callable[[], None]:
            own = resources[number::WRITERS]
            return lambda: statuses.extend(browsers[number].mark(resource, State.DONE) for resource in own)

        all_at_once([mark(number) for number in range(WRITERS)])
    assert Counter(statuses) == {200: WRITERS * TURNS}
    assert Counter(Progress.objects.values_list("resource", "state")) == {(it.pk, State.DONE): 1 for it in resources}
    assert StudyEvent.objects.count() == WRITERS * TURNS


def test_many_learners_at_once_do_not_meet() -> None:
    resource = make_resource(make_roadmap())
    users = [make_user() for _ in range(WRITERS)]
    states, statuses = [*STATES[1:], State.DONE], list[int]()
    with site() as here:
        browsers = [here.browser(signed_in(user)) for user in users]
        all_at_once([writer(browser, resource, list(states), statuses) for browser in browsers])
    assert Counter(statuses) == {200: WRITERS * len(states)}
    assert Counter(Progress.objects.values_list("user", "state")) == {(user.pk, State.DONE): 1 for user in users}
    for user in users:
        assert history(user, resource) == list(zip(["", *states[:-1]], states, strict=True))


def test_many_ticks_of_one_guest_at_once_are_all_there() -> None:
    roadmap = make_roadmap()
    resources = [make_resource(roadmap) for _ in range(WRITERS)]
    same, statuses = make_resource(roadmap), list[int]()
    session = guest("somebody")
    with site() as here:
        browsers = [here.browser(session) for _ in range(WRITERS)]

        def mark(browser: Browser, resource: Resource) -> Callable[[], None]:
            return lambda: statuses.extend(browser.mark(it, State.DONE) for it in (same, resource))

        all_at_once([mark(*pair) for pair in zip(browsers, resources, strict=True)])
    assert Counter(statuses) == {200: 2 * WRITERS}
    expected = {("somebody", it.pk, State.DONE): 1 for it in [*resources, same]}
    assert Counter(GuestTick.objects.values_list("guest", "resource", "state")) == expected


def test_of_many_saves_at_once_of_one_note_one_is_taken_and_all_others_are_told() -> None:
    user, resource = make_user(), make_resource(make_roadmap())
    session, answers = signed_in(user), dict[str, int]()
    with site() as here:
        browsers = [here.browser(session) for _ in range(WRITERS)]

        def write(number: int) -> Callable[[], None]:
            text = f"Thought {number}"
            return lambda: answers.update({text: browsers[number].write(resource, text, 0)})

        all_at_once([write(number) for number in range(WRITERS)])
    assert Counter(answers.values()) == {200: 1, 409: WRITERS - 1}
    note = Note.objects.get()
    assert answers[note.text] == 200
    assert note.version == 1


def test_many_notes_at_once_are_all_there() -> None:
    user, roadmap = make_user(), make_roadmap()
    resources = [make_resource(roadmap) for _ in range(WRITERS)]
    session, statuses = signed_in(user), list[int]()
    with site() as here:
        browsers = [here.browser(session) for _ in range(WRITERS)]

        def write(browser: Browser, resource: Resource) -> Callable[[], None]:
            return lambda: statuses.extend(browser.write(resource, f"Version {turn}", turn) for turn in range(TURNS))

        all_at_once([write(*pair) for pair in zip(browsers, resources, strict=True)])
    assert Counter(statuses) == {200: WRITERS * TURNS}
    notes = Counter(Note.objects.values_list("resource", "text", "version"))
    assert notes == {(it.pk, f"Version {TURNS - 1}", TURNS): 1 for it in resources}


def test_what_was_answered_before_the_server_was_killed_is_there() -> None:
    user, roadmap = make_user(), make_roadmap()
    resources = [make_resource(roadmap) for _ in range(WRITERS * 40)]
    session, answered = signed_in(user), list[Resource]()
    enough = threading.Event()

    def burst(browser: Browser, own: list[Resource]) -> None:
        for resource in own:
            try:
                status = browser.mark(resource, State.DONE)
            except (HTTPException, OSError):
                return  # The server is dead, and this one was not answered.
            assert status == 200
            answered.append(resource)
            if len(answered) >= 3 * WRITERS:
                enough.set()

    with site() as here:
        browsers = [here.browser(session) for _ in range(WRITERS)]

        def act(number: int) -> Callable[[], None]:
            return lambda: burst(browsers[number], resources[number::WRITERS])

        def kill() -> None:
            enough.wait(60)
            here.server.kill()

        all_at_once([*(act(number) for number in range(WRITERS)), kill])
    there = Counter(Progress.objects.values_list("resource", flat=True))
    assert len(resources) > len(answered) >= 3 * WRITERS
    assert {resource.pk for resource in answered} <= there.keys()
    assert set(there.values()) == {1}
    # Of those that were not answered, what is there is there whole.
    assert there == Counter(StudyEvent.objects.values_list("resource", flat=True))
    with site() as here:
        assert here.browser(session).mark(resources[-1], State.SKIPPED) == 200
    assert Progress.objects.get(resource=resources[-1]).state == State.SKIPPED
