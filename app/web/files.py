"""Stored files as answers. Whoever calls this has already found the file through the reader's own scope."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from urllib.parse import quote

from flask import Response, current_app

from app.domain.files.types import FileView
from app.domain.kernel.errors import NotFound
from app.integrations.storage import ObjectMissing, storage_from

_SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""What a family sent may show itself and do nothing: no script, no form, no origin of ours."""


def disposition(kind: str, name: str) -> str:
    """A Content-Disposition whose name survives in every browser: plain letters, and the whole in UTF-8."""
    plain = "".join(char if 32 <= ord(char) < 127 and char not in '"\\%;' else "_" for char in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def send_stored_file(file: FileView, *, download: bool = False) -> Response:
    """Stream a file from the storage. Pictures may be shown in a page; all else is downloaded.

    Raises NotFound where the storage has lost it.
    """
    pieces = storage_from(current_app.config["SETTINGS"]).read
    try:
        stream: Iterator[bytes] = pieces(file.storage_key)
        first = next(stream, b"")
    except ObjectMissing as error:
        current_app.logger.error("stored file is missing", extra={"file": str(file.id)})
        raise NotFound from error
    response = Response(chain([first], stream), content_type=file.content_type)
    response.content_length = file.file_size
    shown = file.is_picture and not download
    response.headers["Content-Disposition"] = disposition("inline" if shown else "attachment", file.file_name)
    response.headers["Content-Security-Policy"] = _SEALED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
