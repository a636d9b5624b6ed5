"""The language server, spoken to by a real client over standard input and output."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from numsan.cli import main
from tests.check.test_command import ENV

BAD = "import torch\n\n\ndef loss(x):\n    s = '😀'; return s, -torch.log(torch.softmax(x, -1)).mean()\n"
GOOD = BAD.replace("torch.log(torch.softmax(x, -1))", "torch.log_softmax(x, -1)")
START = BAD.splitlines()[4].index("torch.log")


class Editor:
    """An editor with one document open."""

    def __init__(self, client: LanguageClient, path: Path) -> None:
        self.client, self.uri, self.version = client, path.as_uri(), 1
        self.published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.messages: list[str] = []

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: types.PublishDiagnosticsParams) -> None:
            self.published.put_nowait(params)

        @client.feature(types.WINDOW_SHOW_MESSAGE)
        def message(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

    async def diagnostics(self) -> list[types.Diagnostic]:
        return list((await asyncio.wait_for(self.published.get(), 20)).diagnostics)

    async def open(self, text: str) -> list[types.Diagnostic]:
        item = types.TextDocumentItem(self.uri, types.LanguageKind.Python, self.version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.diagnostics()

    def type(self, text: str) -> None:
        self.version += 1
        name = types.VersionedTextDocumentIdentifier(self.version, self.uri)
        change = [types.TextDocumentContentChangeWholeDocument(text)]
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(name, change))

    async def actions(self, line: int, column: int, only: list[str] | None = None) -> list[Any]:
        place = types.Position(line, column)
        context = types.CodeActionContext([], only=only)
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(self.uri), types.Range(place, place), context
        )
        return list(await self.client.text_document_code_action_async(params) or [])

    async def hover(self, line: int, column: int) -> types.Hover | None:
        name = types.TextDocumentIdentifier(self.uri)
        return await self.client.text_document_hover_async(
            types.HoverParams(name, types.Position(line, column))
        )


def session(
    path: Path, script: Callable[[Editor], Awaitable[None]], encodings: list[Any] | None = None
) -> None:
    async def run() -> None:
        client = LanguageClient("test", "1")
        editor = Editor(client, path)
        await client.start_io(sys.executable, "-m", "numsan", "lsp", env=ENV, cwd=str(path.parent))
        general = types.GeneralClientCapabilities(position_encodings=encodings)
        await client.initialize_async(
            types.InitializeParams(types.ClientCapabilities(general=general), process_id=os.getpid())
        )
        client.initialized(types.InitializedParams())
        await script(editor)
        await client.shutdown_async(None)
        client.exit(None)
        await asyncio.wait_for(client.stop(), 20)

    asyncio.run(asyncio.wait_for(run(), 120))


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """Edits in UTF-16 positions, as an editor applies them."""
    lines = text.splitlines(keepends=True)

    def offset(place: types.Position) -> int:
        line = lines[place.line] if place.line < len(lines) else ""
        units = line.encode("utf-16-le")[: 2 * place.character].decode("utf-16-le")
        return sum(map(len, lines[: place.line])) + len(units)

    for edit in sorted(edits, key=lambda e: offset(e.range.start), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


@pytest.mark.slow
def test_an_editing_session(tmp_path: Path) -> None:
    path = tmp_path / "loss.py"
    path.write_text(GOOD, encoding="utf-8")

    async def script(editor: Editor) -> None:
        (found,) = await editor.open(BAD)
        assert (found.code, found.source, found.severity) == (
            "NS102",
            "numsan",
            types.DiagnosticSeverity.Warning,
        )
        assert (found.range.start.line, found.range.start.character) == (4, START + 1), "UTF-16 units"
        assert found.range.end.character - found.range.start.character == 31
        hover = await editor.hover(4, START + 5)
        assert hover is not None and isinstance(hover.contents, types.MarkupContent)
        assert "## Why it is bad" in hover.contents.value and "`torch.log(" in hover.contents.value
        assert await editor.hover(0, 0) is None
        (fix,) = await editor.actions(4, START + 5)
        assert fix.kind == types.CodeActionKind.QuickFix and fix.diagnostics[0].code == "NS102"
        assert applied(BAD, fix.edit.changes[editor.uri]) == GOOD
        (everything,) = await editor.actions(0, 0, ["source.fixAll.numsan"])
        assert applied(BAD, everything.edit.changes[editor.uri]) == GOOD
        assert await editor.actions(0, 0) == []
        for text in (BAD + "# a\n", "import torch (\n", GOOD):
            editor.type(text)
        assert await editor.diagnostics() == [], "only the last of quick changes is checked"
        assert editor.published.empty() and await editor.actions(4, START + 5) == []
        editor.type(BAD)
        assert len(await editor.diagnostics()) == 1
        name = types.TextDocumentIdentifier(editor.uri)
        editor.client.text_document_did_save(types.DidSaveTextDocumentParams(name))
        assert len(await editor.diagnostics()) == 1
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(name))
        assert await editor.diagnostics() == []
        assert await editor.hover(4, START + 5) is None

    session(path, script)


@pytest.mark.slow
def test_configuration_and_encoding_of_the_client(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.numsan]\nexclude = ["gen"]\nper-file-ignores = 3\n')

    async def script(editor: Editor) -> None:
        (found,) = await editor.open(BAD)
        assert found.range.start.character == len(BAD.splitlines()[4][:START].encode()), "UTF-8 units"
        editor.type(BAD)
        await editor.diagnostics()
        (message,) = editor.messages
        assert message.startswith("numsan: ") and "per-file-ignores must be a table" in message
        (tmp_path / "pyproject.toml").write_text('[tool.numsan]\nexclude = ["loss.py"]\n')
        editor.type(BAD)
        assert await editor.diagnostics() == []

    session(tmp_path / "loss.py", script, [types.PositionEncodingKind.Utf8])


def test_without_pygls_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "pygls" else object())
    assert main(["lsp"]) == 2
    assert capsys.readouterr().err == "numsan lsp: needs pygls; pip install 'numsan[lsp]'\n"
