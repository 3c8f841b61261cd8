"""The index that the search asks, as migrations make it and as the entries are written."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from roadmap import search, stamps
from roadmap.models import Entry, Resource
from tests.factories import make_plan

migration = import_module("roadmap.migrations.0007_entry_index")


def found(typed: str) -> int:
    """Return how much is found."""
    return len(search.find(search.query(typed), stamps.all_roadmaps()).matches)


@pytest.mark.django_db(transaction=True)
def test_what_was_there_before_the_index_is_in_it() -> None:
    roadmap = make_plan()
    for resource, title in zip(roadmap.resources.all(), ("貝氏定理", "Kubernetes"), strict=False):
        Resource.objects.filter(pk=resource.pk).update(title=title)
    roadmap.touch()
    for act in (migration.unmake, migration.make):
        with connection.schema_editor() as editor:
            act(None, editor)
    assert [len(search.find(search.query(typed), stamps.all_roadmaps()).matches) for typed in ("贝氏", "kube")] == [
        1,
        1,
    ]
    Entry.objects.all().delete()
    assert search.find(search.query("kube"), stamps.all_roadmaps()).matches == []


@pytest.mark.django_db
def test_what_did_not_change_is_not_written_anew() -> None:
    roadmap = make_plan()
    roadmap.touch()
    before = set(Entry.objects.values_list("pk", "resource__title"))
    Resource.objects.filter(pk=roadmap.resources.all()[0].pk).update(title="Another")
    roadmap.touch()
    after = set(Entry.objects.values_list("pk", "resource__title"))
    assert {title for _, title in after - before} == {"Another"}
    assert len(after) == len(before)
