"""`python -m numsan`, the same as the `numsan` command."""

from __future__ import annotations

import sys

from numsan.cli import main

if __name__ == "__main__":
    sys.exit(main())
