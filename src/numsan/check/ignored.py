"""What git ignores below a folder, as git says it.

Git itself is asked: it knows about nested and global ignore files, negations and tracked files, and it needs no
further package. Where there is no git or no repository, nothing is ignored.
"""

from __future__ import annotations

import os
import subprocess

# a repository from elsewhere must not name a program that runs here
_QUESTION = (
    "git", "-c", "core.fsmonitor=false", "ls-files", "--others", "--ignored", "--exclude-standard",
    "--directory", "-z",
)  # fmt: skip
_SECONDS = 10


def git_ignored(folder: str) -> frozenset[str]:
    """Files and whole folders below `folder` that git ignores, as normalised paths that begin with it."""
    try:
        done = subprocess.run(_QUESTION, cwd=folder, capture_output=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    names = (os.fsdecode(name) for name in done.stdout.split(b"\0"))
    # a folder that is ignored itself was named by the user, who wants it checked
    return frozenset(os.path.normpath(os.path.join(folder, n)) for n in names if n not in ("", "./"))
