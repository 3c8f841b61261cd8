from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aienotes.environment import BASE_DIR, SQLITE, WrongValue, read
from tests.processes import GUNICORN, PRODUCTION, manage, python


def test_without_any_variable_the_site_is_local() -> None:
    environment = read({})
    assert (environment.host, environment.port) == ("127.0.0.1", 8000)
    assert environment.site_url == "http://localhost:8000"
    assert environment.data_dir == BASE_DIR / "data"
    assert environment.database == {"ENGINE": SQLITE, "NAME": BASE_DIR / "data" / "db.sqlite3"}
    assert environment.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert (environment.secure, environment.debug, environment.secret_key, environment.email) == (False, False, "", {})


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"HOST": "0.0.0.0"}, "host", "0.0.0.0"),
        ({"HOST": "::1"}, "host", "::1"),
        ({"HOST": "web-1.internal"}, "host", "web-1.internal"),
        ({"PORT": "80"}, "port", 80),
        ({"PORT": " 8001 "}, "port", 8001),
        ({"PORT": "8001"}, "site_url", "http://localhost:8001"),
        ({"SITE_URL": "http://127.0.0.1:9/"}, "site_url", "http://127.0.0.1:9"),
        ({"SITE_URL": "http://notes.localhost"}, "site_url", "http://notes.localhost"),
        ({"SITE_URL": "http://[::1]:8000"}, "site_url", "http://[::1]:8000"),
        ({"DATA_DIR": "/srv/notes"}, "data_dir", Path("/srv/notes")),
        ({"DATA_DIR": "elsewhere"}, "data_dir", BASE_DIR / "elsewhere"),
        ({"DATA_DIR": ""}, "data_dir", BASE_DIR / "data"),
        ({"SECRET_KEY": "short, for a try"}, "secret_key", "short, for a try"),
        ({"DEBUG": "on"}, "debug", True),
        ({"DEBUG": "True"}, "debug", True),
        ({"DEBUG": "1"}, "debug", True),
        ({"DEBUG": "no"}, "debug", False),
        ({"NOTES_MAX_BYTES": "1000"}, "notes_max_bytes", 1000),
        ({"NOTES_KEPT_RUNS": "3"}, "notes_kept_runs", 3),
        ({"LINKS_DEAD_FAILURES": "2"}, "links_dead_failures", 2),
        ({}, "links_dead_failures", 3),
        ({"LINKS_DEAD_DAYS": "0"}, "links_dead_days", 0),
        ({}, "links_dead_days", 7),
    ],
)
def test_a_variable_is_taken(values: dict[str, str], name: str, expected: object) -> None:
    assert getattr(read(values), name) == expected


def test_an_https_address_means_production() -> None:
    environment = read(PRODUCTION)
    assert environment.secure
    assert environment.allowed_hosts == ["notes.example.org"]


@pytest.mark.parametrize(
    ("site", "given", "expected"),
    [
        ("https://notes.example.org", "a.example, .b.example", ["notes.example.org", "a.example", ".b.example"]),
        ("https://notes.example.org:8443", "", ["notes.example.org"]),
        ("https://[2001:db8::1]", "192.0.2.7", ["[2001:db8::1]", "192.0.2.7"]),
        ("https://筆記.example", "", ["xn--9wzn71a.example"]),
        ("http://notes.localhost", "a.example", ["notes.localhost", "localhost", "127.0.0.1", "[::1]", "a.example"]),
    ],
)
def test_the_site_answers_to_its_own_name_and_those_given(site: str, given: str, expected: list[str]) -> None:
    assert read({**PRODUCTION, "SITE_URL": site, "ALLOWED_HOSTS": given}).allowed_hosts == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////srv/db.sqlite3", {"NAME": Path("/srv/db.sqlite3")}),
        ("sqlite:///db.sqlite3", {"NAME": BASE_DIR / "db.sqlite3"}),
        (
            "postgres://u:p%40ss@db:5433/notes",
            {"NAME": "notes", "USER": "u", "PASSWORD": "p@ss", "HOST": "db", "PORT": 5433},
        ),
        ("postgresql://u@/notes", {"NAME": "notes", "USER": "u", "HOST": ""}),
        ("postgres://u@%2Fvar%2Frun%2FPG:5432/notes", {"NAME": "notes", "HOST": "/var/run/PG"}),
        ("postgres://u@db/notes?sslmode=require", {"OPTIONS": {"sslmode": "require"}}),
    ],
)
def test_a_database_is_taken(url: str, expected: dict[str, Any]) -> None:
    database = read({"DATABASE_URL": url}).database
    assert {name: database[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "smtp+tls://u%40a.example:p@mail.example:587",
            {"EMAIL_HOST": "mail.example", "EMAIL_PORT": 587, "EMAIL_HOST_USER": "u@a.example", "EMAIL_USE_TLS": True},
        ),
        ("smtp+ssl://mail.example:465", {"EMAIL_USE_SSL": True}),
        ("consolemail://", {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}),
    ],
)
def test_a_way_to_send_mail_is_taken(url: str, expected: dict[str, Any]) -> None:
    email = read({"EMAIL_URL": url}).email
    assert {name: email[name] for name in expected} == expected


WRONG = [
    ({"HOST": "http://localhost"}, "HOST", "127.0.0.1"),
    ({"HOST": "two words"}, "HOST", "127.0.0.1"),
    ({"PORT": "http"}, "PORT", "from 1 to 65535"),
    ({"PORT": "0"}, "PORT", "from 1 to 65535"),
    ({"PORT": "65536"}, "PORT", "from 1 to 65535"),
    ({"PORT": "-1"}, "PORT", "from 1 to 65535"),
    ({"PORT": "٨٠"}, "PORT", "from 1 to 65535"),
    ({"PORT": "9" * 5000}, "PORT", "from 1 to 65535"),
    ({"SITE_URL": "notes.example.org"}, "SITE_URL", "https://notes.example.org"),
    ({"SITE_URL": "ftp://notes.example.org"}, "SITE_URL", "https://notes.example.org"),
    ({"SITE_URL": "https://"}, "SITE_URL", "https://notes.example.org"),
    ({"SITE_URL": "https://a b"}, "SITE_URL", "https://notes.example.org"),
    ({"SITE_URL": "https://[::1"}, "SITE_URL", "https://notes.example.org"),
    ({"SITE_URL": "https://me@notes.example.org"}, "SITE_URL", "https://notes.example.org"),
    ({"SITE_URL": "https://notes.example.org:port"}, "SITE_URL", "https://notes.example.org"),
    ({"SITE_URL": "https://notes.example.org/notes"}, "SITE_URL", "at its root"),
    ({"SITE_URL": "https://notes.example.org/?a"}, "SITE_URL", "at its root"),
    ({"SITE_URL": "http://notes.example.org"}, "SITE_URL", "https:// address"),
    ({"SITE_URL": "http://192.168.1.5:8000"}, "SITE_URL", "https:// address"),
    ({"DATA_DIR": __file__}, "DATA_DIR", "not a folder"),
    ({"DATA_DIR": "a\0b"}, "DATA_DIR", "path of a folder"),
    ({"DATABASE_URL": "mysql://u:p@host/name"}, "DATABASE_URL", "postgres://"),
    ({"DATABASE_URL": "db.sqlite3"}, "DATABASE_URL", "postgres://"),
    ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL", "in memory"),
    ({"DATABASE_URL": "sqlite://:memory:"}, "DATABASE_URL", "in memory"),
    ({"DATABASE_URL": "sqlite://db.sqlite3"}, "DATABASE_URL", "sqlite:////path"),
    ({"DATABASE_URL": "postgres://host"}, "DATABASE_URL", "name of the database"),
    ({"DATABASE_URL": "postgres://host:port/name"}, "DATABASE_URL", "postgres://"),
    ({"DATABASE_URL": "postgres://[::1/name"}, "DATABASE_URL", "postgres://"),
    ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY", "at least 50"),
    ({**PRODUCTION, "SECRET_KEY": "k3y" * 16}, "SECRET_KEY", "at least 50"),
    ({**PRODUCTION, "SECRET_KEY": "a" * 80}, "SECRET_KEY", "random"),
    ({"DEBUG": "maybe"}, "DEBUG", "on or off"),
    ({**PRODUCTION, "DEBUG": "on"}, "DEBUG", "https"),
    ({"ALLOWED_HOSTS": "https://a.example"}, "ALLOWED_HOSTS", "a.example,b.example"),
    ({"ALLOWED_HOSTS": "a.example:8000"}, "ALLOWED_HOSTS", "a.example,b.example"),
    ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", "a.example,b.example"),
    ({"ALLOWED_HOSTS": "a.example b.example"}, "ALLOWED_HOSTS", "a.example,b.example"),
    ({"EMAIL_URL": "mail.example"}, "EMAIL_URL", "smtp+tls://"),
    ({"EMAIL_URL": "pop3://mail.example"}, "EMAIL_URL", "smtp+tls://"),
    ({"EMAIL_URL": "smtp://"}, "EMAIL_URL", "host is missing"),
    ({"EMAIL_URL": "smtp://mail.example:port"}, "EMAIL_URL", "smtp+tls://"),
    ({"NOTES_MAX_BYTES": "10MB"}, "NOTES_MAX_BYTES", "whole number"),
    ({"NOTES_MAX_BYTES": "0"}, "NOTES_MAX_BYTES", "whole number"),
    ({"NOTES_KEPT_RUNS": "0"}, "NOTES_KEPT_RUNS", "whole number"),
    ({"LINKS_DEAD_FAILURES": "0"}, "LINKS_DEAD_FAILURES", "whole number"),
    ({"LINKS_DEAD_DAYS": "1.5"}, "LINKS_DEAD_DAYS", "whole number"),
]


@pytest.mark.parametrize(("values", "name", "hint"), WRONG)
def test_a_wrong_value_is_refused_with_its_name_and_a_hint(values: dict[str, str], name: str, hint: str) -> None:
    with pytest.raises(WrongValue) as caught:
        read(values)
    assert caught.value.name == name
    assert name in str(caught.value)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "values",
    [
        {"DATABASE_URL": "mysql://u:hunter2@host/name"},
        {"EMAIL_URL": "smpt://u:hunter2@host"},
        {**PRODUCTION, "SECRET_KEY": "hunter2"},
        {"SITE_URL": "https://u:hunter2@a.example"},
    ],
)
def test_what_may_be_a_secret_is_not_printed(values: dict[str, str]) -> None:
    with pytest.raises(WrongValue) as caught:
        read(values)
    assert "hunter2" not in str(caught.value)


def test_a_wrong_value_stops_any_command_with_one_line() -> None:
    done = manage("check", PORT="eighty")
    assert done.returncode == 1
    assert done.stderr == "The environment variable PORT cannot be used: give a whole number from 1 to 65535.\n"


def test_a_wrong_value_stops_the_server_with_one_line() -> None:
    done = python(*GUNICORN, SITE_URL="http://notes.example.org")
    assert done.returncode == 1
    assert done.stderr.startswith("The environment variable SITE_URL cannot be used: ")
    assert done.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_made_is_named() -> None:
    done = manage("check", DATA_DIR=f"{__file__}/data")
    assert done.returncode == 1
    assert "DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    done = manage("migrate", DATA_DIR=str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/missing/db.sqlite3")
    assert done.returncode == 1
    assert done.stderr == "The database (DATABASE_URL) cannot be used: unable to open database file\n"


def test_runserver_listens_where_the_environment_says(tmp_path: Path) -> None:
    done = manage("runserver", "--help", DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    script = "import manage, sys; sys.argv = ['manage.py', 'version']; manage.main()\n"
    script += (
        "from django.core.management.commands.runserver import Command as C; print(C.default_addr, C.default_port)"
    )
    done = python("-c", script, DATA_DIR=str(tmp_path), HOST="0.0.0.0", PORT="8123")
    assert done.stdout.splitlines()[-1] == "0.0.0.0 8123"
