"""What gunicorn does otherwise for this site: how a worker begins and stops."""

from __future__ import annotations

import os
import signal
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

STOPPING = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


def hold_signals(server: Any, worker: Any) -> None:
    """Keep back the signals to stop, just before a worker is forked.

    Until the worker has handlers of its own, it has those of its master, which only note the signal down for a loop
    that the worker does not run: it would stay until it is killed.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)


def _let_signals_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


os.register_at_fork(after_in_parent=_let_signals_through)


class Worker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """A worker that can be stopped from its first moment on."""

    def init_signals(self) -> None:
        """Set the handlers, and hear what was sent since the fork."""
        super().init_signals()
        _let_signals_through()
