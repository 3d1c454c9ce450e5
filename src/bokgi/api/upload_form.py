"""Uploads: a multipart form that is written to disk as it arrives, never held in memory.

Convention: the field `file` is the file; all others are short texts. Whatever goes wrong on the way, nothing of the upload stays.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from bokgi.errors.bodies import UploadMalformed, UploadUnwritable
from bokgi.errors.service import FieldMissing, TextTooLong

FILE_FIELD = "file"
LONGEST_FIELD_BYTES = 1_000
MOST_FIELDS = 40


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on disk, and what was said beside it."""

    path: Path
    fields: dict[str, str]


@dataclass
class UploadForm:
    """Takes the form apart while it arrives; `new_file` says where a file of a name goes."""

    new_file: Callable[[str], Path]
    fields: dict[str, str] = field(default_factory=dict)
    path: Path | None = None
    is_whole: bool = False
    _header: bytearray = field(default_factory=bytearray)
    _value: bytearray = field(default_factory=bytearray)
    _name: str = ""
    _text: bytearray = field(default_factory=bytearray)
    _writer: BufferedWriter | None = None

    def parser(self, boundary: bytes) -> MultipartParser:
        """A parser that tells this form what it finds."""
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                "on_header_end": self._end_header,
                "on_part_data": self._take,
                "on_part_end": self._end,
                "on_end": self._finish,
            },
        )

    def remove(self) -> None:
        """Leave nothing behind."""
        if self._writer is not None:
            self._writer.close()
        if self.path is not None:
            shutil.rmtree(self.path.parent, ignore_errors=True)

    def _begin(self) -> None:
        self._name, self._text = "", bytearray()

    def _end_header(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            if b"filename" in options:
                self._open(options[b"filename"].decode("utf-8", "replace"))
        self._header, self._value = bytearray(), bytearray()

    def _open(self, file_name: str) -> None:
        if self._name != FILE_FIELD or self.path is not None:
            raise UploadMalformed(f"one file in the field {FILE_FIELD!r} is expected, not {self._name[:40]!r}")
        self.path = self.new_file(file_name)
        self._writer = self.path.open("wb")

    def _take(self, data: bytes, start: int, end: int) -> None:
        if self._writer is not None:
            self._writer.write(data[start:end])
        else:
            self._text.extend(data[start:end])
            if len(self._text) > LONGEST_FIELD_BYTES:
                raise TextTooLong(self._name[:40], len(self._text), LONGEST_FIELD_BYTES)

    def _end(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        elif len(self.fields) < MOST_FIELDS:
            self.fields[self._name] = self._text.decode("utf-8", "replace")
        else:
            raise UploadMalformed(f"more than {MOST_FIELDS} fields")

    def _finish(self) -> None:
        self.is_whole = True


async def read_upload(request: Request, new_file: Callable[[str], Path]) -> Upload:
    """Write the file of a request to disk.

    Raises
    ------
    UploadMalformed, TextTooLong, FieldMissing, UploadUnwritable
    """
    form = UploadForm(new_file)
    try:
        await _read(request, form)
    except FormParserError as error:
        await run_in_threadpool(form.remove)
        raise UploadMalformed(str(error)[:100]) from error
    except OSError as error:
        await run_in_threadpool(form.remove)
        raise UploadUnwritable(error.strerror or str(error)) from error
    except BaseException:
        form.remove()  # the client went away, or the server stops
        raise
    assert form.path is not None
    return Upload(form.path, form.fields)


async def _read(request: Request, form: UploadForm) -> None:
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UploadMalformed("Content-Type is not multipart/form-data with a boundary")
    parser = form.parser(options[b"boundary"])
    async for chunk in request.stream():
        if chunk:
            await run_in_threadpool(parser.write, chunk)
    if not form.is_whole:
        raise UploadMalformed("the form ends too early")
    if form.path is None:
        raise FieldMissing(FILE_FIELD)
