from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.processes import ROOT

OLD = """#!/bin/sh
case "$2" in
    *version_info*) exit 1;;
esac
"""
WITHOUT_VENV = """#!/bin/sh
case "$2" in
    *venv*) echo "No module named 'ensurepip'" >&2; exit 1;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Make tells its children of itself through these, and the tests are such a child.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def program(folder: Path, text: str) -> str:
    path = folder / "python3"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "said"), [(OLD, "Python 3.11 or newer is needed"), (WITHOUT_VENV, "apt install python3-venv")]
)
def test_a_python_that_will_not_do_is_said(project: Path, text: str, said: str) -> None:
    done = make(project, "run", f"PYTHON={program(project, text)}")
    assert done.returncode != 0
    assert said in done.stderr
    assert not (project / ".venv").exists()


def test_a_missing_python_is_said(project: Path) -> None:
    done = make(project, "run", "PYTHON=python-that-is-not")
    assert done.returncode != 0
    assert "python-that-is-not is not here" in done.stderr


def test_what_is_installed_already_is_not_installed_again(project: Path) -> None:
    (project / ".venv" / "bin").mkdir(parents=True)
    program(project / ".venv" / "bin", "#!/bin/sh\necho installs >&2\nexit 1\n")
    (project / ".venv" / "bin" / "python3").rename(project / ".venv" / "bin" / "python")
    shutil.copy(project / "requirements.txt", project / ".venv")
    assert make(project, "venv").returncode == 0
    (project / "requirements.txt").write_text("something==2\n")
    done = make(project, "venv")
    assert done.returncode != 0
    assert "installs" in done.stderr


def test_the_verbs_are_there(project: Path) -> None:
    listed = make(project).stdout
    for verb in ("run", "test", "dev", "lint", "bench", "admin", "screens", "lighthouse", "requirements"):
        assert f"make {verb} " in listed
