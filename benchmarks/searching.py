"""`python -m benchmarks.searching N`: fill an empty database with a study plan of N resources, then time searches.

For each line that comes in, all QUERIES are timed once, and their milliseconds printed as JSON: {query: [the search,
the same words by a plain LIKE over all rows]}. A search is what a request does without its template: to find, to rank,
to load what is shown and to mark it.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

import django

QUERIES = {
    "two Chinese letters": "貝氏",
    "in Simplified": "贝氏",
    "a Latin word": "kubernetes",
    "two words": "學習 kubernetes",
    "in five rows": "量子",
    "stands nowhere": "zymurgy",
    "stands everywhere": "基礎",
    "everywhere, not in titles": "說明",
}
ONE_IN = {"學習": 4, "基礎": 2, "貝氏": 500, "kubernetes": 400}
"""By word: of how many titles one holds it, however large the plan is."""
LETTERS = "的資料學習機器深度語言模型網路神經數基礎程式設計系統應用分析線性代統計機率論理實作教入門課程影片文章"
SEED = 7
LINKS_A_SECTION = 10
BATCH = 2000


def vocabulary(dice: random.Random) -> tuple[list[str], list[int]]:
    """Return 6,000 words, Chinese and Latin in turn, and how often each is to be taken: few often, most seldom."""
    parts = ["ba", "con", "di", "er", "flo", "gra", "ing", "ker", "la", "mo", "net", "or", "pro", "ti", "ver", "zu"]
    more = LETTERS + "".join(chr(0x5000 + number * 7) for number in range(1200))
    words = []
    for _ in range(3000):
        words.append("".join(dice.choices(more, k=dice.choice((2, 2, 3)))))
        words.append("".join(dice.choices(parts, k=dice.choice((2, 3, 3, 4)))))
    return words, list(accumulate(100_000 // (rank + 10) for rank in range(len(words))))


class Writer:
    """Writes titles and texts."""

    def __init__(self) -> None:
        self.dice = random.Random(SEED)
        self.words, self.weights = vocabulary(self.dice)

    def text(self, count: int) -> str:
        """Return so many words."""
        return " ".join(self.dice.choices(self.words, cum_weights=self.weights, k=count))

    def title(self, number: int) -> str:
        """Return the title of the resource with this number."""
        known = [word for word, rows in ONE_IN.items() if self.dice.random() < 1 / rows]
        return " ".join(
            [self.text(self.dice.randint(2, 6)), *known, *(["量子"] if number % 200 == 7 and number < 1000 else [])]
        )


def fill(resources: int) -> None:
    """Make the plan: sections of ten resources each, every resource with a line beside it."""
    from django.utils import timezone

    from roadmap.models import Listing, Page, Resource, Roadmap, Section

    writer = Writer()
    roadmap = Roadmap.objects.create(slug="plan", title="Plan", version=1, checked_at=timezone.now())
    page = Page.objects.create(roadmap=roadmap, path="README.md", position=0, title="Plan", checksum="-")
    sections = [
        Section(
            page=page, position=number, depth=0, level=2, title=writer.text(4), slug=f"s{number}", source="",
            body_html=f"<p>{writer.text(80)} 說明</p>",
        )
        for number in range(resources // LINKS_A_SECTION)
    ]  # fmt: skip
    Section.objects.bulk_create(sections, batch_size=BATCH)
    rows = [
        Resource(
            roadmap=roadmap, title=writer.title(number), url=f"https://host{number % 300}.example/{number}",
            url_key=str(number),
        )
        for number in range(resources)
    ]  # fmt: skip
    Resource.objects.bulk_create(rows, batch_size=BATCH)
    listings = (
        Listing(
            section=sections[number // LINKS_A_SECTION], resource=row, position=number % LINKS_A_SECTION,
            label=row.title, context=f"{writer.text(10)} 說明",
        )
        for number, row in enumerate(rows)
    )  # fmt: skip
    Listing.objects.bulk_create(listings, batch_size=BATCH)
    roadmap.touch()
    settle()


def settle() -> None:
    """Do what a database does by itself in time: count its rows, and tidy its indexes."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def searched(typed: str) -> None:
    """Search as a request does."""
    from roadmap import hits, search, stamps

    asked, stamped = search.query(typed), stamps.open_to(None)
    hits.hits(asked, search.find(asked, stamped), hits.Places(stamped), 6, lambda _: {})


def scanned(typed: str) -> None:
    """Look for the same words in every row, without the index, up to as many rows as a search takes."""
    from django.db import connection

    from roadmap import folding, search

    codes = [folding.sought(word) for word in search.query(typed).ways[0]]
    holds = " AND ".join("(title LIKE %s OR text LIKE %s)" for _ in codes)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET enable_bitmapscan = off")
        cursor.execute(
            f"SELECT id, title FROM roadmap_entry WHERE {holds} LIMIT {search.MOST + 1}",
            [f"%{code}%" for code in codes for _ in range(2)],
        )
        cursor.fetchall()
        if connection.vendor == "postgresql":
            cursor.execute("RESET enable_bitmapscan")


def milliseconds(act: Callable[[str], None], typed: str) -> float:
    """Return how long an act takes."""
    begun = time.perf_counter()
    act(typed)
    return (time.perf_counter() - begun) * 1000


def rounds() -> Iterator[dict[str, list[float]]]:
    """Yield the times of a round for each line that comes in."""
    for _ in sys.stdin:
        yield {what: [milliseconds(act, typed) for act in (searched, scanned)] for what, typed in QUERIES.items()}


def main(resources: int) -> None:
    """Fill, say so, and answer."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "aienotes.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    fill(resources)
    said: Any = {"ready": resources}
    print(json.dumps(said), flush=True)
    for said in rounds():
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
