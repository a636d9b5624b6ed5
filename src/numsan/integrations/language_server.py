"""`numsan lsp`: a language server over standard input and output (needs pygls, the extra `numsan[lsp]`).

Findings while a file is edited, the page of the rule under the pointer, repairs as quick fixes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from numsan import __version__, rules
from numsan.check import config
from numsan.check.document import check_document, repaired_document
from numsan.check.files import excluded
from numsan.check.settings import Settings
from numsan.check.source import lines_of
from numsan.core.finding import Finding
from numsan.report import lsp

_PAUSE = 0.2  # seconds without a key before a file is checked again
_SEVERITY = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
_FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.numsan"


@dataclass(slots=True)
class _Seen:
    """What the last check of a document said, about which lines."""

    lines: list[str]
    findings: list[Finding]
    encoding: str


@dataclass(slots=True)
class _State:
    seen: dict[str, _Seen] = field(default_factory=dict[str, _Seen])
    said: set[str] = field(default_factory=set[str])  # mistakes in the configuration, each said once


def server() -> LanguageServer:
    """A server that is not started yet."""
    made = LanguageServer("numsan", __version__)
    state = _State()
    rules.load()
    _diagnostics(made, state)
    _hover(made, state)
    _actions(made, state)
    return made


def _diagnostics(made: LanguageServer, state: _State) -> None:
    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        _publish(made, state, params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        _publish(made, state, params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        await asyncio.sleep(_PAUSE)
        if made.workspace.get_text_document(params.text_document.uri).version == params.text_document.version:
            _publish(made, state, params.text_document.uri)

    @made.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        state.seen.pop(params.text_document.uri, None)
        made.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))

    _ = (opened, saved, changed, closed)


def _publish(made: LanguageServer, state: _State, uri: str) -> None:
    document = made.workspace.get_text_document(uri)
    settings, path = _settings(made, state, document), _path(document)
    findings: list[Finding] = []
    if not excluded(path, settings):
        checked = check_document(document.source, path, settings)
        findings = [*checked.findings, *checked.remarks]
    encoding = _plain(made.workspace.position_encoding)
    seen = state.seen[uri] = _Seen(lines_of(document.source), findings, encoding)
    diagnostics = [_diagnostic(f, seen, uri) for f in findings]
    made.text_document_publish_diagnostics(
        types.PublishDiagnosticsParams(uri, diagnostics, version=document.version)
    )


def _path(document: TextDocument) -> str:
    """A name for documents that were never saved, too."""
    return document.path or document.uri


def _settings(made: LanguageServer, state: _State, document: TextDocument) -> Settings:
    try:
        return config.nearest(Path(_path(document)).resolve().parent)
    except (ValueError, OSError) as error:
        if str(error) not in state.said:
            state.said.add(str(error))
            made.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"numsan: {error}"))
        return Settings()


def _diagnostic(finding: Finding, seen: _Seen, uri: str) -> types.Diagnostic:
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(uri, _range(lsp.Range((link.line - 1, 0), (link.line - 1, 0)))),
            f"{link.op}: {link.says}",
        )
        for link in finding.chain[:-1]
    ]
    return types.Diagnostic(
        range=_range(lsp.range_of(finding, seen.lines, seen.encoding)),
        message=lsp.message(finding),
        severity=_SEVERITY[finding.severity],
        code=finding.code,
        source="numsan",
        related_information=related or None,
    )


def _plain(value: object) -> str:
    """The text of a value of the protocol, which is an enumeration where pygls knows it."""
    return str(value.value if isinstance(value, Enum) else value)


def _range(range_: lsp.Range) -> types.Range:
    return types.Range(types.Position(*range_.start), types.Position(*range_.end))


def _at(seen: _Seen | None, range_: types.Range) -> list[Finding]:
    """Findings that share a place with a range."""
    start, end = range_.start, range_.end
    asked = lsp.Range((start.line, start.character), (end.line, end.character))
    found = seen.findings if seen is not None else []
    return [f for f in found if seen and lsp.range_of(f, seen.lines, seen.encoding).touches(asked)]


def _hover(made: LanguageServer, state: _State) -> None:
    @made.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        here = _at(state.seen.get(params.text_document.uri), types.Range(params.position, params.position))
        text = "\n\n---\n\n".join(lsp.hover(f) for f in here)
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text)) if text else None

    _ = hover


def _actions(made: LanguageServer, state: _State) -> None:
    kinds = [types.CodeActionKind.QuickFix, _FIX_ALL]

    @made.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        uri = params.text_document.uri
        document, seen = made.workspace.get_text_document(uri), state.seen.get(uri)
        if seen is None or lines_of(document.source) != seen.lines:
            return []  # edits of an older text would land in the wrong place
        wanted = params.context.only
        found: list[types.CodeAction] = []
        if wanted is None or types.CodeActionKind.QuickFix in wanted:
            found += (a for f in _at(seen, params.range) if (a := _quick_fix(f, seen, uri)) is not None)
        if any(_FIX_ALL.startswith(_plain(kind)) for kind in wanted or ()):
            found += _fix_all(document, _settings(made, state, document), seen)
        return found

    _ = actions


def _quick_fix(finding: Finding, seen: _Seen, uri: str) -> types.CodeAction | None:
    edits = [
        types.TextEdit(_range(e.range), e.text) for e in lsp.edits_of(finding, seen.lines, seen.encoding)
    ]
    if not edits or finding.fix is None:
        return None
    return types.CodeAction(
        title=f"numsan: {finding.fix.summary}",
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[_diagnostic(finding, seen, uri)],
        edit=types.WorkspaceEdit(changes={uri: edits}),
    )


def _fix_all(document: TextDocument, settings: Settings, seen: _Seen) -> list[types.CodeAction]:
    """All safe repairs at once, as `--fix` makes them."""
    after = repaired_document(document.source, _path(document), settings, unsafe=False)
    if after == document.source:
        return []
    everything = types.Range(types.Position(0, 0), types.Position(len(seen.lines), 0))
    edit = types.WorkspaceEdit(changes={document.uri: [types.TextEdit(everything, after)]})
    return [types.CodeAction(title="numsan: apply all safe repairs", kind=_FIX_ALL, edit=edit)]
