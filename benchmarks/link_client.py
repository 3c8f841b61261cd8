"""One of the processes that `benchmarks.links` compares, each begun anew.

    python -m benchmarks.link_client seed LINKS HOSTS LARGEST PORT    make resources: so many links on so many hosts
    python -m benchmarks.link_client check PAUSE                      check them, with a pause of so many seconds
    python -m benchmarks.link_client bare KEPT                        ask the same with aiohttp alone; KEPT is 1 where
                                                                      connections are kept, as is usual, else 0

The last two print seconds, and the most memory in MB. All hosts have names that lead to 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
import time
from collections.abc import Iterator
from datetime import timedelta

import aiohttp
import django
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


async def lookup(host: str, port: int) -> list[str]:
    """Lead every name to this machine."""
    return ["127.0.0.1"]


class Here(AbstractResolver):
    """The same for aiohttp."""

    async def resolve(self, host: str, port: int = 0, family: object = None) -> list[ResolveResult]:
        """Lead every name to this machine."""
        found = await ThreadedResolver().resolve("127.0.0.1", port)
        return [{**found[0], "hostname": host}]

    async def close(self) -> None:
        """Hold nothing."""


def sizes(links: int, hosts: int, largest: int) -> Iterator[int]:
    """Yield how many links each host has: the largest, then ever fewer, down to one."""
    yield largest
    left, others = links - largest, hosts - 1
    weight = (left - others) / sum(1 / rank for rank in range(1, others + 1))
    for rank in range(1, others + 1):
        size = min(left - (others - rank), 1 + round(weight / rank)) if rank < others else left
        yield size
        left -= size


def seed(links: int, hosts: int, largest: int, port: int) -> None:
    """Make one roadmap with these resources."""
    from roadmap.models import Resource, Roadmap

    roadmap = Roadmap.objects.create(slug="plan", title="Plan")
    urls = [
        f"http://host{host}.example:{port}/{number}"
        for host, size in enumerate(sizes(links, hosts, largest))
        for number in range(size)
    ]
    Resource.objects.bulk_create((Resource(roadmap=roadmap, url=url, title=url) for url in urls), batch_size=1000)


def check(pause: float) -> None:
    """Run the whole check."""
    from django.conf import settings

    from roadmap.health.checking import Check
    from roadmap.health.links import gather

    settings.LINKS_LOOPBACK, settings.LINKS_PAUSE = True, pause
    gather()
    report = Check(max_age=timedelta(0), resolve=lookup).run()
    if report.grades["ok"] != report.links or report.asked != report.links:
        raise SystemExit(f"not all links are well: {report.grades}")


def bare(kept: bool) -> None:
    """Ask for the same by HEAD and GET, the same number at once, and nothing else."""
    from roadmap.models import Resource

    asyncio.run(_ask(list(Resource.objects.order_by("pk").values_list("url", flat=True)), kept))


async def _ask(urls: list[str], kept: bool) -> None:
    from django.conf import settings

    connector = aiohttp.TCPConnector(resolver=Here(), limit=settings.LINKS_AT_ONCE, force_close=not kept)
    left = iter(urls)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def work() -> None:
            for url in left:
                for method in ("HEAD", "GET"):
                    async with session.request(method, url) as answer:
                        answer.raise_for_status()
                        await answer.read()

        await asyncio.gather(*(work() for _ in range(settings.LINKS_AT_ONCE)))


def main(what: str, *numbers: str) -> None:
    """Do one of the three."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "aienotes.settings"
    django.setup()
    if what == "seed":
        seed(*map(int, numbers))
        return
    begun = time.perf_counter()
    if what == "check":
        check(*map(float, numbers))
    else:
        bare(numbers == ("1",))
    print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
