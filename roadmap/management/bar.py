"""A progress bar for commands."""

from __future__ import annotations

import sys
import time

WIDTH = 24
LONG_WORK = 0.5
"""Seconds after which a terminal is shown how far the work is."""


class Bar:
    """A progress bar on stderr for work that turns out to be long."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._shown = 0

    def show(self, station: str, done: float) -> None:
        """Show how much of a station is done, from 0 to 1."""
        if time.monotonic() - self._since > LONG_WORK:
            full = round(done * WIDTH)
            line = f"{station:<6} [{'#' * full}{'.' * (WIDTH - full)}] {done:4.0%}"
            sys.stderr.write(f"\r{line}")
            sys.stderr.flush()
            self._shown = max(self._shown, len(line))

    def clear(self) -> None:
        """Take the bar off the terminal."""
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            sys.stderr.flush()
            self._shown = 0
