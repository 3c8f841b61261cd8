"""Exporting in the admin: a roadmap's notes as a zip, and a word before it where something would be missing."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from roadmap import editing
from roadmap.models import ImportRun, Page, Resource, Roadmap, Section
from tests.admin.forms import page
from tests.factories import make_user
from tests.importing.notes import bring, plan, resource

NOTES = b"\xef\xbb\xbf# Plan\r\n\r\nWords.\r\n\r\n## One\r\n\r\n- [Alpha](https://a.example/)\r\n- [Beta](https://b.example/)"
OPEN_FENCE = "# Plan\n\n## One\n\n- [Alpha](https://a.example/)\n\n```\nnever closed\n"


def address(roadmap: Roadmap) -> str:
    return reverse("admin:roadmap_roadmap_export", args=[roadmap.pk])


def files(response: Any) -> dict[str, bytes]:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def add_to(title: str) -> None:
    """Add a resource to the end of a section by hand."""
    section = Section.objects.live().get(title=title)
    editing.add(Resource(title="By <hand>", url="https://h.example/", kind="book"), section)


def test_what_nobody_edited_comes_out_byte_for_byte(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    response = client.get(address(plan()))
    assert files(response) == {"README.md": NOTES}
    assert response["Content-Disposition"] == 'attachment; filename="plan.zip"'
    assert "no-store" in response["Cache-Control"]


def test_what_an_editor_made_is_in_it(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    editing.edit(resource("Alpha"), {"title": "Alpha, mine"})
    assert files(client.get(address(plan()))) == {"README.md": NOTES.replace(b"[Alpha]", b"[Alpha, mine]")}


def test_the_images_come_along_so_that_an_import_finds_them(client: Client, tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(b"\x89PNG dot")
    notes = b"# Plan\n\n![dot](dot.png) ![gone](gone.png)\n"
    bring(tmp_path, notes)
    assert files(client.get(address(plan()))) == {"README.md": notes, "dot.png": b"\x89PNG dot"}
    (Path(settings.MEDIA_ROOT) / Page.objects.get().assets["dot.png"]).unlink()
    assert files(client.get(address(plan()))) == {"README.md": notes}


def test_what_would_be_missing_is_said_before_the_download(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, OPEN_FENCE)
    add_to("One")
    html = page(client, address(plan()), "en")
    assert "1 thing that an editor made cannot be written" in html
    assert "“By &lt;hand&gt;” could not be added" in html
    assert "no-store" in client.get(address(plan()))["Cache-Control"]
    assert files(client.get(address(plan()), {"all-else": "1"})) == {"README.md": OPEN_FENCE.encode()}


def test_an_export_changes_nothing_and_its_import_neither(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    editing.edit(resource("Beta"), {"url": "https://b.example/two"})
    version = plan().version
    [data] = files(client.get(address(plan()))).values()
    assert plan().version == version
    bring(tmp_path, data)
    bring(tmp_path, data)
    assert ImportRun.objects.count() == 1
    assert files(client.get(address(plan()))) == {"README.md": data}


def test_it_is_offered_on_the_page_and_in_the_list(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    for url in (
        reverse("admin:roadmap_roadmap_changelist"),
        reverse("admin:roadmap_roadmap_change", args=[plan().pk]),
    ):
        assert f'href="{address(plan())}"' in client.get(url).content.decode()


def test_who_may_see_roadmaps_may_export_and_nobody_else(tmp_path: Path, anyone: Client, db: None) -> None:
    bring(tmp_path, NOTES)
    url = address(plan())
    assert anyone.get(url).status_code == 302
    helper = make_user(is_staff=True)
    staff = Client()
    staff.force_login(helper)
    assert staff.get(url).status_code == 403
    helper.user_permissions.set(Permission.objects.filter(codename="view_roadmap"))
    assert files(staff.get(url)) == {"README.md": NOTES}
    learner = Client()
    learner.force_login(make_user())
    assert learner.get(url).status_code == 302


@pytest.mark.parametrize("pk", [0, 10**30])
def test_a_roadmap_that_is_not_there_is_not_found(client: Client, pk: int) -> None:
    assert client.get(reverse("admin:roadmap_roadmap_export", args=[pk])).status_code == 404


def test_it_is_only_ever_looked_at(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    assert client.post(address(plan())).status_code == 405
    assert client.head(address(plan())).status_code == 200


def test_twice_as_many_rows_take_no_more_queries(client: Client, tmp_path: Path) -> None:
    asked = []
    for size in (10, 20):
        links = "".join(f"## S {n}\n\n- [Link {n}](https://l.example/{n})\n\n" for n in range(size))
        bring(tmp_path, f"# Plan\n\n{links}")
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert len(files(client.get(address(plan())))) == 1
        asked.append(len(found))
    assert asked[0] == asked[1]
