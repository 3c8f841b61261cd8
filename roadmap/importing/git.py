"""Notes in a git repository, as a commit has them; what lies in a working tree and is not committed is not read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from roadmap.importing.addresses import check_ref, name_of
from roadmap.importing.limits import check_size
from roadmap.importing.loaded import IMAGE_TYPES, Images, Loaded, all_pages, one_page, suffix_of
from roadmap.importing.paths import check_link, has_control, is_left_out, is_page, shown, slug_of, slug_of_file
from roadmap.importing.repository import ADVICE, FOLDER, LINK, MODULE, Entry, Repository
from roadmap.reading import NotesError

LONGEST_LINK = 4096


def load_repository(location: str, ref: str, path: str, max_bytes: int) -> Loaded:
    """Return the notes in a repository at `ref` (empty: its default branch), all of them or those at `path`.

    `location` is an address or an absolute path. Raises NotesError for what cannot be taken.
    """
    check_ref(ref)
    path = _within(path)
    repository = Repository(location)
    try:
        commit = repository.fetch(ref)
        loaded = _load(repository, commit, path, max_bytes)
        repository.give_time()
    except BaseException:
        repository.close()
        raise
    loaded.commit, loaded.location, loaded.ref, loaded.path = commit, location, ref, path
    return loaded


def tip(location: str, ref: str) -> str:
    """Return the commit that `ref` of a repository stands at now, without fetching it; empty where that cannot be."""
    check_ref(ref)
    repository = Repository(location)
    try:
        return repository.tip(ref)
    finally:
        repository.close()


def _within(path: str) -> str:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts or has_control(path):
        raise NotesError(f"“{shown(path)}” is no path within a repository; name a file or folder in it with --path")
    return "/".join(parts)


def _load(repository: Repository, commit: str, path: str, max_bytes: int) -> Loaded:
    if not path:
        return _folder(repository, commit, name_of(repository.location), max_bytes)
    entry = repository.entry(commit, path)
    if entry is None:
        raise NotesError(f"there is no {path} in {repository.name} at {commit[:10]}; name another with --path")
    if entry.mode in (LINK, MODULE):
        kind = "a symbolic link" if entry.mode == LINK else "a submodule"
        raise NotesError(f"{path} in {repository.name} is {kind}; name the file or folder itself with --path")
    if entry.mode == FOLDER:
        return _folder(repository, entry.id, path.rpartition("/")[2], max_bytes)
    return _file(repository, commit, entry, path, max_bytes)


def _file(repository: Repository, commit: str, entry: Entry, path: str, max_bytes: int) -> Loaded:
    folder, _, name = path.rpartition("/")
    check_size(entry.size, max_bytes, path)
    files = one_page(name, next(repository.files([entry.id])))
    beside = repository.tree(commit, folder) if folder else commit
    images = Images(partial(_image, repository, beside, max_bytes))
    slug = slug_of_file(name, folder.rpartition("/")[2] or name_of(repository.location))
    return Loaded(files, images, repository.name, slug)


def _folder(repository: Repository, tree: str, name: str, max_bytes: int) -> Loaded:
    """`tree` is the id of a folder, or of the commit where it is the uppermost one."""
    entries = repository.entries(tree)
    _check_links(
        repository, [entry for entry in entries if entry.mode == LINK and not is_left_out(entry.path)], entries
    )
    pages = {
        entry.path: entry
        for entry in entries
        if entry.mode not in (LINK, MODULE) and is_page(entry.path) and not is_left_out(entry.path)
    }
    sizes = {path: entry.size for path, entry in pages.items()}
    files, warnings = all_pages(sizes, partial(_read, repository, pages), repository.name, max_bytes, ADVICE)
    images = Images(partial(_image, repository, tree, max_bytes))
    return Loaded(files, images, repository.name, slug_of(name), warnings=warnings)


def _read(repository: Repository, pages: dict[str, Entry], paths: list[str]) -> Iterator[bytes]:
    return repository.files([pages[path].id for path in paths])


def _check_links(repository: Repository, links: list[Entry], entries: list[Entry]) -> None:
    folders = {entry.path[:at] for entry in entries for at, letter in enumerate(entry.path) if letter == "/"}
    for link in links:
        check_size(link.size, LONGEST_LINK, shown(link.path))
    for link, target in zip(links, repository.files([link.id for link in links]), strict=True):
        check_link(link.path, target.decode("utf-8", "surrogateescape"), folders)


def _image(repository: Repository, tree: str, max_bytes: int, path: str) -> bytes | None:
    if suffix_of(path) not in IMAGE_TYPES or has_control(path):
        return None
    repository.give_time()
    kind, name, size = repository.find(tree, path)
    if kind == "symlink":
        raise NotesError(f"the image {path} leads out of the folder of the notes; put a copy of it beside them")
    if kind != "blob":
        return None
    check_size(size, max_bytes, path)
    return next(repository.files([name]))
