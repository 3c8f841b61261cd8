"""The group of those who edit roadmaps."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from roadmap.editors import grant

RIGHTS = {
    "roadmap": ("view", "change"),
    "page": ("view",),
    "section": ("view",),
    "resource": ("view", "add", "change", "delete"),
    "resourcealias": ("view", "add", "change", "delete"),
    "listing": ("view", "add", "change", "delete"),
    "todo": ("view",),
    "importrun": ("view",),
    "change": ("view",),
}
"""The admin narrows them: nothing that comes from the notes can be deleted there."""


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    grant(apps, schema_editor.connection.alias, RIGHTS)


class Migration(migrations.Migration):
    dependencies = [
        ("roadmap", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        # Going back leaves the group: people are in it, and it harms nothing.
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
