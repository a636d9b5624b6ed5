"""What a replay must not do twice: print, log, ask, write."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import warnings
from collections.abc import Generator

from numsan.watch.harmless import shadowed
from numsan.watch.held import files_held
from numsan.watch.trackers import muted


@contextlib.contextmanager
def quiet() -> Generator[None]:
    """Standard streams and files lead nowhere, logging is off; everything is as before afterwards."""
    streams, level = (sys.stdin, sys.stdout, sys.stderr), logging.root.manager.disable
    with open(os.devnull, encoding="utf-8") as nothing, open(os.devnull, "w", encoding="utf-8") as nowhere:
        try:
            sys.stdin, sys.stdout, sys.stderr = nothing, nowhere, nowhere
            logging.disable(logging.CRITICAL)
            with warnings.catch_warnings(), files_held(), shadowed(), muted():
                warnings.simplefilter("ignore")
                yield
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
            logging.disable(level)
