"""An author who changes the notes at random: texts in, texts out, and no database."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

BOM = "\ufeff"
ENDS = ("\n", "\r\n")
TITLES = (
    "Alpha", "Beta", "Gamma course", "Gamma course, part 2", "link", "video", "中文 課程", "A *b* `c`", "D & E",
    "alpha",
)  # fmt: skip
URLS = (
    "https://a.example/", "https://b.example/b?x=1", "http://www.a.example", "https://c.example/c#d",
    "https://youtu.be/dQw4w9WgXcQ", "https://d.example/(x)", "https://e.example/", "https://f.example/f.pdf",
)  # fmt: skip
ITEMS = (
    "- [{t}]({u})", "* [ ] [{t}]({u})", "- [ ] {t}", "- [x] Read {t}", "- [{t}]()", "See [{t}]({u}), then go on.",
    '- <a href="{u}">{t}</a>', "<{u}>", "Words on {t}.", "\n", "  - [{t}]({u})", "\f{t}", "**{t}**", "[ref]: https://ref.example/",
    "- [{t}][ref]", "| a | b |\n|---|---|\n| [{t}]({u}) | {t} |", "- [ ] Do [{t}]({u}) well", "[{t}](two.md)",
    "<details><summary>{t}</summary>\n\n- [{t}]({u})\n\n</details>", "```\n[{t}]({u})\n```", "[{t}](#alpha)",
    "\n---\n", "- [{t}]({u}): {t}, [again]({u})",
)  # fmt: skip
HEADINGS = ("{t}", "{t}", "{t}", "[{t}]({u})", "TODO")
PATHS = ("README.md", "two.md", "three.md", "part/four.md")
LINK = re.compile(r"\[([^\[\]]*)\]\(([^()\s]*)\)")
HEADING = re.compile(r"(#{1,6}) ")
LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass
class File:
    """One file of the notes: its lines with their ends, and what new lines end with."""

    lines: list[str] = field(default_factory=list)
    end: str = "\n"
    bom: bool = False

    @classmethod
    def of(cls, data: bytes) -> File:
        """Return the file that `data` is the content of."""
        text = data.decode()
        lines = LINES.findall(text.removeprefix(BOM))
        end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
        return cls(lines, end, text.startswith(BOM))

    @property
    def text(self) -> str:
        """What is in it, without its byte order mark."""
        return "".join(self.lines)

    @property
    def data(self) -> bytes:
        """What is in it, as bytes."""
        return ((BOM if self.bom else "") + self.text).encode()

    def insert(self, at: int, text: str) -> None:
        """Put lines before the line `at`."""
        if at >= len(self.lines) and self.lines and not self.lines[-1].endswith(("\n", "\r")):
            self.lines[-1] += self.end
        self.lines[at:at] = [line + self.end for line in text.split("\n")]

    def sections(self) -> list[tuple[int, int]]:
        """Return where each heading stands, and where the lines under it end."""
        starts = [number for number, line in enumerate(self.lines) if HEADING.match(line)]
        return list(zip(starts, [*starts[1:], len(self.lines)], strict=False))


Notes = dict[str, File]
Act = Callable[[Notes, File, int, int, int], None]


def _filled(template: str, number: int) -> str:
    title, url = TITLES[number % len(TITLES)], URLS[number // len(TITLES) % len(URLS)]
    return template.format(t=title, u=url)


def add_line(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    file.insert(at % (len(file.lines) + 1), _filled(ITEMS[what % len(ITEMS)], which))


def remove_line(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if file.lines:
        del file.lines[at % len(file.lines)]


def move_line(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if file.lines:
        line = file.lines.pop(at % len(file.lines))
        file.insert(what % (len(file.lines) + 1), line.rstrip("\r\n"))


def move_line_away(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if file.lines:
        line = file.lines.pop(at % len(file.lines))
        other = list(notes.values())[what % len(notes)]
        other.insert(which % (len(other.lines) + 1), line.rstrip("\r\n"))


def copy_line(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if file.lines:
        file.insert(what % (len(file.lines) + 1), file.lines[at % len(file.lines)].rstrip("\r\n"))


def _change_link(file: File, at: int, change: Callable[[re.Match[str]], str]) -> None:
    places = [number for number, line in enumerate(file.lines) if LINK.search(line)]
    if places:
        number = places[at % len(places)]
        file.lines[number] = LINK.sub(change, file.lines[number], count=1)


def retitle(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    _change_link(file, at, lambda found: f"[{TITLES[what % len(TITLES)]}]({found[2]})")


def lengthen_title(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    _change_link(file, at, lambda found: f"[{found[1]} {what % 10}]({found[2]})")


def relink(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    _change_link(file, at, lambda found: f"[{found[1]}]({URLS[what % len(URLS)]})")


def change_both(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    _change_link(file, at, lambda found: f"[{found[1]} {what % 10}](https://{which}.example/)")


def remove_link(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    places = [number for number, line in enumerate(file.lines) if LINK.search(line)]
    if places:
        del file.lines[places[at % len(places)]]


def tick(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    places = [number for number, line in enumerate(file.lines) if "[ ]" in line or "[x]" in line]
    if places:
        number = places[at % len(places)]
        line = file.lines[number]
        file.lines[number] = line.replace("[ ]", "[x]", 1) if "[ ]" in line else line.replace("[x]", "[ ]", 1)


def _heading(what: int, which: int) -> str:
    return f"{'#' * (1 + what % 3)} {_filled(HEADINGS[what // 3 % len(HEADINGS)], which)}"


def add_section(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    items = "\n".join(_filled(ITEMS[(what + each) % len(ITEMS)], which + each) for each in range(which % 4))
    starts = [start for start, _ in file.sections()] + [len(file.lines)]
    file.insert(starts[at % len(starts)], f"{_heading(what, which)}\n\n{items}\n")


def remove_section(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if sections := file.sections():
        start, end = sections[at % len(sections)]
        del file.lines[start:end]


def rename_section(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if sections := file.sections():
        start, _ = sections[at % len(sections)]
        marks = file.lines[start].split(" ")[0]
        file.lines[start] = f"{marks} {_filled(HEADINGS[what % len(HEADINGS)], which)}{file.end}"


def nest_section(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if sections := file.sections():
        start, _ = sections[at % len(sections)]
        file.lines[start] = "#" * (1 + what % 4) + file.lines[start].lstrip("#")


def move_section(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if sections := file.sections():
        start, end = sections[at % len(sections)]
        lines = [line.rstrip("\r\n") for line in file.lines[start:end]]
        del file.lines[start:end]
        other = list(notes.values())[which % len(notes)] if which % 3 == 0 else file
        starts = [start for start, _ in other.sections()] + [len(other.lines)]
        other.insert(starts[what % len(starts)], "\n".join(lines))


def add_page(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    path = PATHS[at % len(PATHS)]
    if path not in notes:
        notes[path] = File(end=ENDS[what % 2])
        notes[path].insert(0, f"# {TITLES[what % len(TITLES)]}\n\n{_filled(ITEMS[which % len(ITEMS)], which)}")


def rename_page(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    old, new = list(notes)[at % len(notes)], PATHS[what % len(PATHS)]
    if new not in notes:
        notes[new] = notes.pop(old)


def remove_page(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if len(notes) > 1:
        del notes[list(notes)[at % len(notes)]]


def restyle(notes: Notes, file: File, at: int, what: int, which: int) -> None:
    if at % 3 == 0:
        file.bom = not file.bom
    elif at % 3 == 1:
        file.end = ENDS[what % 2]
        file.lines = [line.rstrip("\r\n") + file.end for line in file.lines]
    elif file.lines:
        file.lines[-1] = file.lines[-1].rstrip("\r\n")


LINKS: tuple[Act, ...] = (change_both, change_both, remove_link)
LINES_OF_A_FILE: tuple[Act, ...] = (
    add_line, add_line, add_line, remove_line, move_line, copy_line, add_section, add_section,
)  # fmt: skip
WORDS: tuple[Act, ...] = (retitle, lengthen_title, relink, change_both, change_both, tick, rename_section)
IN_A_FILE = (*LINES_OF_A_FILE, *WORDS)
"""What an editor may do to a section as well."""
ORDER: tuple[Act, ...] = (
    remove_section, move_section, move_section, nest_section, move_line_away, add_page, rename_page, remove_page,
    restyle,
)  # fmt: skip
ACTS = (*IN_A_FILE, *ORDER)

numbers = st.integers(0, 199)
Edit = tuple[Act, int, int, int, int]


def edits(acts: tuple[Act, ...], most: int) -> st.SearchStrategy[list[Edit]]:
    """Up to `most` acts, each with numbers that say where and what."""
    named = st.sampled_from(acts)
    return st.lists(st.tuples(named, numbers, numbers, numbers, numbers), min_size=1, max_size=most)


def carry_out(notes: Notes, wanted: list[Edit]) -> None:
    """Change `notes`."""
    for act, number, at, what, which in wanted:
        act(notes, list(notes.values())[number % len(notes)], at, what, which)
    if not any(file.text.strip() for file in notes.values()):
        next(iter(notes.values())).insert(0, "# Plan")  # Notes of nothing are refused.


def change_link_to(notes: Notes, url: str, change: tuple[str, str]) -> None:
    """Replace something in each line that holds a link to `url`."""
    for file in notes.values():
        file.lines = [line.replace(*change) if f"]({url})" in line else line for line in file.lines]


def first_notes() -> Notes:
    """Return notes in which there is one of most things."""
    text = (
        "# Plan\n\nIntro.\n\n## Alpha\n\n- [Alpha](https://a.example/)\n- [ ] Read Beta\n- [link]()\n\n"
        "### Deeper\n\n1. [Gamma course](https://b.example/b?x=1)\n2. [video](https://c.example/c#d)\n\n"
        "## TODO\n\n- [ ] Write on\n\n## Beta\n\n- [Beta](https://e.example/)\n- [Alpha](https://a.example/)\n"
    )
    return {"README.md": File.of(text.encode())}
