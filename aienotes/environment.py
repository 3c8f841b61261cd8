"""The environment variables that set the site up: each is read and checked here, and nowhere else."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent
SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
PROVIDERS = {"github": "https://github.com", "google": "https://accounts.google.com"}
"""Sites that people may sign in with, and where their sign-in pages are."""
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
NOTES_MAX_BYTES = 10 * 1024 * 1024
NOTES_KEPT_RUNS = 50
LINKS_DEAD_FAILURES, LINKS_DEAD_DAYS = 3, 7
SECRET_LENGTH, SECRET_VARIETY = 50, 5
_NO = frozenset({"0", "false", "no", "off"})
_YES = frozenset({"1", "true", "yes", "on"})
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*", re.I)


class WrongValue(ImproperlyConfigured):
    """An environment variable cannot be used. The message names it and says what to give; it never holds the value,
    which may be a secret."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(f"The environment variable {name} cannot be used: {hint}")
        self.name = name


@dataclass(frozen=True)
class Environment:
    """What the environment says, checked."""

    host: str
    port: int
    site_url: str
    """Scheme, host and port that people open; no slash at its end."""
    data_dir: Path
    database: dict[str, Any]
    """The parts of Django's DATABASES["default"] that DATABASE_URL gives; ENGINE is SQLITE or POSTGRESQL."""
    secret_key: str
    """Empty where none is given, which only a local site may leave to `kept_secret`."""
    debug: bool
    allowed_hosts: list[str]
    email: dict[str, Any]
    """Django's EMAIL_* settings that EMAIL_URL gives; empty where none is given."""
    providers: dict[str, dict[str, str]]
    """By which of PROVIDERS people may sign in: {"client_id", "secret"} of each."""
    notes_max_bytes: int
    notes_kept_runs: int
    links_dead_failures: int
    links_dead_days: int

    @property
    def secure(self) -> bool:
        """Whether people reach the site over https, that is, whether this is production."""
        return self.site_url.startswith("https:")

    @property
    def site_host(self) -> str:
        """The host people open, as a browser's Host header has it, without a port."""
        return _host_header(urlsplit(self.site_url).hostname or "")


def read(values: Mapping[str, str] = os.environ) -> Environment:
    """Return what `values` say. A variable that is missing or blank has its default. Raises WrongValue."""
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    port = _port(given.get("PORT", "8000"))
    site = _site(given.get("SITE_URL", f"http://localhost:{port}"))
    secure = site.scheme == "https"
    data_dir = _data_dir(given.get("DATA_DIR", "data"))
    host = _host(given.get("HOST", "127.0.0.1"))
    return Environment(
        host=host,
        port=port,
        site_url=site.geturl().rstrip("/"),
        data_dir=data_dir,
        database=_database(given.get("DATABASE_URL", ""), data_dir),
        secret_key=_secret_key(given.get("SECRET_KEY", ""), secure),
        debug=_debug(given.get("DEBUG", "off"), secure),
        allowed_hosts=_allowed_hosts(given.get("ALLOWED_HOSTS", ""), site.hostname or "", host, secure),
        email=_email(given.get("EMAIL_URL", "")),
        providers=_providers(given),
        notes_max_bytes=_whole_number("NOTES_MAX_BYTES", given.get("NOTES_MAX_BYTES", str(NOTES_MAX_BYTES)), 1, 2**40),
        notes_kept_runs=_whole_number("NOTES_KEPT_RUNS", given.get("NOTES_KEPT_RUNS", str(NOTES_KEPT_RUNS)), 1, 10**6),
        links_dead_failures=_whole_number(
            "LINKS_DEAD_FAILURES", given.get("LINKS_DEAD_FAILURES", str(LINKS_DEAD_FAILURES)), 1, 1000
        ),
        links_dead_days=_whole_number("LINKS_DEAD_DAYS", given.get("LINKS_DEAD_DAYS", str(LINKS_DEAD_DAYS)), 0, 1000),
    )


def prepare(data_dir: Path) -> None:
    """Make the data folder where it is missing, readable by its owner alone. Raises WrongValue where that fails."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise WrongValue("DATA_DIR", f"{data_dir} cannot be made ({error.strerror}).") from None
    if not os.access(data_dir, os.R_OK | os.W_OK | os.X_OK):
        raise WrongValue("DATA_DIR", f"{data_dir} cannot be written to by this user.")


def kept_secret(data_dir: Path) -> str:
    """Return the secret key kept in the data folder; the first process to ask makes it, for its owner's eyes alone."""
    path = data_dir / "secret_key"
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text("ascii").strip()
    except OSError as error:
        raise WrongValue("DATA_DIR", f"{path} cannot be used ({error.strerror}).") from None
    if not secret:
        raise WrongValue("DATA_DIR", f"{path} is empty; delete it, and a new secret key is made.")
    return secret


def _make_secret(path: Path) -> None:
    # Written aside and then linked: whoever finds the file finds all of it, and the second of two makers gives way.
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(SECRET_LENGTH) + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _whole_number(name: str, value: str, least: int, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 20 and least <= int(value) <= most):
        raise WrongValue(name, f"give a whole number from {least} to {most}.")
    return int(value)


def _port(value: str) -> int:
    return _whole_number("PORT", value, 1, 65535)


def _host(value: str) -> str:
    if not (_is_address(value) or _HOST_NAME.fullmatch(value)):
        raise WrongValue("HOST", "give the address to listen on, for example 127.0.0.1, or 0.0.0.0 for all.")
    return value


def _site(value: str) -> SplitResult:
    hint = "give the address that people open, for example http://localhost:8000 or https://notes.example.org."
    try:
        site = urlsplit(value)
        host, port = site.hostname, site.port
        well_formed = bool(host) and (_is_address(host or "") or bool(_HOST_NAME.fullmatch(_host_header(host or ""))))
    except ValueError:
        raise WrongValue("SITE_URL", hint) from None
    if site.scheme not in ("http", "https") or not well_formed or port == 0 or "@" in site.netloc:
        raise WrongValue("SITE_URL", hint)
    if site.path not in ("", "/") or site.query or site.fragment:
        raise WrongValue("SITE_URL", f"{hint} Nothing may follow the host and port: the site stands at its root.")
    if site.scheme == "http" and not _is_loopback(host or ""):
        raise WrongValue(
            "SITE_URL",
            "plain http is for this machine alone (http://localhost:8000). Give an https:// address, "
            "and let a web server with a certificate pass its requests on to this one.",
        )
    return site


def _data_dir(value: str) -> Path:
    try:
        path = (BASE_DIR / Path(value).expanduser()).resolve()
    except (RuntimeError, ValueError, OSError):
        raise WrongValue("DATA_DIR", "give the path of a folder.") from None
    if path.exists() and not path.is_dir():
        raise WrongValue("DATA_DIR", f"{path} is not a folder.")
    return path


def _database(value: str, data_dir: Path) -> dict[str, Any]:
    hint = "give postgres://user:password@host:5432/name, or sqlite:////path/to/file."
    if not value:
        return {"ENGINE": SQLITE, "NAME": data_dir / "db.sqlite3"}
    scheme, _, rest = value.partition("://")
    if scheme == "sqlite":
        if not rest.startswith("/") or rest == "/":
            raise WrongValue("DATABASE_URL", f"{hint} A database in memory would be another one in each process.")
        return {"ENGINE": SQLITE, "NAME": (BASE_DIR / Env.db_url_config(value)["NAME"]).resolve()}
    if scheme not in ("postgres", "postgresql"):
        raise WrongValue("DATABASE_URL", hint)
    try:
        database: dict[str, Any] = Env.db_url_config(value)
    except (ValueError, ImproperlyConfigured):
        raise WrongValue("DATABASE_URL", hint) from None
    if not database["NAME"]:
        raise WrongValue("DATABASE_URL", f"{hint} The name of the database is missing.")
    # A folder with a socket in it stands where the host does, its slashes escaped.
    return database | {"HOST": unquote(database["HOST"])}


def _secret_key(value: str, secure: bool) -> str:
    if secure and (len(value) < SECRET_LENGTH or len(set(value)) < SECRET_VARIETY):
        raise WrongValue(
            "SECRET_KEY",
            f"a site at an https address needs a random one of at least {SECRET_LENGTH} characters; make one with "
            f'python3 -c "import secrets; print(secrets.token_urlsafe({SECRET_LENGTH}))" and keep it.',
        )
    return value


def _debug(value: str, secure: bool) -> bool:
    if value.lower() not in _YES | _NO:
        raise WrongValue("DEBUG", "give on or off.")
    debug = value.lower() in _YES
    if debug and secure:
        raise WrongValue("DEBUG", "it shows the site's insides to everyone; leave it off where SITE_URL is https.")
    return debug


def _allowed_hosts(value: str, site_host: str, listening: str, secure: bool) -> list[str]:
    hosts = [_host_header(site_host)] + ([] if secure else LOOPBACK)
    if not secure and listening not in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        hosts.append(_host_header(listening))
    for host in filter(None, (part.strip() for part in value.split(","))):
        bare = host.removeprefix(".").removeprefix("[").removesuffix("]")
        if not (_is_address(bare) or _HOST_NAME.fullmatch(bare)):
            raise WrongValue(
                "ALLOWED_HOSTS",
                "give host names with commas between them, no scheme, no port: a.example,b.example.",
            )
        hosts.append(host)
    return list(dict.fromkeys(hosts))


def _email(value: str) -> dict[str, Any]:
    hint = "give smtp+tls://user:password@host:587 (or smtp://, smtp+ssl://; consolemail:// prints mails instead)."
    if not value:
        return {}
    try:
        email: dict[str, Any] = Env.email_url_config(value)
    except (ValueError, ImproperlyConfigured):
        raise WrongValue("EMAIL_URL", hint) from None
    if email["EMAIL_BACKEND"] == SMTP and not email["EMAIL_HOST"]:
        raise WrongValue("EMAIL_URL", f"{hint} The host is missing.")
    return {name: setting for name, setting in email.items() if setting is not None}


def _providers(given: Mapping[str, str]) -> dict[str, dict[str, str]]:
    providers = {}
    for provider in PROVIDERS:
        names = (f"{provider.upper()}_CLIENT_ID", f"{provider.upper()}_CLIENT_SECRET")
        missing = [name for name in names if name not in given]
        if len(missing) == 1:
            raise WrongValue(
                missing[0], f"give it together with {next(name for name in names if name in given)}, or neither."
            )
        if not missing:
            providers[provider] = {"client_id": given[names[0]], "secret": given[names[1]]}
    return providers


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    if _is_address(host):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _host_header(host: str) -> str:
    """A host as a browser sends it: an IPv6 address in brackets, a name that is not ASCII in its ASCII form."""
    if _is_address(host):
        return f"[{host}]" if ":" in host else host
    return host if host.isascii() else host.encode("idna").decode("ascii")
