"""What an uploaded file really is, and whether it can be kept. Names and content types of the sender decide nothing."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Collection
from typing import Final

from PIL import Image, ImageOps

from app.domain.files.types import (
    EXTENSIONS,
    PICTURES,
    FileDamaged,
    FileEmpty,
    FileHoldsPrograms,
    FileKind,
    FileOfOtherKind,
    FileTooLarge,
    PictureTooDetailed,
)

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
"""A phone's camera stays under this; a bomb of a few kilobytes that opens to gigabytes does not."""

_MAGIC: Final = {
    FileKind.JPEG: b"\xff\xd8\xff",
    FileKind.PNG: b"\x89PNG\r\n\x1a\n",
    FileKind.PDF: b"%PDF-",
}
_FORMATS: Final = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG"}
_KIND_NAMES: Final = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.PDF: "PDF"}
_PDF_VERSION: Final = re.compile(rb"%PDF-[12]\.\d")
# Long names only: a short one like /JS would be met by chance in the bytes of a scanned picture.
_PDF_ACTS: Final = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)(?![A-Za-z0-9])"
)
_PDF_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME_LENGTH: Final = 120


def find_kind(data: bytes) -> FileKind | None:
    """What the first bytes say, or None where they are none of ours."""
    return next((kind for kind, magic in _MAGIC.items() if data.startswith(magic)), None)


def check_upload(data: bytes, allowed: Collection[FileKind]) -> tuple[FileKind, bytes]:
    """The kind of an upload and the bytes to keep: a picture anew and without its private notes, a PDF as it is.

    Raises one of the errors of `types`, each with a sentence for whoever chose the file.
    """
    if not data:
        raise FileEmpty
    if len(data) > MAX_BYTES:
        raise FileTooLarge(size=-(-len(data) // (1024 * 1024)), most=MAX_BYTES // (1024 * 1024))
    kind = find_kind(data)
    if kind is None or kind not in allowed:
        names = ", ".join(name for each, name in _KIND_NAMES.items() if each in allowed)
        raise FileOfOtherKind(kinds=names)
    if kind in PICTURES:
        return kind, redraw(data, kind)
    check_pdf(data)
    return kind, data


def redraw(data: bytes, kind: FileKind) -> bytes:
    """A picture drawn anew in its own kind: upright, and without place, camera or anything hidden behind it.

    Raises FileDamaged, PictureTooDetailed.
    """
    with warnings.catch_warnings():
        # The size is checked below, by our own limit.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as probe:
                if probe.width * probe.height > MAX_PIXELS:
                    raise PictureTooDetailed
                probe.verify()
            with Image.open(io.BytesIO(data), formats=[_FORMATS[kind]]) as picture:
                picture.load()
                return _drawn(picture, kind)
        except PictureTooDetailed:
            raise
        except Image.DecompressionBombError as error:
            raise PictureTooDetailed from error
        except Exception as error:
            # A parser fed by strangers: whatever it trips over, the file is not a whole picture.
            raise FileDamaged from error


def _drawn(picture: Image.Image, kind: FileKind) -> bytes:
    upright: Image.Image = ImageOps.exif_transpose(picture)
    if kind is FileKind.JPEG:
        upright = upright if upright.mode in {"L", "RGB"} else upright.convert("RGB")
    elif upright.mode not in {"1", "L", "RGB", "RGBA"}:
        upright = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    upright.info.clear()
    out = io.BytesIO()
    if kind is FileKind.JPEG:
        upright.save(out, "JPEG", quality=88, optimize=True)
    else:
        upright.save(out, "PNG")
    return out.getvalue()


def check_pdf(data: bytes) -> None:
    """Header, cross-reference and end are there, and nothing in it acts by itself.

    Raises FileDamaged, FileHoldsPrograms.
    """
    end = data[-1024:]
    if not _PDF_VERSION.match(data) or b"%%EOF" not in end or b"startxref" not in data[-4096:]:
        raise FileDamaged
    names = _PDF_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), data)
    if _PDF_ACTS.search(data) or _PDF_ACTS.search(names):
        raise FileHoldsPrograms


def clean_file_name(name: str, kind: FileKind) -> str:
    """The sender's name for a file as it is shown again: no path, no control characters, the true extension."""
    base = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        char for char in unicodedata.normalize("NFC", base) if unicodedata.category(char)[0] != "C"
    )
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", kept)
    stem = " ".join(re.sub(r'[<>:"|?*;]+', " ", stem).split()).strip(" .")
    return (stem[:_NAME_LENGTH].rstrip() or "file") + EXTENSIONS[kind]
