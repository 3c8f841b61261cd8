"""A new password for somebody who forgot it, on a site that sends no mail."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.models import User
from tests.factories import PASSWORD, make_user
from tests.processes import ROOT, bare, manage

pytestmark = pytest.mark.django_db

NEW = "another horse, another staple"


def set_password(monkeypatch: pytest.MonkeyPatch, email: str, password: str) -> None:
    monkeypatch.setenv("EMAIL", email)
    monkeypatch.setenv("PASSWORD", password)
    call_command("set_password")


@pytest.mark.parametrize("email", ["ada@example.org", " ADA@Example.org "])
def test_the_new_password_opens_and_the_old_one_does_not(monkeypatch: pytest.MonkeyPatch, email: str) -> None:
    user = make_user("ada@example.org")
    set_password(monkeypatch, email, NEW)
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert not user.check_password(PASSWORD)


def test_whoever_was_signed_in_is_signed_out(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(make_user("ada@example.org"))
    assert client.get("/me/").status_code == 200
    set_password(monkeypatch, "ada@example.org", NEW)
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize("password", ["12345678", "short", "ada@example.org"])
def test_a_password_that_the_site_does_not_take_is_refused(monkeypatch: pytest.MonkeyPatch, password: str) -> None:
    user = make_user("ada@example.org")
    with pytest.raises(CommandError, match="密碼"):
        set_password(monkeypatch, "ada@example.org", password)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_an_address_without_an_account_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match=r"no account with the address bob@example\.org"):
        set_password(monkeypatch, "bob@example.org", NEW)
    assert not User.objects.exists()


def test_make_password_does_it(tmp_path: Path) -> None:
    environment = bare(DATA_DIR=str(tmp_path))
    make = ["make", "--silent", "password", "EMAIL=ada@example.org", f"PASSWORD={NEW}"]
    script = "from accounts.models import User; print(User.objects.get().check_password('{}'))"
    assert manage("migrate", "--verbosity", "0", **environment).returncode == 0
    first = "from accounts.models import User; User.objects.create_user('ada@example.org', 'x')"
    assert manage("shell", "--no-imports", "-c", first, **environment).returncode == 0
    done = subprocess.run(make, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ada@example.org has a new password." in done.stdout
    assert manage("shell", "--no-imports", "-c", script.format(NEW), **environment).stdout.strip() == "True"
