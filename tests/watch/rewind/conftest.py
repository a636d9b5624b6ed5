"""The test session around a program is not the program's."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest

from numsan.watch.rewind import reach


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Modules and objects of other tests, thousands by now, are not looked through at each replay."""
    known = dict(reach._known)
    reach._known.update({name: True for name in sys.modules if name != "__main__"})
    gc.freeze()
    yield
    gc.unfreeze()
    reach._known.clear()
    reach._known.update(known)
