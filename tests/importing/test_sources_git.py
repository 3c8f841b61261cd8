"""Notes in git repositories: read at a commit, by every way in, and nothing of a repository is ever run."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmap.importing import limits
from roadmap.importing import repository as reading
from roadmap.importing.addresses import check_ref, is_address, name_of, without_secrets
from roadmap.importing.sources import Loaded, load, probe
from roadmap.reading import NotesError
from tests.importing.repositories import commit, git, repository, served

MAX = 1_000_000
FILES = {
    "README.md": "# One\n",
    "docs/README.md": "# Docs\n",
    "docs/2.md": "# Two\r\n",
    "docs/10.md": "# 十\n",
    "docs/img/a.png": "picture",
    ".github/b.png": "hidden",
    ".github/c.md": "# Hidden\n",
    "x.txt": "x",
}
PAGES = ["README.md", "docs/README.md", "docs/2.md", "docs/10.md"]


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give git a home of its own, and see that every temporary folder is gone in the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    gc.collect()
    assert list(folder.iterdir()) == []


@pytest.fixture(scope="session")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("pattern") / "notes", FILES)


@pytest.fixture
def notes(pattern: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pattern, tmp_path / "My Notes"))


def loaded(location: str | Path, **options: str) -> Loaded:
    return load(location, max_bytes=MAX, **options)


def paths(location: str | Path, **options: str) -> list[str]:
    return [file.path for file in loaded(location, **options).files]


def refused(location: str | Path, max_bytes: int = MAX, **options: str) -> str:
    with pytest.raises(NotesError) as error:
        load(location, max_bytes=max_bytes, **options)
    return str(error.value)


def test_a_working_trees_repository_is_read_at_its_commit(notes: Path) -> None:
    head = git(notes, "rev-parse", "HEAD")
    (notes / "README.md").write_text("# Not committed\n")
    (notes / "new.md").write_text("# Not committed\n")
    found = loaded(notes)
    assert [(file.path, file.data) for file in found.files] == [(path, FILES[path].encode()) for path in PAGES]
    assert (found.commit, found.name, found.slug) == (head, str(notes), "my-notes")
    assert (found.location, found.ref, found.path) == (str(notes), "", "")
    assert probe(notes) == head


def test_a_relative_path_is_remembered_as_a_whole_one(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(notes)
    found = loaded(".")
    assert (found.location, found.slug) == (str(notes), "my-notes")
    assert loaded(found.location).digest == found.digest


def test_a_bare_one_a_shallow_one_and_a_linked_working_tree_are_read(notes: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(notes), "Bare Plan.git")
    commit(notes, {"README.md": "# Two\n"})
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{str(notes).replace(' ', '%20')}", "shallow")
    git(notes, "worktree", "add", "--quiet", "../linked", "HEAD~1")
    assert paths(tmp_path / "Bare Plan.git") == PAGES
    assert loaded(tmp_path / "Bare Plan.git").slug == "bare-plan"
    assert loaded(tmp_path / "shallow").files[0].data == b"# Two\n"
    assert loaded(tmp_path / "linked").files[0].data == b"# One\n"
    assert loaded(f"file://{tmp_path}/linked").slug == "linked"
    assert paths(notes / ".git") == PAGES


def test_a_folder_within_a_repository_is_a_plain_folder(notes: Path) -> None:
    (notes / "docs" / "new.md").write_text("# Not committed\n")
    assert paths(notes / "docs") == ["README.md", "2.md", "10.md", "new.md"]
    assert probe(notes / "docs") == ""


def test_a_branch_a_tag_and_a_commit_are_found(notes: Path) -> None:
    first = git(notes, "rev-parse", "HEAD")
    git(notes, "tag", "--annotate", "v1", "--message=v1")
    git(notes, "branch", "release/2024.x")
    git(notes, "branch", "20240101")
    second = commit(notes, {"README.md": "# Two\n"})
    for ref in ("v1", "refs/tags/v1", "tags/v1", "release/2024.x", "20240101", first):
        found = loaded(notes, ref=ref)
        assert (found.commit, found.ref, found.files[0].data) == (first, ref, b"# One\n")
        assert probe(notes, ref) == first
    for ref in ("", "HEAD", "main", "refs/heads/main"):
        assert loaded(notes, ref=ref).commit == probe(notes, ref) == second


def test_part_of_a_commits_id_is_found(notes: Path) -> None:
    first = git(notes, "rev-parse", "HEAD")
    commit(notes, {"README.md": "# Two\n"})
    assert loaded(notes, ref=first[:8].upper()).commit == first
    assert probe(notes, first[:8]) == ""
    assert "no branch, tag or commit “deadbeef”" in refused(notes, ref="deadbeef")
    assert "write a commit's id in full" in refused(notes, ref="deadbeef")
    assert "no branch, tag or commit" in refused(notes, ref="f" * 40)


def test_a_missing_branch_is_refused(notes: Path) -> None:
    assert "there is no branch, tag or commit “nope”" in refused(notes, ref="nope")
    with pytest.raises(NotesError, match="no branch, tag or commit “nope”"):
        probe(notes, "nope")


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "new")
    assert "has no commit on its default branch" in refused(tmp_path / "new")
    with pytest.raises(NotesError, match="no commit on its default branch"):
        probe(tmp_path / "new")


def test_a_refusal_leaves_nothing_behind_even_while_it_is_looked_at(notes: Path, temporary: Path) -> None:
    with pytest.raises(NotesError) as error:
        loaded(notes, path="nothing")
    assert list(temporary.iterdir()) == []
    assert error.tb


@pytest.mark.parametrize("place", ["broken", "gone"])
def test_what_is_no_repository_is_told_in_gits_words(tmp_path: Path, place: str) -> None:
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    location = tmp_path / place if place == "broken" else f"file://{tmp_path}/gone"
    assert "does not appear to be a git repository" in refused(location)


def test_a_file_or_folder_in_it_is_read_alone(notes: Path) -> None:
    found = loaded(notes, path="/docs/")
    assert [file.path for file in found.files] == ["README.md", "2.md", "10.md"]
    assert (found.slug, found.path) == ("docs", "docs")
    found = loaded(notes, path="docs/2.md")
    assert [(file.path, file.data) for file in found.files] == [("2.md", b"# Two\r\n")]
    assert (found.slug, found.path) == ("2", "docs/2.md")
    assert loaded(notes, path="docs/README.md").slug == "docs"
    assert loaded(notes, path="README.md").slug == "my-notes"


def test_a_folder_whose_name_looks_like_an_option_is_a_folder(tmp_path: Path) -> None:
    notes = repository(tmp_path / "notes", {"-r/README.md": "# A", "-r/2.md": "# B", "other/3.md": "# C"})
    assert paths(notes, path="-r") == ["README.md", "2.md"]
    assert "there is no --format" in refused(notes, path="--format=x")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nothing", "there is no nothing in"),
        ("docs/x.md", "there is no docs/x.md in"),
        ("*.md", "there is no *.md in"),
        (":(top)README.md", "there is no :(top)README.md in"),
        ("../x", "no path within a repository"),
        ("docs/../../x", "no path within a repository"),
        ("a\nb", "no path within a repository"),
        ("docs/img", "no Markdown file"),
    ],
)
def test_a_path_that_is_not_there_is_refused(notes: Path, path: str, said: str) -> None:
    assert said in refused(notes, path=path)


def test_images_come_from_the_commit(notes: Path, tmp_path: Path) -> None:
    (notes / "docs" / "link.png").symlink_to("img/a.png")
    (notes / "docs" / "pictures").symlink_to("../x.txt")
    (notes / "docs" / "out.png").symlink_to("../.github/b.png")
    commit(notes)
    (notes / "docs" / "img" / "a.png").write_text("not committed")
    name = f"{sha256(b'picture').hexdigest()[:32]}.png"
    images = loaded(notes).images
    asked = ["docs/img/a.png", "docs/link.png", "no.png", "x.txt", "docs", "docs/pictures/a.png", "a\nb.png"]
    assert [images.asset(path) for path in asked] == [name, name, None, None, None, None, None]
    assert images.asset("docs/out.png") == images.asset(".github/b.png")
    images.copy_to(tmp_path / "media")
    assert (tmp_path / "media" / name).read_bytes() == b"picture"
    for path in ("docs", "docs/2.md"):
        images = loaded(notes, path=path).images
        assert [images.asset(each) for each in ("img/a.png", "link.png", "docs/img/a.png")] == [name, name, None]
        with pytest.raises(NotesError, match=r"out\.png leads out of the folder"):
            images.asset("out.png")


def test_an_image_over_the_limit_is_refused(notes: Path) -> None:
    assert load(notes, max_bytes=8).images.asset("docs/img/a.png")
    commit(notes, {"docs/img/a.png": "x" * 9})
    with pytest.raises(NotesError, match=r"a\.png is over 8 bytes"):
        load(notes, max_bytes=8).images.asset("docs/img/a.png")


def test_the_files_names_may_be_long_and_in_any_script(notes: Path) -> None:
    name = "學/" + "/".join(["很長的資料夾" * 10] * 9) + "/一 二.md"
    commit(notes, {name: "# 一\n", "學/a b.png": "x"})
    found = loaded(notes)
    assert found.files[-1].path == name
    assert found.images.asset("學/a b.png")


# What is refused


def test_links_for_pages_and_folders_are_refused(notes: Path) -> None:
    (notes / "LICENSE").symlink_to("../LICENSE")
    (notes / ".hidden.md").symlink_to("README.md")
    commit(notes)
    assert paths(notes) == PAGES
    (notes / "b.md").symlink_to("README.md")
    commit(notes)
    assert "b.md is a symbolic link" in refused(notes)
    assert "b.md in" in refused(notes, path="b.md")
    (notes / "b.md").rename(notes / "b")
    (notes / "linked").symlink_to("./docs/")
    commit(notes)
    assert "linked is a symbolic link to a folder" in refused(notes)
    assert "there is no linked/2.md" in refused(notes, path="linked/2.md")


def test_a_link_to_a_place_of_endless_length_is_refused_unread(notes: Path) -> None:
    blob = git(notes, "hash-object", "-w", "--stdin", given=b"x" * 5000)
    git(notes, "update-index", "--add", "--cacheinfo", f"120000,{blob},link")
    git(notes, "commit", "--quiet", "--message=link")
    assert "link is over 4,096 bytes" in refused(notes)


def test_a_name_that_is_not_utf8_is_refused(notes: Path) -> None:
    Path(os.fsdecode(os.fsencode(notes) + b"/caf\xe9.txt")).write_text("x")
    commit(notes)
    assert paths(notes) == PAGES
    Path(os.fsdecode(os.fsencode(notes) + b"/caf\xe9.md")).write_text("x")
    commit(notes)
    assert "is not UTF-8" in refused(notes)


def test_pages_are_checked_as_anywhere(notes: Path) -> None:
    assert "is over 5 bytes" in refused(notes, 5)
    assert "docs/README.md is over 6 bytes" in refused(notes, 6, path="docs/README.md")
    commit(notes, {"docs/b.md": ""})
    assert [str(each) for each in loaded(notes).warnings] == ["docs/b.md:1: there is nothing in this file"]
    assert "b.md is empty" in refused(notes, path="docs/b.md")


def test_too_many_files_are_refused_and_a_path_helps(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_FILES", 7)
    said = refused(notes)
    assert "over 7 files; at most 7" in said
    assert "--path" in said
    assert paths(notes, path="docs") == ["README.md", "2.md", "10.md"]
    assert paths(notes, path="README.md") == ["README.md"]


def test_too_much_markdown_is_refused(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_MARKDOWN", 10)
    assert "bytes of Markdown or more; at most 10" in refused(notes, path="docs")


def test_a_tree_that_names_itself_a_million_times_is_refused(notes: Path) -> None:
    tree = git(notes, "rev-parse", "HEAD^{tree}")
    for _ in range(10):
        tree = git(notes, "mktree", given="".join(f"040000 tree {tree}\t{name}\n" for name in "0123456789").encode())
    git(notes, "update-ref", "HEAD", git(notes, "commit-tree", tree, "-m", "bomb"))
    assert "over 5,000 files" in refused(notes)


def test_names_that_no_git_would_make_do_not_lead_out(notes: Path) -> None:
    blob = bytes.fromhex(git(notes, "rev-parse", "HEAD:README.md"))

    def plant(*names: str) -> None:
        tree = b"".join(b"100644 " + name.encode() + b"\0" + blob for name in names)
        made = git(notes, "hash-object", "-t", "tree", "-w", "--stdin", "--literally", given=tree)
        git(notes, "update-ref", "HEAD", git(notes, "commit-tree", made, "-m", "odd"))

    plant("../b.md", "..", ".git/c.md", "README.md", "README.md", "x/../../d.md")
    assert paths(notes) == ["README.md"]
    for name in ("/etc/b.md", "x//b.md"):
        plant(name)
        assert "is no path within the notes" in refused(notes)


def test_a_zip_of_a_commit_holds_the_same_notes(notes: Path, tmp_path: Path) -> None:
    git(notes, "archive", "--format=zip", "--prefix=plan-main/", f"--output={tmp_path}/plan-main.zip", "HEAD")
    zipped = loaded(tmp_path / "plan-main.zip")
    assert zipped.digest == loaded(notes).digest
    assert zipped.images.asset("docs/img/a.png") == loaded(notes).images.asset("docs/img/a.png")


def test_a_large_repository_is_refused(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (notes / "film.bin").write_bytes(os.urandom(3_000_000))
    commit(notes)
    monkeypatch.setattr(reading, "SIZE_LIMIT", 1_000_000)
    assert "over 1,000,000 bytes, which is too large" in refused(notes)


def test_a_submodule_is_not_fetched(notes: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "other", {"README.md": "# Other\n"})
    git(notes, "submodule", "--quiet", "add", str(other), "other")
    commit(notes)
    shutil.rmtree(other)
    assert paths(notes) == PAGES
    assert "other in" in refused(notes, path="other")
    assert "is a submodule" in refused(notes, path="other")


def test_no_program_of_a_repository_is_run(notes: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n")
    trap.chmod(0o755)
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    hooks = [
        "post-checkout",
        "post-merge",
        "reference-transaction",
        "pre-auto-gc",
        "post-update",
        "update",
        "pre-receive",
    ]
    for hook in hooks:
        shutil.copy(trap, notes / ".git" / "hooks" / hook)
        shutil.copy(trap, template / hook)
    home = Path(os.environ["HOME"])
    git(home, "config", "--global", "init.templateDir", str(template.parent))
    git(home, "config", "--global", "core.hooksPath", str(template))
    for name in ("uploadpack.packObjectsHook", "core.fsmonitor", "core.sshCommand", "core.pager", "filter.x.smudge"):
        git(notes, "config", name, str(trap))
    (tmp_path / "sprung").unlink(missing_ok=True)
    assert paths(notes) == PAGES
    assert paths(notes, ref=probe(notes)[:8]) == PAGES
    assert not (tmp_path / "sprung").exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user_is_read(notes: Path) -> None:
    for inside, folders, files in os.walk(notes):
        for name in [".", *folders, *files]:
            os.lchown(os.path.join(inside, name), 12345, 12345)
    with pytest.raises(subprocess.CalledProcessError):
        git(notes, "log")
    assert paths(notes) == PAGES
    assert probe(notes) == loaded(notes).commit


def test_the_callers_own_repository_is_not_meant(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repository(tmp_path / "other", {"README.md": "# Other\n"})
    wanted = git(notes, "rev-parse", "HEAD")
    monkeypatch.chdir(other)
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": "x",
        "GIT_OBJECT_DIRECTORY": "x",
        "GIT_NAMESPACE": "x",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "core.bare",
        "GIT_CONFIG_VALUE_0": "nonsense",
        "GIT_TRACE": str(tmp_path / "trace"),
    }.items():
        monkeypatch.setenv(name, value)
    assert loaded(notes).commit == probe(notes) == wanted
    assert not (tmp_path / "trace").exists()


def test_without_git_there_is_a_reason(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is not installed here" in refused(notes)
    assert [file.path for file in load(notes / "docs", max_bytes=MAX).files]


# Over the network


def test_a_code_host_is_read(notes: Path, tmp_path: Path) -> None:
    first = git(notes, "rev-parse", "HEAD")
    second = commit(notes, {"README.md": "# Two\n"})
    git(tmp_path, "clone", "--quiet", "--bare", str(notes), "plan.git")
    with served(tmp_path) as host:
        found = loaded(f"http://{host}/plan.git", path="docs")
        assert [file.path for file in found.files] == ["README.md", "2.md", "10.md"]
        assert (found.commit, found.name, found.slug) == (second, f"http://{host}/plan.git", "docs")
        assert found.images.asset("img/a.png")
        assert loaded(f"http://{host}/plan.git", ref=first).commit == first
        assert loaded(f"http://{host}/plan.git").slug == "plan"
        assert probe(f"http://{host}/plan.git", "main") == second
        assert "not found" in refused(f"http://{host}/gone.git")


def test_a_login_that_git_knows_is_used(notes: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(notes), "plan.git")
    helper = "!f() { echo username=ann; echo password=geheim; }; f"
    git(tmp_path, "config", "--global", "credential.helper", helper)
    with served(tmp_path, "ann:geheim") as host:
        assert paths(f"http://{host}/plan.git") == PAGES


def test_a_login_is_never_shown(notes: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(notes), "plan.git")
    with served(tmp_path, "ann:geheim") as host:
        found = loaded(f"http://ann:geheim@{host}/plan.git")
        assert found.name == f"http://{host}/plan.git"
        assert loaded(found.location).commit == found.commit
        for location in (
            f"http://{host}/plan.git",
            f"http://ann:geheim@{host}/gone",
            f"http://bob:geheim@{host}/plan.git",
        ):
            said = refused(location)
            assert "geheim" not in said
            assert "cannot be read" in said


def test_plain_files_behind_a_web_server_are_read(notes: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(notes), "plan.git")
    git(tmp_path / "plan.git", "update-server-info")
    with served(tmp_path, dumb=True) as host:
        assert paths(f"http://{host}/plan.git") == PAGES


def test_ssh_asks_nobody(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ssh").write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/said\nfor last; do :; done\nexec sh -c "$last"\n'
    )
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(tmp_path / "ssh"))
    git(tmp_path, "clone", "--quiet", "--bare", str(notes), "plan.git")
    for location in (f"git@host.example:{tmp_path}/plan.git", f"ssh://git:geheim@host.example{tmp_path}/plan.git"):
        found = loaded(location)
        assert ([file.path for file in found.files], found.slug) == (PAGES, "plan")
        assert "geheim" not in found.name
    assert "-oBatchMode=yes -oConnectTimeout" in (tmp_path / "said").read_text()


def running() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_a_server_that_never_answers_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TIME_LIMIT", 0.8)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/plan.git"
        began = time.monotonic()
        assert "did not come within 1 seconds" in refused(address)
        with pytest.raises(NotesError, match="did not come"):
            probe(address)
        assert time.monotonic() - began < 5
        assert address not in running()


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, temporary: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/plan.git"
        program = f"from roadmap.importing.sources import load; load({address!r}, max_bytes=1)"
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[2],
            env=os.environ | {"TMPDIR": str(temporary)},
            stderr=subprocess.PIPE,
        )
        with process, server.accept()[0]:
            process.send_signal(signal.SIGINT)
            assert b"KeyboardInterrupt" in process.communicate(timeout=10)[1]
        assert address not in running()


# Addresses


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("ext::sh -c touch% x", "ext:: is not taken"),
        ("fd::7", "fd:: is not taken"),
        ("https::http://a.example/x", "https:: is not taken"),
        ("git://a.example/x", "git:// is not taken"),
        ("ftp://a.example/x", "ftp:// is not taken"),
        ("HTTPS://a.example/x", "HTTPS:// is not taken"),
        ("--upload-pack=x", "begins with a dash"),
        ("-x", "begins with a dash"),
        ("ssh://-oProxyCommand=x/y", "no address of a repository"),
        ("ssh://git@-oProxyCommand=x/y", "no address of a repository"),
        ("https://a.example/x y", "no address of a repository"),
        ("https://a.example/x\ny", "no address of a repository"),
        ("git@-x:y", "is not there"),
        ("host:path", "is not there"),
    ],
)
def test_an_address_that_is_not_taken_is_refused(location: str, said: str) -> None:
    assert said in refused(location)
    with pytest.raises(NotesError):
        probe(location)


REFS = ["-x", "--upload-pack=x", "+x", "a b", "a..b", "a:b", "^a", "a~1", "a^", "a?", "*", "[a", "a\\b", "a@{1}", "@"]
MORE_REFS = ["/a", "a/", "a//b", "a/.b", ".a", "a.", "a.lock", "a.lock/b", "a\n", "a\0", "a\x7f", "x" * 251]


@pytest.mark.parametrize("ref", REFS + MORE_REFS)
def test_a_ref_that_git_cannot_have_is_refused(ref: str) -> None:
    assert "no name of a branch or tag" in refused("file:///nowhere", ref=ref)
    with pytest.raises(NotesError, match="no name of a branch"):
        probe("file:///nowhere", ref)


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x2FF), max_size=8))
@example("學習/2024")
@example("v1.0-rc_1")
def test_refs_are_taken_as_git_takes_them(ref: str) -> None:
    command = ["git", "check-ref-format", "--branch", ref] if "\0" not in ref else ["false"]
    taken = subprocess.run(command, capture_output=True, cwd="/").returncode == 0
    try:
        check_ref(ref)
    except NotesError:
        # Git would take these, in names that nobody gives: a plus sign would mean a forced update.
        assert not taken or ref.startswith(("+", "@"))
    else:
        assert taken or ref == ""


@pytest.mark.parametrize(
    ("location", "shown", "name"),
    [
        ("https://github.com/o/r", "https://github.com/o/r", "r"),
        ("https://github.com/o/r.git/", "https://github.com/o/r.git/", "r"),
        ("https://token@github.com/o/r", "https://github.com/o/r", "r"),
        ("https://u:p@ss@host:8443/o/r?private_token=x#y", "https://host:8443/o/r", "r"),
        ("ssh://git@host/o/r.git", "ssh://git@host/o/r.git", "r"),
        ("ssh://git:pw@host:22/r.git", "ssh://git@host:22/r.git", "r"),
        ("git@host:r.git", "git@host:r.git", "r"),
        ("git@host:o/r", "git@host:o/r", "r"),
        ("/home/a@b/r/.git", "/home/a@b/r/.git", "r"),
        ("file:///x/r%20s.git", "file:///x/r%20s.git", "r s"),
    ],
)
def test_addresses_have_a_name_and_keep_their_secrets(location: str, shown: str, name: str) -> None:
    assert (without_secrets(location), name_of(location)) == (shown, name)
    assert is_address(location) == (location[0] != "/")
