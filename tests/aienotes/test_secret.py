from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aienotes.environment import WrongValue, kept_secret, prepare
from tests.processes import manage

ASK = ["shell", "--no-imports", "-c", "from django.conf import settings; print(settings.SECRET_KEY)"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_and_the_secret_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    done = manage("check", DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    assert mode(tmp_path / "data") == 0o700
    assert mode(tmp_path / "data" / "secret_key") == 0o600


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: manage(*ASK, DATA_DIR=str(tmp_path)).stdout.strip(), range(8)))
    assert len(set(answers)) == 1
    assert len(answers[0]) >= 50
    assert [path.name for path in tmp_path.glob("*secret*")] + list(tmp_path.glob(".*")) == ["secret_key"]


def test_the_secret_stays(tmp_path: Path) -> None:
    assert kept_secret(tmp_path) == kept_secret(tmp_path)


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        prepare(folder)
    assert kept_secret(folders[0]) != kept_secret(folders[1])


def test_a_secret_that_is_given_is_used_and_none_is_made(tmp_path: Path) -> None:
    done = manage(*ASK, DATA_DIR=str(tmp_path), SECRET_KEY="given")
    assert done.stdout.strip() == "given"
    assert [*tmp_path.glob("*secret*"), *tmp_path.glob(".*")] == []


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    prepare(tmp_path)
    assert mode(tmp_path) == 0o750


@pytest.mark.parametrize("content", [b"", b"\n"])
def test_a_secret_file_without_a_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(WrongValue, match="secret_key"):
        kept_secret(tmp_path)
