"""Which addresses may be connected to: those of the public internet alone, whatever names and redirects say.

What is special is told by the registries at https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from django.conf import settings

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Looks the IP addresses of a host up, given its port. Raises socket.gaierror."""

# fmt: off
_IPV4_REFUSED = list(map(IPv4Network, (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
)))
# fmt: on
"""The last one looks public, and is where machines at Azure find what is theirs alone."""
_IPV6_PUBLIC = IPv6Network("2000::/3")
_IPV6_REFUSED = [IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20")]
_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_LOCAL_PREFIX = IPv6Network("64:ff9b:1::/96")


class Inside(OSError):
    """An address is none of the public internet."""


def is_allowed(address: str) -> bool:
    """Whether an IP address may be connected to; false for what is none. With settings.LINKS_LOOPBACK those of this
    machine may be too."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv4Address):
        return _is_allowed4(ip)
    if ip.scope_id is not None:
        return False
    if ip.is_loopback:
        return bool(settings.LINKS_LOOPBACK)
    if inner := _embedded(ip):
        return all(map(_is_allowed4, inner))
    return ip in _IPV6_PUBLIC and not any(ip in network for network in _IPV6_REFUSED)


def _is_allowed4(ip: IPv4Address) -> bool:
    if ip.is_loopback:
        return bool(settings.LINKS_LOOPBACK)
    return not any(ip in network for network in _IPV4_REFUSED)


def _embedded(ip: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that packets to an IPv6 address are for in the end: mapped, 6to4, Teredo, NAT64."""
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip.sixtofour:
        return [ip.sixtofour]
    if ip.teredo:
        return list(ip.teredo)
    # In the rest of the local range the place of the inner address is known to its network alone.
    if ip in _NAT64 or ip in _LOCAL_PREFIX:
        return [IPv4Address(int(ip) & 0xFFFFFFFF)]
    return []


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host, those too that this machine has no way to: a host that has no others
    exists all the same. Raises socket.gaierror.

    Each look-up has a thread of its own, so that one that hangs holds up neither others nor the end of the process.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str], error: Exception | None) -> None:
        if found.done():
            return
        if error:
            found.set_exception(error)
        else:
            found.set_result(addresses)

    def look_up() -> None:
        addresses, failed = [], None
        try:
            addresses = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, ValueError) as error:
            failed = error
        # Nobody may be waiting any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(tell, addresses, failed)

    threading.Thread(target=look_up, name=f"look-up of {host}", daemon=True).start()
    return await found


class PublicResolver(AbstractResolver):
    """Gives aiohttp the addresses of a host that may be connected to: these, looked up once, are the ones that it
    connects to."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the public addresses. Raises socket.gaierror, or Inside where there are none but others."""
        addresses = list(dict.fromkeys(await self._resolve(host, port)))
        if not addresses:
            raise socket.gaierror(socket.EAI_NODATA, "no addresses")
        allowed = [address for address in addresses if is_allowed(address)]
        if not allowed:
            raise Inside(f"{host} is not on the public internet")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in allowed
        ]

    async def close(self) -> None:
        """Hold nothing, so let go of nothing."""


def public_socket(address_info: tuple[Any, Any, Any, Any, tuple[Any, ...]]) -> socket.socket:
    """Return the socket for a connection that is about to be made. Raises Inside: an address that needed no look-up, or
    came past the resolver in some other way, ends here."""
    family, kind, protocol, _, address = address_info
    if not is_allowed(str(address[0])):
        raise Inside(f"{address[0]} is not on the public internet")
    return socket.socket(family, kind, protocol)
