"""What the search asks: trigram indexes (PostgreSQL's pg_trgm, SQLite's FTS5) of titles and texts, on SQLite of titles
alone besides, and an ordinary index of how titles begin; and the entries of what is there.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import migrations

from roadmap.models import ENTRY_BEGINNING, ENTRY_INDEX, ENTRY_TITLE_INDEX, Entry

BEGINNING = "roadmap_entry_beginning"
POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    f"CREATE INDEX {ENTRY_INDEX} ON roadmap_entry USING gin (title gin_trgm_ops, text gin_trgm_ops)",
    f"CREATE INDEX {BEGINNING} ON roadmap_entry (substr(title, 1, {ENTRY_BEGINNING}) text_pattern_ops)",
)
POSTGRESQL_BACK = (f"DROP INDEX {ENTRY_INDEX}", f"DROP INDEX {BEGINNING}")


def followed(index: str, name: str, *columns: str) -> tuple[str, ...]:
    """Return what makes an FTS5 table of some columns of the entries, and the triggers that keep it up."""
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
    listed = ", ".join(columns)
    gone = f"INSERT INTO {index}({index}, rowid, {listed}) VALUES ('delete', old.id, {old});"  # noqa: S608
    come = f"INSERT INTO {index}(rowid, {listed}) VALUES (new.id, {new});"  # noqa: S608
    return (
        # The capitals of a coded letter are no small letters: see roadmap/folding.py.
        f"CREATE VIRTUAL TABLE {index} USING fts5({listed}, content='roadmap_entry', content_rowid='id',"
        " tokenize='trigram case_sensitive 1')",
        f"CREATE TRIGGER {name}_added AFTER INSERT ON roadmap_entry BEGIN {come} END",
        f"CREATE TRIGGER {name}_gone AFTER DELETE ON roadmap_entry BEGIN {gone} END",
        f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {listed} ON roadmap_entry BEGIN {gone} {come} END",
        # The entries may be there already: whoever goes back to 0006 keeps them.
        f"INSERT INTO {index}({index}) VALUES ('rebuild')",  # noqa: S608
    )


SQLITE = (
    *followed(ENTRY_INDEX, "roadmap_entry", "title", "text"),
    *followed(ENTRY_TITLE_INDEX, "roadmap_entry_title", "title"),
    f"CREATE INDEX {BEGINNING} ON roadmap_entry (substr(title, 1, {ENTRY_BEGINNING}))",
)
SQLITE_BACK = (
    *(
        f"DROP TRIGGER {name}_{act}"
        for name in ("roadmap_entry", "roadmap_entry_title")
        for act in ("added", "gone", "changed")
    ),
    *(f"DROP TABLE {index}" for index in (ENTRY_INDEX, ENTRY_TITLE_INDEX)),
    f"DROP INDEX {BEGINNING}",
)


def make(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
            if not cursor.fetchone()[0]:
                raise ImproperlyConfigured(
                    "This PostgreSQL server lacks the extension pg_trgm, which the search needs. It comes with"
                    " PostgreSQL (on some systems in a package of its own, postgresql-contrib): install it there and"
                    " migrate again. Nothing was changed."
                )
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unmake(apps: Any, schema_editor: Any) -> None:
    for statement in POSTGRESQL_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK:
        schema_editor.execute(statement)


def fill(apps: Any, schema_editor: Any) -> None:
    for roadmap in apps.get_model("roadmap", "Roadmap").objects.values_list("pk", flat=True):
        Entry.objects.follow(roadmap)


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0006_entries")]

    operations = [
        migrations.RunPython(make, unmake),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
