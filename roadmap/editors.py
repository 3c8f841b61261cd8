"""Who edits: one group, which may do with roadmaps what the admin lets a person do, and nothing with accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.apps.registry import Apps

EDITORS = "Editors"


def grant(apps: Apps, database: str, rights: Mapping[str, Iterable[str]]) -> None:
    """Make the group where it is missing and give it `rights` ({model of this app: acts}), taking none away.

    `apps` may be a migration's. Permissions that are not there yet are made: Django makes them after all migrations,
    and then finds these.
    """
    content_types = apps.get_model("contenttypes", "ContentType")._default_manager.using(database)
    permissions = apps.get_model("auth", "Permission")._default_manager.using(database)
    group, _ = apps.get_model("auth", "Group")._default_manager.using(database).get_or_create(name=EDITORS)
    for model, acts in rights.items():
        content_type, _ = content_types.get_or_create(app_label="roadmap", model=model)
        name = apps.get_model("roadmap", model)._meta.verbose_name_raw
        for act in acts:
            permission, _ = permissions.get_or_create(
                content_type=content_type, codename=f"{act}_{model}", defaults={"name": f"Can {act} {name}"}
            )
            group.permissions.add(permission)
