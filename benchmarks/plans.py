"""Study plans to measure with: the bundled notes, and one made up."""

from __future__ import annotations

from pathlib import Path

BUNDLED = Path(__file__).parents[1] / "notes" / "README.md"
LINKS_A_TOPIC = 10
TOPICS_A_CHAPTER = 5


def made_up(links: int) -> str:
    """Return a plan with so many links: about 100 KB for 1,000."""
    pieces = ["# A plan made up\n"]
    for topic in range(links // LINKS_A_TOPIC):
        if topic % TOPICS_A_CHAPTER == 0:
            pieces.append(
                f"\n## 第 {topic // TOPICS_A_CHAPTER + 1} 章 Chapter\n\n要先看這一章的說明，再看下面的連結。\n"
            )
        pieces.append(f"\n### Topic {topic}\n\n- **Read first**: what the topic is about, and *why* it matters.\n")
        for link in range(LINKS_A_TOPIC):
            number = topic * LINKS_A_TOPIC + link
            url = f"https://host{number % 300}.example/a/{number}"
            pieces.append(f"- [Reading {number} 讀物]({url}): a few words on what it says, and how long.\n")
    return "".join(pieces)
