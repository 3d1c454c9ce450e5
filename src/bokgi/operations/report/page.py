"""The report as one HTML page without scripts: every mark opens the record that it cites, every record its bodies.

Convention: texts from outside are escaped. Bodies are links relative to the folder of the evidence, where the page lies.
"""

import html
import re

from bokgi.operations.report.claims import Claim, Tick
from bokgi.operations.report.document import LISTED, SIGNS, Block, Cell, Document, Sentence, mark_words, without_signs

_HASH = re.compile(r"(&quot;\w+_sha256&quot;:&quot;)([0-9a-f]{64})")
_CLASSES = {Tick.HOLDS: "holds", Tick.FAILS: "fails", Tick.UNPROVEN: "unproven"}
_STYLE = """
body{font:15px/1.55 system-ui,"Apple SD Gothic Neo","Noto Sans KR",sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2.2rem;border-bottom:1px solid #d5dae0;padding-bottom:.25rem}
table{border-collapse:collapse;width:100%;margin:.6rem 0;font-size:.92em}
th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid #e6e9ed;vertical-align:top}
th{background:#f4f6f8}a{color:#1652a1}.holds>b{color:#0a7d33}.fails>b{color:#c01f2e}.unproven>b{color:#777}
.mark{white-space:nowrap}.mark a,code{font:12px ui-monospace,monospace}
pre{white-space:pre-wrap;word-break:break-all;background:#f4f6f8;padding:.6rem;font-size:12px}
summary{cursor:pointer;font:13px ui-monospace,monospace}
@media(prefers-color-scheme:dark){body{background:#14171b;color:#dde2e8}th,pre{background:#1f242a}td,th,h2{border-color:#333a42}a{color:#7ab0f5}}
"""


def to_html(document: Document) -> str:
    """The whole page."""
    parts = [
        f'<!doctype html><html lang="{document.language.value}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{html.escape(document.title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(document.title)}</h1>",
    ]
    for number, section in enumerate(document.sections, 1):
        parts.append(f"<h2>{number}. {html.escape(section.title)}</h2>")
        parts += [_block(block) for block in section.blocks]
    parts += [_record(*record) for record in document.records]
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _block(block: Block) -> str:
    if isinstance(block, Sentence):
        return f"<p>{'' if block.claim is None else _mark(block.claim) + ' '}{_text(block.text)}</p>"
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in block.headings)
    rows = "\n".join("<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _cell(cell: Cell) -> str:
    return _mark(cell) if isinstance(cell, Claim) else _text(cell)


def _text(given: str) -> str:
    return html.escape(without_signs(given))


def _mark(claim: Claim) -> str:
    named = [f'<a href="#r{seq}">#{seq} {sha256}</a>' for seq, sha256 in mark_words(claim)]
    words = ", ".join(named) if len(claim.cited) <= LISTED else f"{' … '.join(named)} ({len(claim.cited)})"
    return f'<span class="mark {_CLASSES[claim.tick]}"><b>{SIGNS[claim.tick]}</b> {words}</span>'


def _record(seq: int, at: str, kind: str, sha256: str, line: str) -> str:
    facts = _HASH.sub(r'\1<a href="bodies/\2">\2</a>', html.escape(line))
    return f'<details id="r{seq}"><summary>#{seq} {at} {html.escape(kind)} {sha256}</summary><pre>{facts}</pre></details>'
