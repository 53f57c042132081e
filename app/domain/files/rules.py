"""What an uploaded file really is, and whether it can be kept. Names and content types of the sender decide nothing."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import pikepdf
from PIL import Image, ImageOps

from app.domain.files.types import (
    EXTENSIONS,
    PICTURES,
    VARIANT_SIDES,
    FileDamaged,
    FileEmpty,
    FileHoldsPrograms,
    FileKind,
    FileOfOtherKind,
    FileTooLarge,
    PdfLocked,
    PdfTooLong,
    PictureTooDetailed,
    UploadRefused,
    VariantName,
)

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_PIXELS: Final = 40_000_000
"""A phone's camera stays under this; a bomb of a few kilobytes that opens to gigabytes does not."""

MAX_KEPT: Final = 20 * 1024 * 1024
"""What a picture drawn anew may weigh: a small file of few colours can grow."""
MAX_PAGES: Final = 40
_MAX_OBJECTS: Final = 50_000

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
_ACTING_KEYS: Final = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMediaContent", "/XFA"})
_ACTING_NAMES: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/Movie", "/Sound"}
)
_PDF_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME_LENGTH: Final = 120


def find_kind(data: bytes) -> FileKind | None:
    """What the first bytes say, or None where they are none of ours."""
    return next((kind for kind, magic in _MAGIC.items() if data.startswith(magic)), None)


def check_size(size: int) -> None:
    """A size that can be taken, known before a byte is read. Raises FileEmpty, FileTooLarge."""
    if size <= 0:
        raise FileEmpty
    if size > MAX_BYTES:
        raise FileTooLarge(size=-(-size // (1024 * 1024)), most=MAX_BYTES // (1024 * 1024))


def sniff(data: bytes, allowed: Collection[FileKind]) -> FileKind:
    """What an upload claims to be by its first bytes: all that is decided while the sender waits.

    Raises FileEmpty, FileTooLarge, FileOfOtherKind.
    """
    check_size(len(data))
    kind = find_kind(data)
    if kind is None or kind not in allowed:
        names = ", ".join(name for each, name in _KIND_NAMES.items() if each in allowed)
        raise FileOfOtherKind(kinds=names)
    return kind


@dataclass(frozen=True)
class Drawn:
    """A smaller picture of a picture, in WebP."""

    name: VariantName
    data: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Examined:
    """What may be released of an upload."""

    data: bytes
    variants: tuple[Drawn, ...] = ()


def examine(data: bytes, kind: FileKind) -> Examined:
    """Open an upload as what it claims to be: a picture is drawn anew, a PDF kept as it is or refused.

    Raises one of the errors of `types`, each with a sentence for whoever chose the file.
    """
    if find_kind(data) is not kind:
        raise FileDamaged
    if kind in PICTURES:
        return redraw(data, kind)
    check_pdf(data)
    look_into_pdf(data)
    return Examined(data)


def redraw(data: bytes, kind: FileKind) -> Examined:
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


def _drawn(picture: Image.Image, kind: FileKind) -> Examined:
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
    if out.tell() > MAX_KEPT:
        raise PictureTooDetailed
    return Examined(out.getvalue(), tuple(_smaller(upright, name) for name in reversed(VariantName)))


def _smaller(picture: Image.Image, name: VariantName) -> Drawn:
    """A copy that fits a screen. One that is small already keeps its size."""
    side = VARIANT_SIDES[name]
    copy = picture if picture.mode in {"RGB", "RGBA"} else picture.convert("RGB")
    copy = copy.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    out = io.BytesIO()
    copy.save(out, "WEBP", quality=80, method=4)
    return Drawn(name, out.getvalue(), copy.width, copy.height)


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


def look_into_pdf(data: bytes) -> None:
    """Open a PDF and look at every object of it, also those that are packed: pages, passwords, acts.

    Raises FileDamaged, FileHoldsPrograms, PdfLocked, PdfTooLong.
    """
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            pages = len(pdf.pages)
            if not pages:
                raise FileDamaged
            if pages > MAX_PAGES:
                raise PdfTooLong
            if len(pdf.objects) > _MAX_OBJECTS:
                raise PdfTooLong
            if any(_acts(each) for each in pdf.objects):
                raise FileHoldsPrograms
    except UploadRefused:
        raise
    except pikepdf.PasswordError as error:
        raise PdfLocked from error
    except Exception as error:
        # A parser fed by strangers: whatever it trips over, the file is not a whole PDF.
        raise FileDamaged from error


def _acts(thing: Any) -> bool:
    """Whether an object of a PDF, or anything written inside it, does something by itself."""
    waiting, seen = [thing], 0
    while waiting:
        each = waiting.pop()
        seen += 1
        if seen > _MAX_OBJECTS:
            raise PdfTooLong
        if isinstance(each, pikepdf.Array):
            waiting += [part for part in each if _is_nest(part)]
        elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            names = set(each.keys())
            if names & _ACTING_KEYS or str(each.get("/S", "")) in _ACTING_NAMES:
                return True
            waiting += [part for part in (each[name] for name in names) if _is_nest(part)]
    return False


def _is_nest(part: Any) -> bool:
    # What is indirect is met as an object of its own; following it here could go round for ever.
    return isinstance(part, pikepdf.Array | pikepdf.Dictionary) and not part.is_indirect


def clean_file_name(name: str, kind: FileKind) -> str:
    """The sender's name for a file as it is shown again: no path, no control characters, the true extension."""
    base = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        char for char in unicodedata.normalize("NFC", base) if unicodedata.category(char)[0] != "C"
    )
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", kept)
    stem = " ".join(re.sub(r'[<>:"|?*;]+', " ", stem).split()).strip(" .")
    return (stem[:_NAME_LENGTH].rstrip() or "file") + EXTENSIONS[kind]
