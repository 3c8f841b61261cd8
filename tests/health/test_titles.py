"""The title of a page, in whatever way it is written."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.health.answers import MOST_BYTES, Unpacker
from roadmap.health.titles import LONGEST, title_of
from roadmap.models import Reason
from tests.health.askers import ask
from tests.health.behaviours import answer
from tests.health.server import Server


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<title>Plain</title>", "Plain"),
        ("<html><head><TITLE>Upper</TITLE>", "Upper"),
        ("<title lang='en' data-x=\"a>b\">Attributes</title>", "Attributes"),
        ("<title>\n  Over\r\n\tlines </title >", "Over lines"),
        ("<title>R&amp;D &#8211; &eacute;</title>", "R&D – é"),
        ("<title>1 < 2</title>", "1 < 2"),
        ("<title><b>No tag</b></title>", "<b>No tag</b>"),
        ("<title></title><title>Second</title>", ""),
        ("<title>First</title><title>Second</title>", "First"),
        ("<!-- <title>Comment</title> --><title>Real</title>", "Real"),
        ("<!--><title>After an empty comment</title>", "After an empty comment"),
        ("<script>var a = '<title>Script</title>';</script><title>Real</title>", "Real"),
        ("<script>if (a<b) {'</scriptx>'}</script><title>Real</title>", "Real"),
        ("<style>/* <title>Style</title> */</style><title>Real</title>", "Real"),
        ("<noscript><title>No script</title></noscript><title>Real</title>", "Real"),
        ("<template><title>Template</title></template><title>Real</title>", "Real"),
        ("<textarea><title>Text</title></textarea><title>Real</title>", "Real"),
        ('<meta content="<title>Attribute</title>"><title>Real</title>', "Real"),
        ("<meta content='<title>Attribute</title>'><title>Real</title>", "Real"),
        ("<svg><title>Picture</title></svg><title>Real</title>", "Real"),
        ("<titles>No</titles><title>Real</title>", "Real"),
        ("<body><svg><title>Picture</title></svg></body>", ""),
        ("<body><title>Body</title></body>", ""),
        ('<meta content="don\'t"><title>Real</title>', "Real"),
        ('<meta content="unclosed><title>Real</title>', "Real"),
        ("<title>Unclosed", ""),
        ("<!-- unclosed <title>No</title>", ""),
        ("<script>unclosed <title>No</title>", ""),
        ("<title", ""),
        ("<", ""),
        ("no tags", ""),
        ("1 < 2 <3 </ > <?php ?> <!x> <title>Rubbish before</title>", "Rubbish before"),
        ("", ""),
        (f"<title>{'long ' * 200}</title>", ("long " * 200)[:LONGEST].strip()),
    ],
)
def test_the_pages_own_title_is_found(page: str, title: str) -> None:
    assert title_of(page.encode(), "text/html; charset=utf-8") == title


@pytest.mark.parametrize(
    ("data", "content_type", "title"),
    [
        ("<title>頁面不存在</title>".encode(), "text/html", "頁面不存在"),
        ("<title>頁面不存在</title>".encode(), "text/html; charset=UTF-8", "頁面不存在"),
        ("<title>頁面不存在</title>".encode("big5"), "text/html; charset=Big5", "頁面不存在"),
        ("<title>页面不存在</title>".encode("gb18030"), 'text/html;charset="gb2312"', "页面不存在"),
        ("<meta charset=big5><title>頁面</title>".encode("big5"), "text/html", "頁面"),
        (b"<meta http-equiv=x content='text/html; charset=gbk'><title>" + "页面".encode("gbk"), "text/html", ""),
        ("<meta charset='GBK'/><title>页面</title>".encode("gbk"), "text/html", "页面"),
        ("<title>ページ</title>".encode("cp932"), "text/html; charset=Shift_JIS", "ページ"),
        ("<title>ページ</title>".encode("euc_jp"), "text/html; charset=euc-jp", "ページ"),
        ("<title>페이지</title>".encode("cp949"), "text/html; charset=euc-kr", "페이지"),
        ("<title>café</title>".encode("latin-1"), "text/html; charset=ISO-8859-1", "café"),
        ("<title>“q”</title>".encode("cp1252"), "text/html; charset=iso-8859-1", "“q”"),
        ("<title>страница</title>".encode("cp1251"), "text/html; charset=windows-1251", "страница"),
        ("<title>strana č</title>".encode("iso8859-2"), "text/html; charset=iso-8859-2", "strana č"),
        ("\ufeff<title>標題</title>".encode("utf-16-le"), "text/html", "標題"),
        ("\ufeff<title>標題</title>".encode("utf-8"), "text/html; charset=big5", "標題"),
        ("<meta charset=utf-16><title>標題</title>".encode(), "text/html", "標題"),
        (b"<title>bro\xffken</title>", "text/html; charset=utf-8", "bro\ufffdken"),
        (b"<title>name</title>", "text/html; charset=no-such-thing", "name"),
        (b"<title>name</title>", "text/html; charset=zlib", "name"),
        (b"<title>name</title>", "text/html; charset=idna", "name"),
        (b"<title>name</title>", "text/html; charset=iso-8859-12", "name"),
        (b"<title>name</title>", "text/html; charset=", "name"),
    ],
)
def test_it_is_read_in_the_pages_characters(data: bytes, content_type: str, title: str) -> None:
    assert title_of(data, content_type) == title


PIECES = ["<", "<a", "</a", '<a ="', "<a ='", "<!--", "<title", "</", "<a>", "<svg>", "<meta =", " =", "<script>"]


@pytest.mark.parametrize("piece", PIECES)
def test_no_page_takes_long(piece: str) -> None:
    """Were it to take the square of the length, this would be seen."""
    for end in ("", ">", '"', "'"):
        title_of((piece * MOST_BYTES)[:MOST_BYTES].encode() + end.encode(), "text/html")


@given(
    st.lists(
        st.sampled_from([*PIECES, "<title>", "</title>", "-->", '"', ">", "x", "</script>", "<body>"]), max_size=30
    )
)
def test_any_page_has_a_title_or_none(pieces: list[str]) -> None:
    title_of("".join(pieces).encode(), "text/html")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_are_read(data: bytes, content_type: str) -> None:
    title_of(data, content_type)
    title_of(data, f"text/html; charset={content_type}")


PAGE = b"<html><head><title>404 Not Found</title></head></html>"
GZIPPED = gzip.compress(PAGE, mtime=0)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", GZIPPED),
        ("GZIP", GZIPPED),
        ("x-gzip", GZIPPED),
        ("deflate", zlib.compress(PAGE)),
        ("deflate", raw_deflate(PAGE)),
        ("gzip", PAGE),
        ("deflate", GZIPPED),
        ("identity", PAGE),
    ],
)
def test_it_is_read_from_a_compressed_page(server: Server, encoding: str, data: bytes) -> None:
    finding = ask(server.behave("/page", answer(200, data, [("Content-Encoding", encoding)])))
    assert finding.reason == Reason.SAYS_NOT_FOUND


@pytest.mark.parametrize("data", [GZIPPED[:20], GZIPPED[:15] + b"\xff" * 50, b"\x1f\x8b rubbish"])
def test_a_page_that_cannot_be_unpacked_is_still_there(server: Server, data: bytes) -> None:
    assert ask(server.behave("/page", answer(200, data, [("Content-Encoding", "gzip")]))).reason == Reason.WELL


@given(st.lists(st.binary(max_size=500), max_size=5), st.integers(1, 1000), st.sampled_from(["gzip", "deflate"]))
def test_no_more_is_unpacked_than_is_wanted(chunks: list[bytes], most: int, encoding: str) -> None:
    for data in (b"".join(chunks), gzip.compress(b"".join(chunks) * 100)):
        unpacker = Unpacker(encoding)
        for start in range(0, len(data), 100):
            assert len(unpacker.unpack(data[start : start + 100], most)) <= most


def test_a_title_is_not_looked_for_for_ever(server: Server) -> None:
    far = b"<html><head>" + b" " * MOST_BYTES + PAGE
    assert ask(server.behave("/page", answer(200, far))).reason == Reason.WELL
    near = b"<html><head>" + b" " * (MOST_BYTES - 200) + PAGE
    assert ask(server.behave("/page", answer(200, near))).reason == Reason.SAYS_NOT_FOUND
