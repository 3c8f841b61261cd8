"""Importing in the admin: upload or paste, look at the plan, answer, apply; and going back to an earlier import."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import tracking
from accounts.models import User
from roadmap import editing
from roadmap.importing import drafts
from roadmap.importing.importer import Target
from roadmap.importing.importer import bring as import_loaded
from roadmap.importing.sources import typed
from roadmap.models import Draft, ImportRun, Page, Proposal, Resource, Roadmap
from tests.factories import make_admin, make_user
from tests.importing.notes import bring, plan, resource

BEFORE = "# Plan\n\n- [Alpha](https://a.example/)\n- [Attention is all you need](https://d.example/)\n"
AFTER = "# Plan\n\n- [Alpha](https://a.example/)\n- [Attention Is All You Need: paper](https://dd.example/)\n"
BEGIN = "admin:roadmap_import"


def send(client: Client, **values: Any) -> Any:
    """Send the form."""
    return client.post(reverse(BEGIN), {"language": "en", **values})


def preview(client: Client, **values: Any) -> str:
    """Send the form; return the address of the plan."""
    response = send(client, **values)
    assert response.status_code == 302, response.context["form"].errors
    address: str = response["Location"]
    return address


def fields(client: Client, address: str) -> dict[str, str]:
    """Return what the plan's form would send as it is shown."""
    html = client.get(address).content.decode()
    found = dict(re.findall(r'name="(version)" value="(-?\d+)"', html))
    return found | dict.fromkeys(re.findall(r'name="(answer:[^"]+)"', html), "")


def zipped(**files: str) -> SimpleUploadedFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.md", text)
    return SimpleUploadedFile("plan.zip", packed.getvalue())


def test_a_text_is_previewed_and_then_imported(client: Client, editor: User) -> None:
    address = preview(client, slug="pasted", title="Pasted", text=BEFORE)
    page = client.get(address)
    assert "Attention is all you need" in page.content.decode()
    assert Roadmap.objects.count() == 0
    response = client.post(address, fields(client, address))
    roadmap, run = Roadmap.objects.get(), ImportRun.objects.get()
    assert response["Location"] == reverse("admin:roadmap_importrun_change", args=[run.pk])
    assert (roadmap.slug, roadmap.title, roadmap.language) == ("pasted", "Pasted", "en")
    assert (run.by, Draft.objects.count(), Resource.objects.live().count()) == (editor, 0, 2)


def test_a_file_takes_the_place_of_the_only_page(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    tracking.mark(make_user(), [resource("Attention is all you need").pk], "done")
    upload = SimpleUploadedFile("other name.md", AFTER.encode())
    address = preview(client, roadmap=str(plan().pk), file=upload)
    html = client.get(address).content.decode()
    assert "1 位學習者" in html or "1 learner" in html
    client.post(address, fields(client, address))
    assert Page.objects.get().path == "README.md"
    assert resource("Attention is all you need").retired_at is not None


def test_a_zip_brings_several_pages(client: Client) -> None:
    address = preview(client, slug="zipped", file=zipped(README="# Plan\n", more=BEFORE))
    client.post(address, fields(client, address))
    assert list(Page.objects.values_list("path", flat=True)) == ["README.md", "more.md"]


@pytest.mark.parametrize(("answer", "live"), [("confirmed", True), ("refused", False), ("", False)])
def test_a_proposal_is_answered_in_the_preview(client: Client, tmp_path: Path, answer: str, live: bool) -> None:
    bring(tmp_path, BEFORE)
    row = resource("Attention is all you need")
    address = preview(client, roadmap=str(plan().pk), text=AFTER)
    values = fields(client, address)
    [name] = [name for name in values if name.startswith("answer:")]
    client.post(address, values | {name: answer})
    row.refresh_from_db()
    assert (row.retired_at is None) == live
    assert Proposal.objects.get().answer == answer


def test_a_plan_that_is_no_longer_true_is_shown_anew_with_the_answers(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    address = preview(client, roadmap=str(plan().pk), text=AFTER.replace("Alpha", "Alpha 2"))
    values = fields(client, address)
    [name] = [name for name in values if name.startswith("answer:")]
    editing.edit(resource("Alpha"), {"title": "Mine"})
    response = client.post(address, values | {name: "confirmed"})
    html = response.content.decode()
    assert response.status_code == 200
    assert 'role="alert"' in html
    assert re.search(rf'name="{name}"\s+value="confirmed" checked', html)
    assert "Mine" in html
    assert ImportRun.objects.count() == 1
    client.post(address, fields(client, address) | {name: "confirmed"})
    assert ImportRun.objects.count() == 2
    assert Resource.objects.get(title="Mine").conflicts["title"]["notes"] == "Alpha 2"


def test_a_new_plan_that_somebody_made_meanwhile_is_not_overwritten(client: Client, tmp_path: Path) -> None:
    address = preview(client, slug="plan", text=AFTER)
    values = fields(client, address)
    bring(tmp_path, BEFORE)
    assert 'role="alert"' in client.post(address, values).content.decode()
    assert ImportRun.objects.count() == 1


def test_what_learners_marked_stands_before_what_is_folded_away(client: Client, tmp_path: Path) -> None:
    links = [f"- [Link {n}](https://l.example/{n})\n" for n in range(60)]
    bring(tmp_path, "# Plan\n\n" + "".join(links))
    tracking.mark(make_user(), [resource("Link 50").pk], "done")
    more = "".join(f"- [More {n}](https://m.example/{n})\n" for n in range(40))
    html = client.get(preview(client, roadmap=str(plan().pk), text="# Plan\n\n" + more)).content.decode()
    marked, first, fold = (html.index(words) for words in ("Link 50", "Link 0", '<details class="more">'))
    assert marked < first < fold < html.index("More 39")


def test_twice_as_many_changes_take_no_more_queries(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, "# Plan\n")
    asked = []
    for size in (20, 40):
        links = "".join(f"## S{n}\n\n- [Link {n}](https://l.example/{n})\n" for n in range(size))
        address = preview(client, roadmap=str(plan().pk), text=f"# Plan\n\n{links}")
        with CaptureQueriesContext(connection) as found:
            assert f"Link {size - 1}" in client.get(address).content.decode()
        asked.append(len(found))
    assert asked[0] == asked[1]


def test_nothing_is_imported_unless_it_is_confirmed(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    address = preview(client, roadmap=str(plan().pk), text=AFTER)
    client.get(address)
    assert client.post(f"{address}discard/").status_code == 302
    assert (Draft.objects.count(), ImportRun.objects.count()) == (0, 1)
    assert client.get(address).status_code == 404


def test_what_is_already_so_is_said(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    address = preview(client, roadmap=str(plan().pk), text=BEFORE)
    response = client.post(address, fields(client, address), follow=True)
    assert response.status_code == 200
    assert ImportRun.objects.count() == 1


BAD = [
    ({}, "file"),
    ({"text": BEFORE, "file": SimpleUploadedFile("a.md", b"# A\n")}, "file"),
    ({"text": BEFORE, "slug": "no slug!"}, "slug"),
    ({"text": " \n"}, "file"),
    ({"file": SimpleUploadedFile("a.md", b"\xff\xfe")}, "__all__"),
    ({"file": SimpleUploadedFile("a.md", b"# A\n" + b"x" * (drafts.UPLOAD_MAX_BYTES))}, "__all__"),
    ({"file": SimpleUploadedFile("a.zip", b"PK\x03\x04 broken")}, "__all__"),
    ({"text": "[out](../../out.md)\n\n![o](../../../etc/passwd.png)"}, None),
]


@pytest.mark.parametrize(("values", "field"), BAD)
def test_what_cannot_be_taken_is_said_and_changes_nothing(client: Client, values: dict[str, Any], field: str) -> None:
    response = send(client, **values)
    if field is None:
        response = client.get(response["Location"], follow=True)
        assert response.status_code == 200
        assert "folder" in response.content.decode()
    else:
        assert response.status_code == 422
        assert field in response.context["form"].errors
    assert Roadmap.objects.count() == 0


def test_one_file_is_not_taken_for_a_plan_of_several(client: Client) -> None:
    address = preview(client, slug="zipped", file=zipped(README="# Plan\n", more=BEFORE))
    client.post(address, fields(client, address))
    response = send(client, roadmap=str(Roadmap.objects.get().pk), text=BEFORE)
    assert "zip" in str(response.context["form"].errors)


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("plan", {"slug": "plan", "text": AFTER}),
        ("notes", {"text": AFTER}),
        ("readme", {"file": SimpleUploadedFile("README.md", AFTER.encode())}),
    ],
)
def test_a_new_plan_never_goes_into_one_that_is_there(client: Client, slug: str, values: dict[str, Any]) -> None:
    import_loaded(typed(BEFORE, "pasted", 10**6), Target(slug))
    errors = send(client, **values).context["form"].errors
    assert "slug" in errors
    assert slug in str(errors["slug"])
    assert Draft.objects.count() == 0


def test_going_back_is_an_import_of_the_earlier_files_with_a_plan_first(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    user, row = make_user(), resource("Attention is all you need")
    tracking.mark(user, [row.pk], "done")
    first = ImportRun.objects.get()
    bring(tmp_path, AFTER)
    response = client.post(reverse("admin:roadmap_import_back", args=[first.pk]))
    address = response["Location"]
    assert "Attention is all you need" in client.get(address).content.decode()
    client.post(address, fields(client, address))
    row.refresh_from_db()
    last = ImportRun.objects.first()
    assert last is not None
    assert (row.retired_at, last.back_to) == (None, first)
    assert user.progress.get().resource == row


def test_a_run_says_where_it_came_from_and_offers_the_way_back(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    run = ImportRun.objects.get()
    ImportRun.objects.update(commit="0123456789abcdef")
    url = reverse("admin:roadmap_importrun_change", args=[run.pk])
    html = client.get(url).content.decode()
    assert "README.md @ 0123456789" in html
    assert reverse("admin:roadmap_import_back", args=[run.pk]) in html
    ImportRun.objects.update(sources=None)
    assert reverse("admin:roadmap_import_back", args=[run.pk]) not in client.get(url).content.decode()


def test_a_run_is_called_by_the_hour_that_its_page_says(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    ImportRun.objects.update(at=datetime(2026, 5, 1, 18, 30, tzinfo=UTC))
    run = ImportRun.objects.get()
    assert str(run).endswith("· 2026-05-02 02:30")
    html = client.get(reverse("admin:roadmap_importrun_change", args=[run.pk])).content.decode()
    assert "18:30" not in html


def test_there_is_no_way_back_to_files_that_are_not_kept(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)
    ImportRun.objects.update(sources=None)
    run = ImportRun.objects.get()
    response = client.post(reverse("admin:roadmap_import_back", args=[run.pk]))
    assert response["Location"] == reverse("admin:roadmap_importrun_change", args=[run.pk])


def test_only_those_who_may_import_do_and_each_sees_their_own(client: Client, tmp_path: Path, anyone: Client) -> None:
    bring(tmp_path, BEFORE)
    address = preview(client, roadmap=str(plan().pk), text=AFTER)
    run = ImportRun.objects.get()
    every = [reverse(BEGIN), address, f"{address}discard/", reverse("admin:roadmap_import_back", args=[run.pk])]
    other = Client()
    other.force_login(make_admin())
    for method in ("get", "post"):
        assert getattr(other, method)(address).status_code == 404
    helper = make_user(is_staff=True)
    weak = Client()
    weak.force_login(helper)
    for url in every:
        assert weak.post(url).status_code == 403, url
        assert weak.get(url).status_code == 403, url
        assert anyone.get(url).status_code == 302, url
    assert client.get(every[2]).status_code == client.get(every[3]).status_code == 405
    assert Draft.objects.count() == 1


@pytest.mark.parametrize("version", ["", "x", "-2", "9" * 30, "1.0"])
def test_a_version_that_is_none_shows_the_plan_again(client: Client, tmp_path: Path, version: str) -> None:
    bring(tmp_path, BEFORE)
    address = preview(client, roadmap=str(plan().pk), text=AFTER)
    assert client.post(address, {"version": version}).status_code == 200
    assert ImportRun.objects.count() == 1


def test_drafts_are_swept_after_a_day(client: Client) -> None:
    preview(client, slug="a", text=BEFORE)
    Draft.objects.update(at=timezone.now() - timedelta(days=2))
    preview(client, slug="b", text=BEFORE)
    assert Draft.objects.get().options["slug"] == "b"


def test_hostile_notes_show_as_text(client: Client) -> None:
    address = preview(
        client, slug="a", text="# <script>alert(1)</script>\n\n- [<img src=x onerror=y>](https://a.example/)\n"
    )
    html = client.get(address).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
