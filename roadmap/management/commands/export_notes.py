"""`manage.py export_notes`: the notes as files, with what editors made on the site in them."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from roadmap.importing.exporting import File, export
from roadmap.management.terminals import printable
from roadmap.models import Roadmap


class Command(BaseCommand):
    """Writes what `export` returns into a folder, file by file.

    What could not be put into the notes is a warning, not a failure: all else is written, and trying again would not
    help.
    """

    help = "Write a roadmap's notes into a folder. What nobody edited on the site comes out byte for byte."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("slug", metavar="SLUG", help="the roadmap's address")
        parser.add_argument("folder", type=Path, metavar="DEST", help="the folder; made if there is none")

    def handle(self, **options: Any) -> None:
        """Export. Exits with 1 and a message on stderr, with nothing written, where a path cannot be taken."""
        exported = export(_roadmap(options["slug"]))
        folder: Path = options["folder"]
        targets = _targets(folder, exported.files)
        written = 0
        for (path, data), target in zip(exported.files, targets, strict=True):
            try:
                changed = _write(target, data)
            except OSError as error:
                raise CommandError(f"{path} cannot be written into {folder}: {error.strerror}") from None
            written += changed
            self.stdout.write(f"{printable(path)}  {'changed' if changed else 'unchanged'}")
        for sentence in exported.left_out:
            self.stderr.write(self.style.WARNING(printable(sentence)))
        self.stdout.write(self.style.SUCCESS(f"{written} of {len(targets)} files in {folder} changed."))


def _roadmap(slug: str) -> Roadmap:
    roadmap = Roadmap.objects.filter(slug=slug).first()
    if roadmap is None:
        known = ", ".join(Roadmap.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"there is no roadmap “{slug}”; there {f'are: {known}' if known else 'is none yet'}")
    return roadmap


def _targets(folder: Path, files: list[File]) -> list[Path]:
    """Return where each file goes: links followed, and none out of the folder. Raises CommandError."""
    if folder.exists() and not folder.is_dir():
        raise CommandError(f"{folder} is not a folder; name one, or one that is to be made")
    root = folder.resolve()
    targets = []
    for path, _ in files:
        try:
            target = (root / path).resolve()
        except (OSError, RuntimeError, ValueError):
            raise CommandError(f"the path {path!r} cannot be followed in {folder}") from None
        if target == root or not target.is_relative_to(root):
            raise CommandError(f"the path {path!r} leads out of {folder}; nothing was written")
        if target.is_dir():
            raise CommandError(f"{target} is a folder, where a file has to go; nothing was written")
        targets.append(target)
    return targets


def _write(target: Path, data: bytes) -> bool:
    """Let a file hold `data`, at once; return whether it did not before. One that does already is not touched."""
    if target.is_file() and target.read_bytes() == data:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fchmod(part.fileno(), mode)
            Path(part.name).replace(target)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
    return True


def _umask() -> int:
    """Return which permissions new files go without; it can only be asked by setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
