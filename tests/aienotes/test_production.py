from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.processes import PRODUCTION, manage, python

SITE = PRODUCTION["SITE_URL"]


def ask(data_dir: Path, *urls: str, **values: str) -> list[dict[str, Any]]:
    done = python("-m", "tests.answers", *urls, DATA_DIR=str(data_dir), **values)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--no-input", "--verbosity", "0"]):
        done = manage(*command, DATA_DIR=str(folder))
        assert done.returncode == 0, done.stderr
    return folder


def test_over_https_cookies_and_headers_are_those_of_production(migrated: Path) -> None:
    (answer,) = ask(migrated, f"{SITE}/accounts/login/", **PRODUCTION)
    assert answer["status"] == 200
    assert answer["headers"]["Strict-Transport-Security"] == "max-age=31536000"
    (cookie,) = answer["cookies"]
    assert cookie.startswith("__Host-csrf=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_plain_http_leads_to_https(migrated: Path) -> None:
    (answer,) = ask(migrated, "http://notes.example.org/accounts/login/", **PRODUCTION)
    assert (answer["status"], answer["headers"]["Location"]) == (301, f"{SITE}/accounts/login/")


def test_another_host_is_refused(migrated: Path) -> None:
    strange, given = ask(
        migrated, "https://evil.example/", "https://a.example/accounts/login/", **PRODUCTION, ALLOWED_HOSTS="a.example"
    )
    assert (strange["status"], given["status"]) == (400, 200)


def test_health_is_told_over_plain_http_and_to_any_host(migrated: Path) -> None:
    (answer,) = ask(migrated, "http://10.1.2.3:8000/healthz", **PRODUCTION)
    assert answer["status"] == 200
    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "url", ["sqlite:////missing/db.sqlite3", "postgres://nobody@%2Fmissing/nothing?connect_timeout=1"]
)
def test_without_its_database_the_site_is_ill(tmp_path: Path, url: str) -> None:
    (answer,) = ask(tmp_path, "http://localhost/healthz", DATABASE_URL=url)
    assert answer["status"] == 503


def test_on_this_machine_cookies_need_no_https(migrated: Path) -> None:
    (answer,) = ask(migrated, "http://localhost:8000/accounts/login/")
    assert answer["status"] == 200
    assert "Strict-Transport-Security" not in answer["headers"]
    (cookie,) = answer["cookies"]
    assert cookie.startswith("csrf=")
    assert "Secure" not in cookie


@pytest.mark.parametrize(("email_url", "expected"), [("", "none"), ("smtp://mail.example", "mandatory")])
def test_addresses_are_confirmed_where_mail_can_be_sent(tmp_path: Path, email_url: str, expected: str) -> None:
    script = "from django.conf import settings; print(settings.ACCOUNT_EMAIL_VERIFICATION)"
    done = manage("shell", "--no-imports", "-c", script, DATA_DIR=str(tmp_path), EMAIL_URL=email_url)
    assert done.stdout.strip() == expected


def test_the_deployment_check_finds_nothing(tmp_path: Path) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", DATA_DIR=str(tmp_path), **PRODUCTION)
    assert done.returncode == 0, done.stderr
