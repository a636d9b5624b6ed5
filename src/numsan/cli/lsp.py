"""`numsan lsp`: a language server for editors, over standard input and output."""

from __future__ import annotations

import importlib.util
import sys

from numsan.cli import Parser


def main(argv: list[str]) -> int:
    """Exit status 0 when the editor ends it, 2 where pygls is missing."""
    parser = Parser(
        prog="numsan lsp",
        description="Serve findings, explanations and quick fixes to an editor over standard input and output.",
    )
    parser.parse_args(argv)
    if importlib.util.find_spec("pygls") is None:
        sys.stderr.write("numsan lsp: needs pygls; pip install 'numsan[lsp]'\n")
        return 2
    from numsan.integrations.language_server import server

    server().start_io()
    return 0
