"""The title of a page, found in its first bytes. Pure."""

from __future__ import annotations

import re
from html import unescape

LONGEST = 300
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE | re.ASCII)
_META = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_WITHIN = 4096
_TAG = re.compile(r"</?([a-zA-Z][^\s/>]*+)(?:=\s*\"[^\"]*\"|=\s*'[^']*'|[^>])*+>")
_TAG_BEGINS = re.compile(r"</?[a-zA-Z]")
_OPAQUE = frozenset(["script", "style", "noscript", "template", "textarea", "xmp", "iframe", "svg", "math", "title"])
"""What stands in these are no tags of the page."""
_MARKS = [(b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le")]
# fmt: off
_CODECS = {
    "utf-8": "utf-8", "utf8": "utf-8", "utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be",
    "big5": "big5hkscs", "big5-hkscs": "big5hkscs", "x-x-big5": "big5hkscs",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "us-ascii": "cp1252", "ascii": "cp1252", "latin1": "cp1252", "iso-8859-1": "cp1252", "iso-8859-9": "cp1254",
    "koi8-r": "koi8_r", "koi8-u": "koi8_u",
}
# fmt: on
"""Browsers read some names as the wider set of characters that is meant."""
_NUMBERED = re.compile(r"(?:windows-|cp)(125[0-8]|874)|iso-?8859-(1[0134567]?|[2-9])")


def title_of(data: bytes, content_type: str) -> str:
    """Return the title in the first bytes of a page, in one line, at most LONGEST characters; empty where there is
    none in them. Only the page's own counts: none in comments, scripts, attributes or pictures, none in its body."""
    text = data.decode(_codec(data, content_type), errors="replace")
    return " ".join(unescape(_title(text)).split())[:LONGEST].rstrip()


def _codec(data: bytes, content_type: str) -> str:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return codec
    if named := _CHARSET.search(content_type):
        return _known(named[1]) or "utf-8"
    if found := _META.search(data, 0, _META_WITHIN):
        known = _known(found[1].decode("ascii", "replace"))
        # What could be read as ASCII so far is not of two bytes a character.
        return known if known and not known.startswith("utf-16") else "utf-8"
    return "utf-8"


def _known(name: str) -> str | None:
    name = name.lower()
    if codec := _CODECS.get(name):
        return codec
    if found := _NUMBERED.fullmatch(name):
        return f"cp{found[1]}" if found[1] else f"iso8859_{found[2]}"
    return None


def _title(text: str) -> str:
    """What stands in the first title; each step goes on behind the one before, so that no page takes long."""
    position = text.find("<")
    while position >= 0:
        if text.startswith("<!--", position):
            end = text.find("-->", position + 2)
            if end < 0:
                return ""
        elif tag := _TAG.match(text, position):
            name, end = tag[1].lower(), tag.end()
            if name == "body" and text[position + 1] != "/":
                return ""
            if name in _OPAQUE and text[position + 1] != "/":
                closing = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, end)
                if closing is None:
                    return ""
                if name == "title":
                    return text[end : closing.start()]
                end = closing.start()
        elif _TAG_BEGINS.match(text, position):
            return ""
        else:
            end = position + 1
        position = text.find("<", max(end, position + 1))
    return ""
