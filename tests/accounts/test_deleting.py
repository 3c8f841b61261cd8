"""Deleting an account: only by its learner, and nothing of it is left in any table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import broken, deleting, news, notes, tracking
from accounts.models import Note, Progress, StudyEvent, User
from accounts.tracking import Gone
from roadmap.models import Draft, ImportRun, Resource, Roadmap
from tests.factories import PASSWORD, make_admin, make_user

pytestmark = pytest.mark.django_db

Rows = dict[str, list[dict[str, Any]]]


def url() -> str:
    with translation.override("en"):
        return reverse("accounts:delete")


def session_of(**data: Any) -> str:
    """A session as some other browser has it; returns its key."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store.update(data)
    store.create()
    return str(store.session_key)


def sign_in(client: Client, user: User) -> None:
    """Sign in by the form, which lists the session."""
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def logged(by: User, about: Model, says: str, change: str = "") -> LogEntry:
    """An entry of the admin's history."""
    return LogEntry.objects.create(
        user=by,
        content_type=ContentType.objects.get_for_model(about),
        object_id=str(about.pk),
        object_repr=says,
        action_flag=CHANGE,
        change_message=change,
    )


def furnish(user: User, plan: Roadmap, admin: User) -> None:
    """Make a row for a learner in every table that has some of learners."""
    resources = list(plan.resources.order_by("pk"))
    tracking.mark(user, [resources[0].pk, resources[1].pk], "done")
    tracking.undo(user, tracking.mark(user, [resources[2].pk], "skipped").id)
    notes.save(user, resources[0], f"Mine, {user.email}", 0)
    user.groups.add(Group.objects.get_or_create(name="editors")[0])
    user.user_permissions.add(Permission.objects.order_by("pk")[0])
    sign_in(Client(), user)
    Client().force_login(user)
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    second = EmailAddress.objects.create(user=user, email=f"second-{user.email}")
    EmailConfirmation.objects.create(email_address=address, key=f"key-{user.pk}")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": user.email})
    account = SocialAccount.objects.create(user=user, provider="github", uid=str(user.pk), extra_data={"e": user.email})
    SocialToken.objects.create(account=account, token="-", token_secret="-")
    session_of(account_login={"user_pk": user_pk_to_url_str(user), "email": None})
    session_of(account_email_verification={"email": second.email.upper(), "codes": [user.email]})
    session_of(password_reset={"user_id": str(user.pk)})
    logged(user, plan, plan.title)
    logged(admin, user, "renamed since")
    logged(admin, second, second.email)
    logged(admin, Authenticator.objects.get(user=user), "TOTP")
    logged(admin, plan, plan.title, json.dumps([{"added": {"name": "address", "object": user.email}}]))
    run = ImportRun.objects.create(roadmap=plan, by=user, source="-", version=1, counts={})
    news.put_away(user, run)
    broken.report(user, resources[0])
    Draft.objects.create(key=f"draft-{user.pk}", by=user, name="notes.md", data=b"-")


def rows() -> Rows:
    """Every row of every table, sessions as what is in them."""
    return {
        model._meta.label: [
            {**row, **(Session.objects.get(pk=row["session_key"]).get_decoded() if model is Session else {})}
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in apps.get_models(include_auto_created=True)
    }


def values(data: Any) -> Iterator[Any]:
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from values(value)
    else:
        yield data


def naming(rows: Rows, email: str) -> Rows:
    """The rows in which an address stands, whatever the case."""
    found = {
        label: [row for row in some if any(email in str(value).lower() for value in values(row))]
        for label, some in rows.items()
    }
    return {label: some for label, some in found.items() if some}


def referring(rows: Rows, pk: int) -> Rows:
    """The rows that refer to an account by a key."""
    found: Rows = {}
    for model in apps.get_models(include_auto_created=True):
        to_users = [f.attname for f in model._meta.concrete_fields if f.is_relation and f.related_model is User]
        if model is User:
            to_users = ["id"]
        some = [row for row in rows[model._meta.label] if any(row[name] == pk for name in to_users)]
        if some:
            found[model._meta.label] = some
    sessions = [row for row in rows["sessions.Session"] if row.get("_auth_user_id") == str(pk)]
    users = ContentType.objects.get_for_model(User).pk
    history = [r for r in rows["admin.LogEntry"] if r["content_type_id"] == users and r["object_id"] == str(pk)]
    return found | ({"sessions.Session": sessions} if sessions else {}) | ({"history": history} if history else {})


# What is left


def test_of_a_deleted_account_no_row_is_left_in_any_table(plan: Roadmap) -> None:
    user, admin = make_user("ada@example.org", is_staff=True), make_admin()
    furnish(user, plan, admin)
    before, pk = rows(), user.pk
    with_user = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if any(f.is_relation and f.related_model is User for f in model._meta.concrete_fields)
    }
    assert referring(before, pk).keys() >= with_user, "this test furnishes no row of a new table"
    assert {"account.EmailConfirmation", "sessions.Session"} < {label for label, some in before.items() if some}
    deleting.delete(user)
    after = rows()
    assert referring(after, pk) == {}
    assert naming(after, "ada@example.org") == {}
    assert not after["account.EmailConfirmation"]
    assert not after["socialaccount.SocialToken"]
    assert [row["by_id"] for row in after["roadmap.ImportRun"]] == [None]


def test_the_rows_of_others_stay_as_they_were(plan: Roadmap) -> None:
    other, admin = make_user("ada@example.org"), make_admin()
    furnish(other, plan, admin)
    guest = session_of(guest="0123", note="da@example.org.tw")
    alone = rows()
    # The one address is a part of the other.
    user = make_user("da@example.org")
    furnish(user, plan, admin)
    deleting.delete(user)
    after = rows()
    after["roadmap.ImportRun"] = [row for row in after["roadmap.ImportRun"] if row["by_id"]]
    assert after == alone
    assert Session.objects.filter(pk=guest).exists()


def test_whoever_is_signed_in_with_a_deleted_account_is_not_any_more() -> None:
    user = make_user()
    here, there = Client(), Client()
    sign_in(here, user)
    # This session is in no list of the account's.
    there.force_login(user)
    assert UserSession.objects.get().session_key == here.session.session_key
    assert here.post(url(), {"email": user.email}).status_code == 302
    assert not Session.objects.exists()
    assert there.get(reverse("accounts:settings")).status_code == 302


def test_an_account_that_is_gone_is_not_deleted_again() -> None:
    user = make_user()
    User.objects.filter(pk=user.pk).delete()
    with pytest.raises(Gone):
        deleting.delete(user)


def test_the_address_is_free_again_for_a_new_account() -> None:
    user = make_user("ada@example.org")
    deleting.delete(user)
    assert make_user("ada@example.org").pk != user.pk
    assert Client().login(email="ada@example.org", password=PASSWORD)


# The form


@pytest.fixture
def learner(client: Client) -> User:
    user = make_user("ada@example.org")
    client.force_login(user)
    return user


@pytest.mark.parametrize("typed", ["ada@example.org", "  ADA@Example.org ", "ada@example.org\n"])
def test_an_account_is_deleted_by_typing_its_address(
    client: Client, learner: User, resource: Resource, typed: str
) -> None:
    tracking.mark(learner, [resource.pk], "done")
    notes.save(learner, resource, "Mine", 0)
    response = client.post(url(), {"email": typed})
    assert response.status_code == 302
    assert response["Location"] == "/en/"
    assert not User.objects.exists()
    assert not any(model.objects.exists() for model in (Progress, Note, StudyEvent))
    assert "_auth_user_id" not in client.session
    assert "deleted" in client.get("/en/").text


@pytest.mark.parametrize(
    "typed", ["", "bob@example.org", "ada@example.or", "ada", "yes", "ada@example.org\0", "a" * 9999]
)
def test_anything_else_deletes_nothing(client: Client, learner: User, typed: str) -> None:
    make_user("bob@example.org")
    response = client.post(url(), {"email": typed})
    assert response.status_code == 422
    assert User.objects.count() == 2
    assert client.session["_auth_user_id"] == str(learner.pk)
    assert "Clear-Site-Data" not in response


def test_a_form_without_an_address_deletes_nothing(client: Client, learner: User) -> None:
    assert client.post(url()).status_code == 422
    assert User.objects.exists()


@pytest.mark.parametrize("method", ["get", "head"])
def test_to_look_at_the_form_deletes_nothing(client: Client, learner: User, method: str) -> None:
    response = getattr(client, method)(url(), {"email": learner.email})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert User.objects.exists()


@pytest.mark.parametrize("method", ["put", "delete"])
def test_other_methods_are_refused(client: Client, learner: User, method: str) -> None:
    assert getattr(client, method)(url()).status_code == 405
    assert User.objects.exists()


def test_a_guest_is_led_to_the_sign_in(client: Client) -> None:
    user = make_user()
    response = client.post(url(), {"email": user.email})
    assert response.status_code == 302
    assert response["Location"].startswith("/en/accounts/login/")
    assert User.objects.exists()


def test_a_post_from_another_site_deletes_nothing(learner: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learner)
    assert strict.post(url(), {"email": learner.email}).status_code == 403
    assert User.objects.exists()


def test_the_browser_is_asked_to_forget_what_it_keeps(client: Client, learner: User) -> None:
    assert client.post(url(), {"email": learner.email})["Clear-Site-Data"] == '"storage"'


@pytest.mark.parametrize("email", ["admin@site", "ada@localhost", "ä@example.org"])
def test_an_address_that_no_form_would_take_can_be_typed(client: Client, email: str) -> None:
    client.force_login(make_user(email))
    assert client.post(url(), {"email": email}).status_code == 302
    assert not User.objects.exists()


def test_the_last_admin_may_go_and_another_be_made(client: Client) -> None:
    # `make admin` makes another; nobody is kept.
    client.force_login(make_admin("ada@example.org"))
    assert client.post(url(), {"email": "ada@example.org"}).status_code == 302
    assert not User.objects.exists()


def test_what_a_guest_ticked_before_is_gone_with_the_account(client: Client, resource: Resource) -> None:
    client.post(reverse("accounts:state", args=[resource.key]), {"state": "done"})
    user = make_user("ada@example.org")
    sign_in(client, user)
    assert Progress.objects.filter(user=user).exists()
    client.post(url(), {"email": user.email})
    assert not Progress.objects.exists()
    assert "guest" not in client.session


def test_the_admins_history_of_an_unconfirmed_second_address_goes(plan: Roadmap) -> None:
    user, admin = make_user(), make_admin()
    second = EmailAddress.objects.create(user=user, email="second@example.org")
    entry = logged(admin, second, second.email)
    kept = logged(admin, plan, "xsecond@example.org", "second@example.org.tw")
    deleting.delete(user)
    assert list(LogEntry.objects.all()) == [kept]
    assert entry != kept
