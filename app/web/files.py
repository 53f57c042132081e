"""Stored files as answers. Whoever calls this has already found the file through the reader's own scope."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from flask import Response, current_app, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from app.domain.files.queries import find_variant
from app.domain.files.types import FilesUnavailable, FileView, VariantName
from app.domain.kernel.errors import NotFound
from app.integrations.storage import ObjectMissing, StorageAway, storage_from

_SEALED = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""What a family sent may show itself and do nothing: no script, no form, no origin of ours."""


def disposition(kind: str, name: str) -> str:
    """A Content-Disposition whose name survives in every browser: plain letters, and the whole in UTF-8."""
    plain = "".join(char if 32 <= ord(char) < 127 and char not in '"\\%;' else "_" for char in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def send_wanted_size(file: FileView) -> Response:
    """Send a file in the size the address asks for: `?size=thumb`, `?size=page`, or as it is. Raises as below."""
    wanted = request.args.get("size")
    name = next((each for each in VariantName if each.value == wanted), None)
    return send_stored_file(find_variant(file, name) if name and file.is_released else file)


def send_stored_file(file: FileView) -> Response:
    """Send a released file, or the part of it that is asked for. Pictures may be shown, all else is downloaded.

    Behind nginx it is told where the file lies; without it the bytes are checked against their sum and sent.

    Raises NotFound for what is not released or not there, FilesUnavailable where the storage is away.
    """
    if not file.is_released:
        raise NotFound
    accel = current_app.config["SETTINGS"].files_accel
    if accel:
        response = Response(content_type=file.content_type)
        response.headers["X-Accel-Redirect"] = accel + file.storage_key
    else:
        response = _ranged(file, _read_whole(file))
    response.headers["Content-Disposition"] = disposition(
        "inline" if file.is_picture else "attachment", file.file_name
    )
    response.headers["Content-Security-Policy"] = _SEALED
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _read_whole(file: FileView) -> bytes:
    """The bytes, which are those that were checked: no file is larger than a worker can hold."""
    try:
        data = b"".join(storage_from(current_app.config["SETTINGS"]).read(file.storage_key))
    except ObjectMissing as error:
        current_app.logger.error("stored file is missing", extra={"file": str(file.id)})
        raise NotFound from error
    except StorageAway as error:
        current_app.logger.error("the file storage does not answer", extra={"error": str(error)})
        raise FilesUnavailable from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        current_app.logger.error("stored file is not what was kept", extra={"file": str(file.id)})
        raise FilesUnavailable
    return data


def _ranged(file: FileView, data: bytes) -> Response:
    """The whole, or the range asked for if it is still of this file (206), or none such (416)."""
    response = Response(data, content_type=file.content_type)
    response.set_etag(file.sha256)
    try:
        response.make_conditional(request, accept_ranges=True, complete_length=len(data))
    except RequestedRangeNotSatisfiable:
        nothing = Response(status=416, content_type="text/plain")
        nothing.headers["Content-Range"] = f"bytes */{len(data)}"
        return nothing
    return response
