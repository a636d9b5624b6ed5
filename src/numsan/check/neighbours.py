"""Functions and classes that a file imports from files beside it, each as a small source of its own.

Only what is called is looked for, and of the other file only the definition, the helpers that it calls and the
imports are read: a package of thousands of files is checked file by file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_FROM = re.compile(r"^from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^()]*\)|[^\n#;]*)", re.M)
_PLAIN = re.compile(r"^import[ \t]+(\w+)(?:[ \t]+as[ \t]+(\w+))?[ \t]*$", re.M)
_CALL = re.compile(r"\.(\w+)\(")
_TOP = re.compile(r"^(?:async[ \t]+)?(def|class)[ \t]+(\w+)", re.M)
_IMPORTS = re.compile(r"^(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^()]*\)|[^\n]*)|import[ \t][^\n]*)", re.M)
_CONSTANT = re.compile(r"^[A-Za-z_]\w*[ \t]*=[ \t]*[-+\d.eE]+[ \t]*$", re.M)
_WORTH = re.compile(r"softmax|sigmoid|relu|exp|log|sqrt|norm|tanh|prod|det|std|var|half|float16| / ", re.I)
_DECORATED = re.compile(r"(?:^@[^\n]*\n)+\Z", re.M)
_END = re.compile(r"^[^\s#)\]}]", re.M)
_WORD = re.compile(r"\w+")
_LARGEST = 400_000  # bytes of a file that is looked into
_LONGEST = 150  # lines of a definition
_HELPERS = 6  # of the same file, that a definition calls
_PARENTS = 3  # folders above, where a package may begin


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition in another file: the name there, the text that is enough to walk it."""

    path: str
    name: str
    text: str
    is_class: bool


def definitions(text: str, path: str) -> dict[str, Defined]:
    """What `text`, the content of `path`, imports from files beside it and calls, by the name it has here."""
    found: dict[str, Defined] = {}
    head = _head(text)
    for local, file, name in _imported(head, path):
        if f"{local}(" in text and (defined := _definition(file, name, _stamp(file))) is not None:
            found[local] = defined
    modules = dict(_modules(head, path))
    for local, name in {(module, name) for module in modules for name in _called(module, text)}:
        if (defined := _definition(modules[local], name, _stamp(modules[local]))) is not None:
            found[f"{local}.{name}"] = defined
    return found


def _called(local: str, text: str) -> Iterator[str]:
    """Names of the functions of a module that are called; its name is found first, as text, which is quick."""
    at = text.find(f"{local}.")
    while at >= 0:
        found = _CALL.match(text, at + len(local))
        if found is not None and not (text[at - 1 : at].isalnum() or text[at - 1 : at] == "_"):
            yield found[1]
        at = text.find(f"{local}.", at + 1)


def fingerprint(content: bytes, path: str) -> bytes:
    """Changes when what a file imports from files beside it may have changed."""
    text = _head(content.decode("utf-8", errors="replace"))
    files = {file for _, file, _ in _imported(text, path)} | {file for _, file in _modules(text, path)}
    return repr(sorted((file, _stamp(file)) for file in files)).encode() if files else b""


def _head(text: str) -> str:
    """The lines above the first definition, where imports stand."""
    first = _TOP.search(text)
    return text[: first.start()] if first else text


def _imported(text: str, path: str) -> Iterator[tuple[str, str, str]]:
    """(name here, file, name there) of every `from ... import ...` of a file of the project."""
    for match in _FROM.finditer(text):
        file = _resolved(os.path.dirname(path), len(match[1]), match[2])
        if file is None or not match[2]:
            continue
        for part in match[3].strip("()").split(","):
            words = part.split("#")[0].split()
            if words and words[0].isidentifier():
                yield words[-1], file, words[0]


def _modules(text: str, path: str) -> Iterator[tuple[str, str]]:
    """(name here, file) of modules of the project: `import losses`, `from . import losses as l`."""
    folder = os.path.dirname(path)
    for match in _PLAIN.finditer(text):
        if (file := _resolved(folder, 0, match[1])) is not None:
            yield match[2] or match[1], file
    for match in _FROM.finditer(text):
        for part in match[3].strip("()").split(","):
            words = part.split("#")[0].split()
            if words and (file := _resolved(folder, len(match[1]), f"{match[2]}.{words[0]}".strip("."))):
                yield words[-1], file


@lru_cache(maxsize=20_000)
def _resolved(folder: str, dots: int, module: str) -> str | None:
    if not module:
        return None
    parts = module.split(".")
    for _ in range(dots - 1):
        folder = os.path.dirname(folder)
    for _ in range(1 if dots else _PARENTS + 1):
        at = folder
        for part in parts[:-1]:
            at = os.path.join(at, part) if part in _entries(at) else ""
            if not at:
                break
        else:
            if f"{parts[-1]}.py" in _entries(at):
                return os.path.join(at, f"{parts[-1]}.py")
            if parts[-1] in _entries(at) and "__init__.py" in _entries(os.path.join(at, parts[-1])):
                return os.path.join(at, parts[-1], "__init__.py")
        folder = os.path.dirname(os.path.abspath(folder))
    return None


@lru_cache(maxsize=5_000)
def _entries(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder or "."))
    except OSError:
        return frozenset()


def _stamp(file: str) -> tuple[int, int]:
    try:
        seen = os.stat(file)
    except OSError:
        return 0, 0
    return seen.st_mtime_ns, seen.st_size


@lru_cache(maxsize=256)
def _content(file: str, stamp: tuple[int, int]) -> str:
    if not 0 < stamp[1] <= _LARGEST:
        return ""
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except (OSError, ValueError):
        return ""


@lru_cache(maxsize=5_000)
def _definition(file: str, name: str, stamp: tuple[int, int], depth: int = 2) -> Defined | None:
    """The definition of a name in a file, or in the file which that one has it from."""
    text = _content(file, stamp)
    if f"def {name}(" not in text and f"class {name}" not in text:
        for local, other, there in _imported(_head(text), file) if depth and name in text else ():
            if local == name:
                return _definition(other, there, _stamp(other), depth - 1)
        return None
    tops = _tops(file, stamp)
    if name not in tops:
        return None
    kind, body = tops[name]
    if "return" not in body or body.count("\n") > _LONGEST:
        return None
    wanted = [name]
    for at in wanted:
        words = set(_WORD.findall(tops[at][1]))
        wanted += [n for n in tops if n in words and n not in wanted][: max(0, _HELPERS - len(wanted))]
    bodies = [tops[at][1] for at in wanted[::-1]]
    if not any(map(_WORTH.search, bodies)):
        return None
    return Defined(file, name, "\n".join([*_preface(file, stamp), *bodies]), kind == "class")


@lru_cache(maxsize=256)
def _preface(file: str, stamp: tuple[int, int]) -> list[str]:
    """What a file imports, and its constants."""
    text = _content(file, stamp)
    return [*_IMPORTS.findall(text), *_CONSTANT.findall(text)]


@lru_cache(maxsize=256)
def _tops(file: str, stamp: tuple[int, int]) -> dict[str, tuple[str, str]]:
    """Definitions at the top of a file: what each is, and its text."""
    text = _content(file, stamp)
    found: dict[str, tuple[str, str]] = {}
    for match in _TOP.finditer(text):
        end = _END.search(text, match.end())
        above = _DECORATED.search(text[max(0, match.start() - 400) : match.start()])
        body = text[match.start() : end.start() if end else len(text)]
        found[match[2]] = (match[1], (above[0] if above else "") + body)
    return found
