"""The labelled paragraphs of one finding, one function each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from numsan.core.finding import Finding, Fix, Operand, Report, Signal
from numsan.report.excerpt import Span, cell_lines, cut, excerpt
from numsan.report.terminal import Style, clean, columns_of, harmless, wrap

Source = Callable[[str], list[str] | None]

_GUTTER = 9
_MOST_LINKS = 8
_OUTCOME = {"nonfinite": "not finite", "finite": "finite", "different": "different", "not-run": "not run"}


def where(finding: Finding, width: int, style: Style, source: Source) -> Iterator[str]:
    """The place, and the source around it with the expression underlined."""
    if finding.file is None:
        return
    yield from labelled("where", _whereabouts(finding), width, style)
    yield from _source(finding, _lines(finding, source), width, style)
    yield ""


def _lines(finding: Finding, source: Source) -> list[str] | None:
    if finding.cell is None:
        return source(finding.file or "")
    return cell_lines(finding.file or "", finding.cell)


def _source(finding: Finding, lines: list[str] | None, width: int, style: Style) -> Iterator[str]:
    span = Span(finding.line or 0, finding.end_line, finding.column, finding.end_column)
    rows = excerpt(lines or [], span, width=width - _GUTTER - 2)
    if not rows:
        yield from labelled("", "(its source cannot be read now)", width, style)
    edge = style("│", "dim")
    for row in rows:
        marked = row.end > row.start
        number = "" if row.number is None else str(row.number)
        pointer = style("▶", "bold red") if marked else " "
        yield f"{pointer}{number:>{_GUTTER - 2}} {edge} {row.text}".rstrip()
        if marked:
            yield f"{' ' * _GUTTER}{edge} {' ' * row.start}{style('~' * (row.end - row.start), 'bold red')}"


def _whereabouts(finding: Finding) -> str:
    text = place(finding)
    if finding.line is not None and finding.column is not None:
        text += f":{finding.column + 1}"
    if finding.function:
        text += f" in {clean(finding.function)}"
    return text + (f", module {clean(finding.module)}" if finding.module else "")


def operands(finding: Finding, style: Style) -> Iterator[str]:
    """One line per input of the blamed operation, in columns."""
    rows = [_operand_cells(operand) for operand in finding.operands]
    sizes = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        name, *rest = [text + " " * (size - columns_of(text)) for text, size in zip(row, sizes, strict=True)]
        yield (" " * _GUTTER + style(name, "bold") + "  " + "  ".join(rest)).rstrip()


def _operand_cells(operand: Operand) -> list[str]:
    shape = ", ".join(map(str, operand.shape))
    if operand.min is None or operand.max is None:
        span = "no finite element"
    elif operand.min == operand.max:
        span = f"= {operand.min:.4g}"
    else:
        span = f"{operand.min:.4g} to {operand.max:.4g}"
    bad = _some([f"[{', '.join(map(str, index))}]" for index in operand.bad_index], most=3)
    return [clean(operand.name), f"{operand.dtype}[{shape}]", span, f"bad at {bad}" if bad else ""]


def fix(finding: Finding, width: int, style: Style) -> Iterator[str]:
    """What to do, and the patch where there is one."""
    if finding.fix is None:
        return
    yield from labelled("fix", finding.fix.summary, width, style, "bold green")
    if finding.fix.diff:
        for line in finding.fix.diff.rstrip("\n").split("\n"):
            tint = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
            yield " " * _GUTTER + style("".join(c if c == "\t" else harmless(c) for c in line), tint)
        yield " " * _GUTTER + style(f"({_how_far(finding, finding.fix)})", "dim")
    for other in finding.fix.others:
        yield from labelled("", f"or: {other.summary} (run as well: finite)", width, style, "bold")
    yield ""


def _how_far(finding: Finding, fix: Fix) -> str:
    if fix.verified:
        return "run on the failing step and beyond: finite"
    tried = any(p.experiment == "repair" and p.outcome == "finite" for p in finding.proof)
    return "finite on the failing step; the steps after it were not run" if tried else "not run on that step"


def chain(report: Report, finding: Finding, width: int, style: Style) -> Iterator[str]:
    """From the root to the symptom, one line each: the JSON report has the full sentences."""
    links = finding.chain
    rows = [(f"{clean(link.file)}:{link.line}", clean(link.op), clean(link.says)) for link in links]
    places = max((columns_of(place) for place, _, _ in rows), default=0)
    ops = max((columns_of(op) for _, op, _ in rows), default=0)
    lines = [f"{place:<{places}}  {op:<{ops}}  {says}" for place, op, says in rows]
    if rows and report.first_signal is not None and links[-1].op != "symptom":
        lines.append(f"then {signal_name(report.first_signal)}")
    if len(lines) > _MOST_LINKS:
        lines[3:-3] = [f"… {len(lines) - 6} more"]
    label = "chain"
    for line in lines:
        yield style(label, "bold") + " " * (_GUTTER - len(label)) + cut(line, 0, width - _GUTTER)
        label = ""
    if lines:
        yield ""


def samples(finding: Finding, width: int, style: Style) -> Iterator[str]:
    """The samples that trigger it."""
    indices = list(map(str, finding.samples))
    if indices:
        noun = "index" if len(indices) == 1 else "indices"
        yield from labelled("samples", f"data set {noun} {_some(indices, most=12)}", width, style)
        yield ""


def proof(finding: Finding, width: int, style: Style) -> Iterator[str]:
    """What the experiments showed."""
    names = max((columns_of(proof.experiment) for proof in finding.proof), default=0)
    label = "proof"
    for proof in finding.proof:
        head = f"{clean(proof.experiment):<{names}}  {_OUTCOME[proof.outcome]:<10}  "
        yield from labelled(label, proof.detail, width, style, head=head)
        label = ""
    if finding.proof:
        yield ""


def verdict(finding: Finding, width: int, style: Style) -> Iterator[str]:
    """What the experiments say together."""
    if finding.verdict is not None:
        yield from labelled("verdict", finding.verdict, width, style)
        yield ""


def labelled(
    label: str, text: str, width: int, style: Style, tint: str = "bold", *, head: str = ""
) -> Iterator[str]:
    """A labelled paragraph; `head` stands before the text and following lines align after it."""
    indent = " " * columns_of(head)
    first = head
    for line in wrap(clean(text), max(24, width - _GUTTER - len(indent))):
        yield (style(label, tint) + " " * (_GUTTER - columns_of(label)) + first + line).rstrip()
        label, first = "", indent


def signal_name(signal: Signal) -> str:
    """What was seen first, as a noun.

    >>> signal_name(Signal(what="gradient", where="head.weight"))
    'the gradient of head.weight'
    """
    named = signal.where and signal.where != signal.what
    return f"the {signal.what} of {clean(signal.where)}" if named else f"the {signal.what}"


def place(finding: Finding) -> str:
    """`file:line` as editors take it; nothing where the finding has no file."""
    if finding.file is None:
        return ""
    cell = "" if finding.cell is None else f":cell {finding.cell}"
    return clean(finding.file) + cell + ("" if finding.line is None else f":{finding.line}")


def _some(items: Sequence[str], *, most: int) -> str:
    shown = ", ".join(items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"
