"""`manage.py check_links`: what it prints, to whom."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from roadmap.health.checking import Check
from roadmap.health.links import gather
from roadmap.management.commands.check_links import Command
from roadmap.models import Link
from tests.factories import make_roadmap
from tests.health.behaviours import answer, late, page, redirect
from tests.health.checks import events, resources_of
from tests.health.commands import wait_until
from tests.health.server import Server
from tests.processes import ROOT, database_url, free_port

pytestmark = pytest.mark.django_db


def run(*options: str) -> str:
    """Run it and return what it prints; nothing may go to stderr."""
    out, errors = StringIO(), StringIO()
    call_command("check_links", *options, stdout=out, stderr=errors, no_color=True)
    assert errors.getvalue() == ""
    return out.getvalue()


def make_older(days: float) -> None:
    for link in Link.objects.all():
        for name in ("asked_at", "checked_at", "well_at", "failing_since", "gone_since", "died_at"):
            at = getattr(link, name)
            setattr(link, name, at and at - timedelta(days=days))
        link.save()


def test_a_line_for_each_link_whose_grade_changed_and_nothing_else(server: Server) -> None:
    well, gone = server.behave("/well", page()), server.behave("/gone", answer(404))
    moved, robots = server.behave("/moved", redirect("/well", 301)), server.behave("/robots", answer(403))
    resources_of(well, gone, moved, robots)
    assert sorted(run().splitlines()) == [
        f"failing {gone} (not-found, 404)",
        f"moved   {moved} (moved, 200) → {well}",
    ]
    assert run() == ""
    make_older(4)
    assert run() == ""
    make_older(4)
    server.behave("/well", answer(410))
    assert sorted(run().splitlines()) == [
        f"dead    {gone} (not-found, 404) [was failing]",
        f"failing {moved} (gone, 410) → {well} [was moved]",
        f"failing {well} (gone, 410) [was ok]",
    ]
    assert events() == [f"died {gone}"]
    make_older(1)
    for path in ("/well", "/gone"):
        server.behave(path, page())
    assert sorted(run().splitlines()) == [
        f"moved   {moved} (moved, 200) → {well} [was failing]",
        f"ok      {gone} (well, 200) [was dead]",
        f"ok      {well} (well, 200) [was failing]",
    ]


def test_json_is_one_object_on_one_line(server: Server) -> None:
    gone = server.behave("/gone", answer(404))
    [resource, _] = resources_of(gone, server.behave("/well", page()))
    slug = resource.roadmap.slug
    out = run("--json", "--roadmap", slug)
    found = json.loads(out)
    assert out.count("\n") == 1
    assert found.pop("seconds") > 0
    assert found == {
        "roadmap": slug,
        "links": 2,
        "asked": 2,
        "left": 0,
        "grades": {"ok": 1, "moved": 0, "blocked": 0, "failing": 1, "dead": 0, "": 0},
        "changed": [
            {"url": gone, "before": "", "grade": "failing", "reason": "not-found", "status": 404, "target": ""}
        ],
        "stopped": False,
        "unreached": 0,
        "errors": [],
    }
    assert json.loads(run("--json"))["roadmap"] is None


@pytest.mark.parametrize("value", ["-1", "nan", "inf", "1e9", "a week", ""])
def test_an_age_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(CommandError, match="no number of days from 0 to 36500"):
        call_command("check_links", f"--max-age={value}")


def test_a_roadmap_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(CommandError, match=r"no roadmap “plan”\. There are: none"):
        call_command("check_links", "--roadmap", "plan")
    make_roadmap(slug="b")
    make_roadmap(slug="a")
    with pytest.raises(CommandError, match=r"no roadmap “plan”\. There are: a, b"):
        call_command("check_links", "--roadmap", "plan")


def test_max_age_is_kept(server: Server) -> None:
    resources_of(server.behave("/a", page()))
    run()
    make_older(0.6)
    assert json.loads(run("--json", "--max-age", "0.7"))["asked"] == 0
    assert json.loads(run("--json", "--max-age", "0.5"))["asked"] == 1


def test_a_network_that_is_down_is_said_after_what_was_found(server: Server, settings: Settings) -> None:
    settings.LINKS_BACK_OFF = ()
    port = free_port()
    resources_of(*(f"http://127.0.1.{number}:{port}/" for number in range(1, 10)))
    out = StringIO()
    with pytest.raises(CommandError, match=r"No host could be reached.*Nothing was recorded about 9 links"):
        call_command("check_links", "--json", stdout=out)
    assert json.loads(out.getvalue())["unreached"] == 9


def test_what_others_wrote_gives_a_terminal_no_orders(server: Server) -> None:
    url = server.url("/\x1b]0;a\x07\x9b2J\u202e")
    resources_of(url, server.behave("/moved", redirect("/\x1b[2J\x9b", 301)))
    server.behave("/%1B[2J%9B", page())
    out = run()
    assert r"/\x1b]0;a\x07\x9b2J\u202e (" in out
    assert "→ " in out
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out + run("--report"))
    make_older(1)
    assert [each["url"] for each in json.loads(run("--json", "--max-age", "0"))["changed"]] == []


def test_where_the_check_itself_failed_that_is_said_after_what_was_found(server: Server) -> None:
    url = server.behave("/a", page())
    resources_of(url, server.behave("/gone", answer(404)))
    gather()
    Link.objects.filter(url=url).update(validators=["what nobody wrote"])
    out = StringIO()
    with pytest.raises(CommandError, match=f"failed at these links:\n{re.escape(url)}: AttributeError"):
        call_command("check_links", stdout=out, no_color=True)
    assert out.getvalue() == f"failing {server.url('/gone')} (not-found, 404)\n"


def test_a_lock_that_cannot_be_held_is_said(settings: Any) -> None:
    lock = settings.ENVIRONMENT.data_dir / "check_links.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    try:
        with pytest.raises(CommandError, match=r"check_links\.lock"):
            call_command("check_links")
    finally:
        lock.rmdir()


def test_a_second_signal_ends_what_comes_before_the_asking_too() -> None:
    check = Check()
    with Command()._stoppable(check):
        signal.raise_signal(signal.SIGTERM)
        assert check.is_stopped
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)


def test_a_report_asks_nothing(server: Server) -> None:
    resources_of(server.behave("/a", page()))
    run("--report")
    assert (server.requests, Link.objects.exclude(asked_at=None).count()) == ([], 0)


def test_there_may_be_nothing_to_ask() -> None:
    assert run() == ""
    assert json.loads(run("--json"))["links"] == 0


def start_on_a_terminal(folder: Path, **variables: str) -> tuple[subprocess.Popen[bytes], int]:
    """Start it as people do; return the process and what its terminal can be read from."""
    here, there = pty.openpty()
    given = {"DATABASE_URL": database_url(), "DATA_DIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "check_links"],
        cwd=ROOT,
        env={**os.environ, **given, "DJANGO_SETTINGS_MODULE": "tests.checking_settings", **variables},
        stdout=there,
        stderr=there,
    )
    os.close(there)
    return process, here


def shown_on(terminal: int) -> bytes:
    """Return all that a terminal is shown, once nothing writes to it any more."""
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            os.close(terminal)
            return shown


@pytest.mark.django_db(transaction=True)
def test_a_terminal_sees_a_bar_and_a_summary(server: Server, tmp_path: Path) -> None:
    resources_of(*(server.behave(f"/{number}", late(0.1, page())) for number in range(6)))
    process, terminal = start_on_a_terminal(tmp_path)
    shown = shown_on(terminal)
    assert process.wait() == 0
    assert b"links  [####" in shown
    # In no colour: red would say that something went wrong.
    assert shown.endswith(b"\r6 of 6 links checked: 6 ok.\r\n")


@pytest.mark.django_db(transaction=True)
def test_a_terminal_sees_that_it_was_heard_when_it_is_stopped(server: Server, tmp_path: Path) -> None:
    resources_of(server.behave("/slow", late(2, page())), server.behave("/other", page()))
    process, terminal = start_on_a_terminal(tmp_path)
    wait_until(lambda: bool(server.requests))
    process.send_signal(signal.SIGINT)
    shown = shown_on(terminal)
    assert process.wait() == 130
    assert b"ending [" in shown
    assert shown.endswith(b"Stopped: 1 checked, 1 left; run it again to go on.\r\n")


def test_one_prints_either_a_report_or_an_object() -> None:
    with pytest.raises(CommandError, match="not allowed with argument --json"):
        call_command("check_links", "--json", "--report")


def test_a_time_is_told_by_the_system_where_no_clock_is_given(server: Server) -> None:
    url = server.behave("/a", page())
    resources_of(url)
    before = timezone.now()
    run()
    link = Link.objects.get(url=url)
    assert link.asked_at is not None
    assert link.checked_at is not None
    assert before <= link.asked_at <= link.checked_at <= timezone.now()
