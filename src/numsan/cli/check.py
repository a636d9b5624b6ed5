"""`numsan check`: read the arguments; the engine is imported only when there is something to check."""

from __future__ import annotations

from numsan.cli import check_options


def main(argv: list[str]) -> int:
    """Exit status: 0 clean, 1 findings, 2 usage."""
    args = check_options.parser().parse_args(argv)
    args.paths = args.paths or ["."]

    from numsan.cli.checking import checked

    return checked(args)
