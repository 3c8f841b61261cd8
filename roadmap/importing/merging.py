"""The three-way merge of what the notes said, what they say now, and what an editor made of it. Pure."""

from __future__ import annotations

from typing import Any

from roadmap.importing.standing import OldResource

MERGED = ("title", "url", "kind", "description")
"""The fields that the notes give and an editor may change, as in `roadmap.models.IMPORTED_FIELDS`."""


def merge(old: OldResource, notes: dict[str, str]) -> dict[str, Any]:
    """Merge three ways: return what a row's fields, `imported` and `conflicts` should be.

    A field that an editor changed stays; where the notes changed it as well, `conflicts` keeps {"base", "notes"}. A row
    added by hand keeps its own values and becomes an imported one.
    """
    values: dict[str, Any] = {"imported": notes}
    conflicts = dict(old.conflicts)
    for name in MERGED:
        mine, theirs = getattr(old, name), notes[name]
        base = old.imported[name] if old.imported else mine
        if mine == base and old.imported is not None:
            values[name] = theirs
        if mine == theirs or (mine == base and old.imported is not None):
            conflicts.pop(name, None)
        elif old.imported is not None and theirs != base:
            conflicts[name] = {"base": conflicts.get(name, {}).get("base", base), "notes": theirs}
    return values | {"conflicts": conflicts}
