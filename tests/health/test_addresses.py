"""Which addresses may be connected to, and that no others are, whatever names, redirects and look-ups say."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.health.addresses import Inside, is_allowed, public_socket, resolve
from roadmap.health.findings import Finding
from roadmap.models import Reason
from tests.health import behaviours
from tests.health.askers import ask
from tests.health.server import Server

PUBLIC = [
    "1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1",
    "192.0.1.1", "198.17.0.1", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2400:cb00::1",
]  # fmt: skip
REFUSED = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.1.2.3",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
    "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:0:8.8.8.8", "100::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "2606:4700:4700::1111%eth0", "fec0::1", "ff02::1", "2001:db8::1", "2001:2::1", "2001:20::1",
    "3fff::1", "5f00::1", "64:ff9b:1:808:808::", "64:ff9b:1:1::808:808", "4000::1",
]  # fmt: skip
NO_ADDRESSES = ["", "localhost", "127.1", "0x7f.1", "2130706433", "017700000001", "1.2.3.4.5", "１.１.１.１", "[::1]"]
SIXTOFOUR, TEREDO, MAPPED = IPv6Address("2002::"), IPv6Address("2001:0:808:808::"), IPv6Address("::ffff:0:0")
NAT64, LOCAL_NAT64 = IPv6Address("64:ff9b::"), IPv6Address("64:ff9b:1::")
A_NAME = "somewhere.example"


@pytest.fixture
def strict(settings: Any) -> None:
    """As in service, where this machine's addresses are as little allowed as others."""
    settings.LINKS_LOOPBACK = False


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_allowed(address: str) -> None:
    assert is_allowed(address)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("address", [*REFUSED, *NO_ADDRESSES])
def test_no_others_are(address: str) -> None:
    assert not is_allowed(address)


@pytest.mark.parametrize("address", REFUSED)
def test_the_setting_lets_loopback_in_and_nothing_else(address: str) -> None:
    assert is_allowed(address) == (address.startswith("127.") or address == "::1")


def forms(inner: IPv4Address) -> list[IPv6Address]:
    """The ways to say an IPv4 address in an IPv6 one."""
    return [
        IPv6Address(int(MAPPED) | int(inner)),
        IPv6Address(int(SIXTOFOUR) | int(inner) << 80 | 1),
        IPv6Address(int(TEREDO) | int(inner) ^ 0xFFFFFFFF),
        IPv6Address(int(NAT64) | int(inner)),
        IPv6Address(int(LOCAL_NAT64) | int(inner)),
    ]


@pytest.mark.parametrize("loopback", [True, False])
def test_an_address_in_an_address_is_as_good_as_the_inner_one(settings: Any, loopback: bool) -> None:
    settings.LINKS_LOOPBACK = loopback

    @given(
        st.one_of(
            st.ip_addresses(v=4),
            *(st.ip_addresses(network=ip_network(net)) for net in ("10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16")),
        )
    )
    def holds(inner: IPv4Address) -> None:
        for form in forms(inner):
            assert is_allowed(str(form)) == is_allowed(str(inner)), form

    holds()


@pytest.mark.usefixtures("strict")
def test_a_teredo_address_through_an_inner_server_is_refused() -> None:
    assert not is_allowed(str(IPv6Address(int(IPv6Address("2001:0:a00:1::")) | 0x08080808 ^ 0xFFFFFFFF)))


@given(st.text(max_size=50))
def test_any_text_gets_a_verdict(text: str) -> None:
    is_allowed(text)


class Names:
    """Looks names up as it is told: each answer once, the last one for ever."""

    def __init__(self, *answers: Sequence[str] | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def found(url: str, names: Names) -> tuple[Reason, int | None]:
    finding: Finding = ask(url, resolve=names)
    return finding.reason, finding.status


ODD_LOOPBACK = [
    "127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0177.0.0.1", "127.0.0.1.",
    "１２７.0.0.1", "127。0。0。1", "[::1]", "[::ffff:7f00:1]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]",
    "localhost", "localhost.", "LOCALHOST", "ｌｏｃａｌｈｏｓｔ",
]  # fmt: skip


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("host", ODD_LOOPBACK)
def test_this_machine_is_not_asked_by_whatever_name(server: Server, host: str) -> None:
    finding = ask(f"http://{host}:{server.port}/")
    assert (finding.reason, server.connections) == (Reason.INSIDE, [])


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "169.254.169.254", "0xa9fea9fe", "[fe80::1%25lo]", "[fd00:ec2::254]", "0.0.0.0"]
)
def test_inner_addresses_are_not_asked(host: str) -> None:
    assert ask(f"http://{host}/latest/meta-data/").reason == Reason.INSIDE


@pytest.mark.parametrize("host", [*ODD_LOOPBACK[:10], *ODD_LOOPBACK[14:]])
def test_this_machine_is_asked_where_the_setting_says_so(server: Server, host: str) -> None:
    server.behave("/", behaviours.page())
    assert ask(f"http://{host}:{server.port}/").reason == Reason.WELL


def test_a_name_that_has_inner_addresses_alone_is_not_asked(server: Server) -> None:
    assert found(server.url("/", A_NAME), Names(["10.0.0.1", "fd00::1"])) == (Reason.INSIDE, None)


def test_of_several_addresses_the_inner_ones_are_left_out() -> None:
    with Server(["127.0.0.2"]) as server:
        server.behave("/", behaviours.page())
        names = Names(["10.0.0.1", "::ffff:192.168.1.1", "127.0.0.2", "169.254.169.254"])
        assert found(server.url("/", A_NAME), names) == (Reason.WELL, 200)
        assert set(server.connections) == {"127.0.0.2"}


def test_a_redirect_to_an_inner_address_is_a_failure_and_is_not_followed(server: Server) -> None:
    for target in ("http://10.0.0.1/", "http://[::ffff:a00:1]/", "http://0xa9fea9fe/latest/"):
        finding = ask(server.behave("/out", behaviours.redirect(target, 301)))
        assert (finding.reason, finding.status) == (Reason.LED_INSIDE, 301)


def test_a_redirect_to_a_name_with_inner_addresses_is_a_failure(server: Server) -> None:
    server.behave("/out", behaviours.redirect("http://inside.example/"))
    names = Names(["127.0.0.1"], ["10.0.0.1"], ["127.0.0.1"], ["10.0.0.1"])
    assert found(server.url("/out", A_NAME), names) == (Reason.LED_INSIDE, 302)
    assert [host for host, _ in names.asked] == [A_NAME, "inside.example"] * 2


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    """A name that answers otherwise a moment later: each look-up is checked, and its own addresses are used."""
    with Server(["127.0.0.2", "127.0.0.3"]) as server:
        server.behave("/", behaviours.page())
        names = Names(["127.0.0.2"], ["10.0.0.1"])
        # HEAD goes to the first address, and GET nowhere.
        assert found(server.url("/", A_NAME), names) == (Reason.INSIDE, None)
        assert (server.connections, len(names.asked)) == (["127.0.0.2"], 2)
        server.forget()
        names = Names(["127.0.0.2"], ["127.0.0.3"])
        assert found(server.url("/", A_NAME), names) == (Reason.WELL, 200)
        # One look-up for each connection: nothing is asked again between the check and the connection.
        assert (server.connections, len(names.asked)) == (["127.0.0.2", "127.0.0.3"], 2)


@pytest.mark.usefixtures("strict")
def test_a_name_that_turns_inside_is_never_connected_to(server: Server) -> None:
    names = Names(["127.0.0.1"])
    assert found(server.url("/", A_NAME), names) == (Reason.INSIDE, None)
    assert server.connections == []


def test_the_name_stays_in_what_is_asked(server: Server) -> None:
    server.behave("/", behaviours.page())
    ask(server.url("/", A_NAME), resolve=Names(["127.0.0.1"]))
    assert {request.host for request in server.requests} == {f"{A_NAME}:{server.port}"}


def test_a_socket_to_an_inner_address_is_not_made() -> None:
    """Even where an address came past the resolver."""
    with pytest.raises(Inside):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 80)))
    public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 80))).close()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), Reason.NO_HOST),
        (socket.gaierror(socket.EAI_NODATA, ""), Reason.NO_HOST),
        (socket.gaierror(socket.EAI_AGAIN, ""), Reason.UNRESOLVED),
        (socket.gaierror(socket.EAI_FAIL, ""), Reason.UNRESOLVED),
        (socket.gaierror(socket.EAI_SYSTEM, ""), Reason.UNRESOLVED),
        (OSError("no network"), Reason.UNRESOLVED),
        ([], Reason.NO_HOST),
    ],
)
def test_a_look_up_that_fails(server: Server, error: Exception | list[str], reason: Reason) -> None:
    assert found(server.url("/", A_NAME), Names(error)) == (reason, None)


def test_a_redirect_to_a_host_that_does_not_exist(server: Server) -> None:
    server.behave("/out", behaviours.redirect("http://gone.example/"))
    gone = socket.gaierror(socket.EAI_NONAME, "")
    # GET is led there too.
    names = Names(["127.0.0.1"], gone, ["127.0.0.1"], gone)
    assert found(server.url("/out", A_NAME), names) == (Reason.NO_HOST, 302)


def test_a_look_up_that_hangs_holds_up_neither_others_nor_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended, ask_system = threading.Semaphore(0), threading.Event(), socket.getaddrinfo

    def hang(host: str, *arguments: Any, **options: Any) -> Any:
        if host == "localhost":
            return ask_system(host, *arguments, **options)
        begun.release()
        ended.wait(60)
        return []

    async def run() -> list[str]:
        hanging = [asyncio.create_task(resolve(f"{number}.example", 80)) for number in range(100)]
        await asyncio.sleep(0)
        found = await resolve("localhost", 80)
        assert not any(task.done() for task in hanging)
        return found

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    try:
        assert "127.0.0.1" in asyncio.run(run())
        assert all(begun.acquire(timeout=60) for _ in range(100))
        assert not ended.is_set()
    finally:
        ended.set()


def test_a_host_without_an_address_that_can_be_reached_from_here_exists_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A machine without IPv6 would not be told of hosts that have nothing else, if it asked for what it can use."""
    flags = []

    def look_up(host: str, port: int, **options: Any) -> Any:
        flags.append(options.get("flags", 0))
        return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("2606:4700:4700::1111", 80, 0, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert asyncio.run(resolve("somewhere.example", 80)) == ["2606:4700:4700::1111"]
    assert not flags[0] & socket.AI_ADDRCONFIG


@pytest.mark.parametrize("error", [UnicodeError("no host"), OSError("no network"), socket.gaierror(socket.EAI_NONAME)])
def test_what_a_look_up_raises_comes_to_who_waits(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*arguments: Any, **options: Any) -> Any:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(type(error)):
        asyncio.run(resolve("somewhere.example", 80))


def test_the_system_is_asked_where_nothing_else_is_said() -> None:
    assert "127.0.0.1" in asyncio.run(resolve("localhost", 80))
