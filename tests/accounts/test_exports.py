"""Exports that are odd, broken, hostile or huge, and the page that takes one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import exports, forms, notes, restoring, tracking
from accounts.exports import BadFile
from accounts.models import NOTE_LENGTH, Note, Progress, StudyEvent, User
from roadmap.models import Resource, Roadmap
from tests.accounts.exported import (
    AT,
    Data,
    bring,
    event,
    everything,
    file_of,
    marks,
    named,
    note,
    state,
)
from tests.factories import make_plan, make_resource, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def plan() -> Roadmap:
    return make_plan(slug="plan")


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def learner(client: Client, user: User) -> User:
    client.force_login(user)
    return user


# Odd files


def test_what_stands_twice_in_a_file_is_not_doubled_lowered_or_lost(user: User, resource: Resource) -> None:
    key = resource.key
    data = file_of(
        named(resource),
        named(resource),
        progress=[state(key, "done"), state(key, "skipped"), state(key, "done")],
        notes=[note(key, "One"), note(key, "Two"), note(key, "One")],
        events=[event(key), event(key)],
    )
    report = bring(user, data)
    assert marks(user) == ({resource.pk: "done"}, {resource.pk: "One\n\n---\n\nTwo"})
    assert (report.batch.changed, report.notes, report.events) == (1, 1, 1)


def test_what_a_newer_site_may_add_is_passed_over(user: User, resource: Resource) -> None:
    data = file_of(
        {**named(resource), "colour": 1}, progress=[{**state(resource.key), "x": []}], stars=[1], account={"y": 1}
    )
    assert bring(user, data).batch.changed == 1


def test_a_file_with_nothing_in_it_changes_nothing(user: User) -> None:
    before = everything(user)
    report = bring(user, {"format": "aie-notes", "version": 1})
    assert everything(user) == before
    assert report.batch.changed == report.notes == report.events == 0


def test_times_to_come_are_not_believed(user: User, resource: Resource) -> None:
    future, key = "2999-01-01T00:00:00+00:00", resource.key
    data = file_of(
        named(resource),
        progress=[state(key, since=future)],
        notes=[note(key, changed_at=future)],
        events=[event(key, at=future), event(key)],
    )
    report = bring(user, data)
    assert (report.future, report.events) == (1, 1)
    now = timezone.now()
    assert Progress.objects.get().since <= now
    assert Note.objects.get().changed_at <= now
    assert all(at <= now for at in StudyEvent.objects.values_list("at", flat=True))
    before = everything(user)
    bring(user, data)
    assert everything(user) == before


def test_what_no_database_can_hold_is_mended(user: User, resource: Resource) -> None:
    text = '"a\\u0000b\\ud800c\\r\\nd"'
    data = json.dumps(file_of(named(resource), notes=[note(resource.key, "TEXT")], account={"name": "NAME"}))
    bring(user, data.replace('"TEXT"', text).replace('"NAME"', text))
    assert Note.objects.get().text == "ab?c\nd"
    assert User.objects.get(pk=user.pk).name == "ab?c d"


def broken(**parts: Any) -> Callable[[str], Data]:
    return lambda key: {**file_of(), **parts}


R = {"key": "k", "roadmap": "r", "title": "t", "url": ""}
BROKEN = {
    "no format": {"format": None},
    "another format": {"format": "aie-notes-2"},
    "a format that is a list": {"format": ["aie-notes"]},
    "no version": {"version": None},
    "version zero": {"version": 0},
    "a version that is a text": {"version": "1"},
    "a version that is true": {"version": True},
    "a version that is a fraction": {"version": 1.0},
    "a newer version": {"version": 2},
    "resources that are an object": {"resources": {}},
    "resources that are texts": {"resources": ["x"]},
    "a resource without a key": {"resources": [{**R, "key": None}]},
    "a title that is a number": {"resources": [{**R, "title": 1}]},
    "a URL that is a list": {"resources": [{**R, "url": []}]},
    "a URL in the notes that is a number": {"resources": [{**R, "url_in_notes": 1}]},
    "two resources of one key": {"resources": [R, {**R, "title": "other"}]},
    "progress that is a text": {"progress": "done"},
    "progress that is null": {"progress": None},
    "a state that there is not": {"progress": [state("k", "perfect")]},
    "a state that is null": {"progress": [{**state("k"), "state": None}]},
    "a state with half a character": {"progress": [state("k", "\ud800")]},
    "a mark on nothing": {"progress": [{"state": "done", "since": AT}]},
    "a time that is none": {"progress": [state("k", since="yesterday")]},
    "a time with half a character": {"progress": [state("k", since="\udfff")]},
    "a time that is a number": {"progress": [{**state("k"), "since": 1}]},
    "a date alone": {"progress": [state("k", since="2026-03-03")]},
    "a time without a zone": {"progress": [state("k", since="2026-03-03T12:00:00")]},
    "a day that there is not": {"progress": [state("k", since="2026-02-30T12:00:00+00:00")]},
    "a time before time": {"progress": [state("k", since="0001-01-01T00:00:00+14:00")]},
    "a time of the first year": {"progress": [state("k", since="0001-01-02T00:00:00+00:00")]},
    "a time after all time": {"notes": [note("k", changed_at="9999-12-31T23:59:59-14:00")]},
    "a note that is a number": {"notes": [{**note("k"), "text": 1}]},
    "a note without a time": {"notes": [{"resource": "k", "text": "x"}]},
    "an event of no kind": {"events": [event("k", "dream")]},
    "an event to no state": {"events": [event("k", after="x")]},
    "an account that is a list": {"account": []},
    "a name that is a number": {"account": {"name": 1}},
    "a name that is true": {"account": {"name": True}},
    "a language that is a list": {"account": {"language": []}},
    "a streak that is a text": {"account": {"shows_streak": "yes"}},
}


@pytest.mark.parametrize("parts", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_file_is_refused_and_nothing_of_it_comes_in(
    client: Client, learner: User, resource: Resource, parts: Data
) -> None:
    whole = file_of(named(resource), progress=[state(resource.key)], notes=[note(resource.key)])
    bad = {
        **whole,
        **{
            name: [*whole.get(name, []), *rows] if isinstance(rows, list) and name in whole else rows
            for name, rows in parts.items()
        },
    }
    before = everything(learner)
    response = upload(client, json.dumps(bad))
    assert response.status_code == 422
    assert response.context["form"].errors
    response.content.decode("utf-8")
    assert everything(learner) == before


@pytest.mark.parametrize(
    "text",
    ["{", "hello", "null", "[]", "1", '"aie-notes"', "[" * 100_000, '{"a":' * 100_000, "9" * 5_000, "{'format': 1}",
     "# Notes", '{"format": "aie-notes", "version": 1}}', "NaN",
     '{"format": "aie-notes", "version": ' + "9" * 5_000 + "}"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_is_no_export_is_refused(client: Client, learner: User, text: str) -> None:
    with pytest.raises(BadFile):
        exports.read(text)
    assert upload(client, text).status_code == 422


def test_a_newer_file_is_told_from_a_broken_one() -> None:
    with pytest.raises(BadFile, match="newer"):
        exports.read('{"format": "aie-notes", "version": 2}')
    with pytest.raises(BadFile, match="does not say its version"):
        exports.read('{"format": "aie-notes"}')


@hypothesis_settings(deadline=None, max_examples=60)
@given(
    data=st.fixed_dictionaries(
        {"format": st.just("aie-notes"), "version": st.just(1)},
        optional=dict.fromkeys(
            ("account", "resources", "progress", "notes", "events"),
            st.recursive(
                st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(AT)),
                lambda inner: (
                    st.lists(inner, max_size=3)
                    | st.dictionaries(
                        st.sampled_from(
                            ["resource", "key", "roadmap", "title", "url", "state", "since", "text", "kind"]
                        ),
                        inner,
                    )
                ),
                max_leaves=12,
            ),
        ),
    )
)
def test_any_json_is_read_or_refused(data: Data) -> None:
    try:
        exports.read(json.dumps(data))
    except BadFile as error:
        str(error).encode()


def test_a_failure_half_way_leaves_nothing(user: User, resource: Resource) -> None:
    data = file_of(
        named(resource), progress=[state(resource.key)], notes=[note(resource.key)], events=[event(resource.key)]
    )
    export = exports.read(json.dumps(data))
    export.events = [(key, act._replace(kind=None)) for key, act in export.events]  # type: ignore[arg-type]
    before = everything(user)
    with pytest.raises(Exception, match=r"(?i)null"):
        restoring.restore(user, export)
    assert everything(user) == before


def test_the_queries_do_not_grow_with_the_marks(plan: Roadmap) -> None:
    counts = []
    for number in (3, 40):
        some = [make_resource(plan) for _ in range(number)]
        keys = [it.key for it in some]
        data = file_of(
            *map(named, some),
            progress=[state(key) for key in keys],
            notes=[note(key) for key in keys],
            events=[event(key) for key in keys],
        )
        reader = make_user()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert bring(reader, data).notes == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_file_that_names_more_than_one_query_may_ask_for_is_read(
    user: User, plan: Roadmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "SO_MANY", 2)
    by_key, by_url = list(plan.resources.all()), [make_resource(plan) for _ in range(5)]
    tasks = [make_resource(plan, url="", kind="task") for _ in range(5)]
    elsewhere = [named(it, key=f"x{it.pk}") for it in (*by_url, *tasks)]
    data = file_of(*map(named, by_key), *elsewhere)
    bring(user, {**data, "progress": [state(each["key"]) for each in data["resources"]]})
    assert set(marks(user)[0]) == {it.pk for it in (*by_key, *by_url, *tasks)}


def test_a_file_of_more_resources_than_any_site_has_is_refused() -> None:
    rows = [
        {"key": f"k{number}", "roadmap": "", "title": "", "url": ""} for number in range(exports.MOST_RESOURCES + 1)
    ]
    with pytest.raises(BadFile, match="20000"):
        exports.read(json.dumps(file_of(*rows)))
    assert len(exports.read(json.dumps(file_of(*rows[1:]))).resources) == exports.MOST_RESOURCES


# The form


def url() -> str:
    return reverse("accounts:data")


def upload(client: Client, text: str | bytes) -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    return client.post(url(), {"file": SimpleUploadedFile("aie-notes.json", content)})


def test_what_was_downloaded_is_read_in_by_another(client: Client, learner: User, resource: Resource) -> None:
    tracking.mark(learner, [resource.pk], "done")
    notes.save(learner, resource, "Mine", 0)
    downloaded = client.get(reverse("accounts:json")).content
    other = make_user()
    client.force_login(other)
    for expected in ("states: 1, notes: 1. Already here: 0", "states: 0, notes: 0. Already here: 2"):
        response = upload(client, downloaded)
        assert response.status_code == 200
        assert expected in response.content.decode()
    assert marks(other) == marks(learner)


@pytest.mark.parametrize("prefix", ["", "\ufeff", " \r\n"])
def test_a_file_can_be_pasted_or_uploaded(client: Client, learner: User, resource: Resource, prefix: str) -> None:
    text = prefix + json.dumps(file_of(named(resource), progress=[state(resource.key)]))
    assert client.post(url(), {"text": text}).status_code == 200
    assert upload(client, text).status_code == 200
    assert marks(learner)[0] == {resource.pk: "done"}


def test_what_came_in_can_be_taken_back_from_the_report(client: Client, learner: User, resource: Resource) -> None:
    response = upload(client, json.dumps(file_of(named(resource), progress=[state(resource.key)])))
    batch = response.context["report"].batch
    undo = reverse("accounts:undo", args=[batch.id])
    assert f'formaction="{undo}"' in response.content.decode()
    client.post(undo)
    assert marks(learner)[0] == {}


def test_the_report_says_what_was_passed_over_and_why(client: Client, learner: User, resource: Resource) -> None:
    data = file_of(
        named(resource),
        named(resource, key="x", title="<b>Unknown</b>", url="", url_in_notes=""),
        progress=[state("x")],
        notes=[note(resource.key, "<i>" + "z" * NOTE_LENGTH)],
        events=[event(resource.key, at="2999-01-01T00:00:00Z")],
        account={"language": "tlh"},
    )
    text = upload(client, json.dumps(data)).content.decode()
    for said in ("&lt;b&gt;Unknown", "&lt;i&gt;zzz", "left out: its time is still to come", "does not know: tlh"):
        assert said in text


@pytest.mark.parametrize(
    "post",
    [{}, {"text": ""}, {"text": "  "}, {"text": "{}\0"}, {"file": SimpleUploadedFile("x.json", b"")},
     {"file": SimpleUploadedFile("x.json", b'{"a": "\xff"}')},
     {"file": SimpleUploadedFile("x.json", "{}".encode("utf-16"))}],
)  # fmt: skip
def test_nothing_and_no_text_are_refused(client: Client, learner: User, post: Data) -> None:
    response = client.post(url(), post)
    assert response.status_code == 422
    assert response.context["form"].errors


def test_a_file_that_is_too_large_is_refused(client: Client, learner: User) -> None:
    response = upload(client, b" " * (forms.EXPORT_MAX_BYTES + 1))
    assert response.status_code == 422
    assert "too large: at most 20 MB" in response.content.decode()


def test_the_limit_of_study_plans_is_not_that_of_an_export(
    client: Client, learner: User, resource: Resource, settings: Any
) -> None:
    settings.NOTES_MAX_BYTES = 10
    assert upload(client, json.dumps(file_of(named(resource)))).status_code == 200


def test_a_text_that_was_refused_stays_in_the_form(client: Client, learner: User) -> None:
    response = client.post(url(), {"text": "{<my text>"})
    assert response.status_code == 422
    assert "{&lt;my text&gt;</textarea>" in response.content.decode()


def test_a_guest_is_led_to_the_sign_in(client: Client, resource: Resource) -> None:
    response = upload(client, json.dumps(file_of(named(resource), progress=[state(resource.key)])))
    assert response.status_code == 302
    assert not Progress.objects.exists()


def test_nobody_reads_in_from_another_site(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert upload(strict, json.dumps(file_of())).status_code == 403


def test_the_page_is_kept_by_no_cache(client: Client, learner: User) -> None:
    assert "no-store" in client.get(url())["Cache-Control"]
