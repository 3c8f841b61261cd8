"""What the group of editors may do with imports, proposals and the text of sections."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from roadmap.editors import grant

RIGHTS = {"importrun": ("add",), "proposal": ("view", "change"), "section": ("change",)}


def forwards(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    grant(apps, schema_editor.connection.alias, RIGHTS)


class Migration(migrations.Migration):
    dependencies = [("roadmap", "0003_sources_and_history"), ("contenttypes", "0002_remove_content_type_name")]

    operations = [
        # Going back leaves the rights: they harm nothing.
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
