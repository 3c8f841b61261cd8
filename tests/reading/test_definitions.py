"""Where the addresses of references stand."""

from __future__ import annotations

import pytest

from roadmap.reading import TooDeep
from roadmap.reading.markdown import MAX_DEPTH, definitions

A, B = "https://example.com/a", "https://example.org/b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[r]: {A}\n", {A: [A]}),
        (f"[r]: {A}", {A: [A]}),
        (f"[r]:{A} 't'\r\n[s]:   <{B}>\r", {A: [A], B: [B]}),
        (f"# A\r\r> - [r]:\r>   {A}\r>   (t)\r", {A: [A]}),
        (f"[r]: {A}\n[s]: {A}\n[r]: {B}\n", {A: [A, A]}),
        (f"[a\\]: b]: {A}\\_x\n", {f"{A}_x": [f"{A}\\_x"]}),
        (f"```\n[r]: {A}\n```\n", {}),
        (f"![x][r] [y][s]\n\n[r]: {A}\n[s]: {B}\n", {B: [B]}),
        (f"[r]: {A} no title\n", {}),
        ("", {}),
    ],
)
def test_the_characters_of_each_address_are_told(text: str, expected: dict[str, list[str]]) -> None:
    found = definitions(text)
    assert {address: [span.of(text) for span in spans] for address, spans in found.items()} == expected


def test_what_is_too_deep_is_refused() -> None:
    with pytest.raises(TooDeep):
        definitions(">" * (10 * MAX_DEPTH) + f" [r]: {A}\n")
