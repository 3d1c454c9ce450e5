"""Every kind of file, in the order in which they are tried. A new kind is one module and one row here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bokgi.data.importers import delimited, json_files, lean, naver_xml, parquet, workbook
from bokgi.data.importers.content import FileContent, read_content
from bokgi.data.importers.hints import ImportHints
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.errors.imports import FileUnrecognised


@dataclass(frozen=True, slots=True)
class FileKind:
    """`sniffs` looks at the first bytes; `read` raises one error class a situation."""

    name: str
    sniffs: Callable[[FileContent], bool]
    read: Callable[[FileContent, ImportHints], list[Incoming] | MasterRows]


FILE_KINDS = (
    FileKind("parquet", parquet.sniffs, parquet.read),
    FileKind("xlsx", workbook.sniffs, workbook.read),
    FileKind("lean", lean.sniffs, lean.read),
    FileKind("json", json_files.sniffs, json_files.read),
    FileKind("naver_xml", naver_xml.sniffs, naver_xml.read),
    FileKind("delimited", delimited.sniffs, delimited.read),
)


def read_file(path: Path | str, hints: ImportHints | None = None) -> list[Incoming] | MasterRows:
    """Read a file of bars or of market facts, detecting what the hints leave open.

    Raises
    ------
    BokgiError
        The file cannot be used; the sentence says why and what to do. See `bokgi.errors.imports`.
    """
    told = hints or ImportHints()
    content = read_content(Path(path), told.limits)
    for kind in FILE_KINDS:
        if kind.sniffs(content):
            return kind.read(content, told)
    raise FileUnrecognised(content.name, content.head(24).decode("latin-1"))
