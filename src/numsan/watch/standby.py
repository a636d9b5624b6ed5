"""A copy of this process as it was before the program started, which runs the program again when asked.

Forked once torch is imported and nothing has happened yet, so a re-execution pays for no import and starts from the
same environment, folder and random streams, seeded or not. It is no child of the program (which may wait for its
children), holds none of its files open, and ends when the program does.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

_LONGEST = 3600.0  # seconds that one wait may take
Play = Callable[[dict[str, Any], int], object]
"""Runs the program as a request says and writes the answer, one line of JSON, to a file descriptor."""


class Standby:
    """`ask` may be called from several threads; every request runs in a process of its own."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        os.register_at_fork(
            after_in_child=channel.close
        )  # else a process left behind would keep the copy alive

    def ask(self, request: dict[str, Any], seconds: float) -> Any:
        """The answer, or None when it did not come in time or was none."""
        with tempfile.TemporaryFile() as asked:
            asked.write(json.dumps(request).encode())
            asked.seek(0)
            reader, writer = os.pipe()
            with os.fdopen(reader, "rb", buffering=0) as answers:
                try:
                    socket.send_fds(self._channel, [b"?"], [asked.fileno(), writer])
                except OSError:
                    return None
                finally:
                    os.close(writer)
                return _answer(answers.fileno(), time.monotonic() + seconds)

    def close(self) -> None:
        self._channel.close()


def stand_by(play: Play) -> Standby | None:
    """None where a process cannot be copied safely; re-execution then starts a fresh interpreter."""
    if sys.platform != "linux":
        return None
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    gc.freeze()  # the collector leaves these pages alone, so they stay shared
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # numpy's threads; they know about fork
            child = os.fork()
    except OSError:
        ours.close()
        theirs.close()
        return None
    finally:
        gc.unfreeze()
    if child == 0:
        if os.fork():  # its parent ends at once, so the program has no child to wait for
            os._exit(0)
        ours.close()
        _serve(theirs, play)
    theirs.close()
    os.waitpid(child, 0)
    return Standby(ours)


def _serve(channel: socket.socket, play: Play) -> NoReturn:
    os.setsid()  # no Ctrl-C from the terminal
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps
    while True:
        try:
            message, files, _, _ = socket.recv_fds(channel, 16, 2)
        except OSError:
            os._exit(0)
        if not message:
            os._exit(0)
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, before)
            channel.close()
            _perform(files[0], files[1], play)
        for file in files:
            os.close(file)


def _perform(asked: int, answer: int, play: Play) -> NoReturn:
    """The first line of an answer is the process to kill when patience ends."""
    try:
        os.setsid()
        os.write(answer, b"%d\n" % os.getpid())
        with os.fdopen(asked, "rb") as file:
            request = json.load(file)
        play(request, answer)
    finally:
        os._exit(0)


def _answer(reader: int, until: float) -> Any:
    data = b""
    while True:
        left = until - time.monotonic()
        ready = left > 0 and select.select([reader], [], [], min(left, _LONGEST))[0]
        if not ready and left > _LONGEST:
            continue
        part = os.read(reader, 1 << 16) if ready else b""
        data += part
        if not part or data.count(b"\n") == 2:
            break
    process, _, text = data.partition(b"\n")
    if process.isdigit():  # at once, with all that it started: its answer is all that matters
        with contextlib.suppress(OSError):
            os.killpg(int(process), signal.SIGKILL)
    try:
        return json.loads(text)
    except ValueError:
        return None
