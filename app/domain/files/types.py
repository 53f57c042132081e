"""Kinds of files, what is known of one, and why one is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from app.domain.kernel.errors import N_, Conflict, DomainError, Refused


class FileKind(StrEnum):
    """What the bytes of an upload may be. The values are content types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


class FileState(StrEnum):
    """Where a file is on its way: waiting, being looked at, open to its readers, or refused with a reason."""

    QUARANTINED = "quarantined"
    CHECKING = "checking"
    RELEASED = "released"
    REFUSED = "refused"


class FileRefusal(StrEnum):
    """Why a check refused a file. The sentence for the family stands with the error of the same code."""

    DAMAGED = "damaged"
    OTHER_KIND = "other_kind"
    TOO_DETAILED = "too_detailed"
    PROGRAMS = "programs"
    TOO_MANY_PAGES = "too_many_pages"
    LOCKED = "locked"
    INFECTED = "infected"


class ScanResult(StrEnum):
    """What a virus scanner said of a released file: nothing was asked, or nothing was found."""

    NONE = "none"
    CLEAN = "clean"


class VariantName(StrEnum):
    """The smaller pictures made of a picture."""

    THUMB = "thumb"
    PAGE = "page"


VARIANT_SIDES = {VariantName.THUMB: 320, VariantName.PAGE: 1600}
"""The longest side of each, in pixels."""

VARIANT_TYPE = "image/webp"

PICTURES = frozenset({FileKind.JPEG, FileKind.PNG})
PAPERS = frozenset(FileKind)

EXTENSIONS = {FileKind.JPEG: ".jpg", FileKind.PNG: ".png", FileKind.PDF: ".pdf"}


@dataclass(frozen=True)
class FileView:
    """A stored file as others see it: what it is called, and where its bytes lie."""

    id: UUID
    storage_key: str
    file_name: str
    content_type: str
    file_size: int
    sha256: str
    state: FileState
    refusal: FileRefusal | None
    scan: ScanResult | None
    thumb_width: int | None = None
    thumb_height: int | None = None
    """Of the smallest picture made of it, in pixels; None where there is none."""

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it."""
        return self.content_type in PICTURES or self.content_type == VARIANT_TYPE

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be decided."""
        return self.state in {FileState.QUARANTINED, FileState.CHECKING}

    @property
    def is_released(self) -> bool:
        """Whether its readers may have it."""
        return self.state is FileState.RELEASED

    @property
    def is_refused(self) -> bool:
        """Whether it counts as not sent."""
        return self.state is FileState.REFUSED

    @property
    def reason(self) -> str:
        """Why it was refused, as a msgid; empty where it was not."""
        return REASONS[self.refusal] if self.refusal else ""


class FilesUnavailable(DomainError):
    """The storage does not answer now (503)."""

    message = N_("Files cannot be kept or shown for a moment. Try again in a minute; nothing else is lost.")


class FilesFull(FilesUnavailable):
    """The storage has no room (507)."""

    message = N_("There is no room for files now. We know of it; try again later. Nothing else is lost.")


class PieceOutOfPlace(Conflict):
    """A piece that does not begin where the last one ended."""

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class UploadRefused(Refused):
    """The file cannot be kept. The message says why and what to do, to the person who chose it."""

    code: ClassVar[FileRefusal] = FileRefusal.DAMAGED


class FileEmpty(UploadRefused):
    """No byte came."""

    message = N_("This file is empty. Choose it again.")


class FileTooLarge(UploadRefused):
    """More bytes than a paper may have."""

    message = N_(
        "This file is %(size)s MB, and at most %(most)s MB can be sent. Take the picture again with less detail."
    )


class FileOfOtherKind(UploadRefused):
    """Its bytes are none of the kinds asked for, whatever its name says."""

    code = FileRefusal.OTHER_KIND
    message = N_("This is not a file we can read here. Send one of these: %(kinds)s.")


class FileDamaged(UploadRefused):
    """It begins like a picture or a PDF, and cannot be opened to its end."""

    message = N_("This file cannot be opened. Take the picture again, or save the PDF again.")


class PictureTooDetailed(UploadRefused):
    """More pixels than can be opened safely."""

    code = FileRefusal.TOO_DETAILED
    message = N_("This picture is too large to be opened. Take it again with less detail.")


class FileHoldsPrograms(UploadRefused):
    """A PDF that would do something when it is opened."""

    code = FileRefusal.PROGRAMS
    message = N_(
        "This PDF holds programs or other files. Print it to a new PDF, or send a picture of the paper."
    )


class PdfTooLong(UploadRefused):
    """More pages than a paper has."""

    code = FileRefusal.TOO_MANY_PAGES
    message = N_("This PDF has too many pages. Send only the pages that are asked for.")


class PdfLocked(UploadRefused):
    """A PDF that asks for a password."""

    code = FileRefusal.LOCKED
    message = N_("This PDF is locked with a password. Save it without one, or send a picture of the paper.")


class FileInfected(UploadRefused):
    """The virus scanner knows it."""

    code = FileRefusal.INFECTED
    message = N_("A virus was found in this file. Send a picture of the paper, taken with a phone.")


REASONS: dict[FileRefusal, str] = {
    FileRefusal.DAMAGED: FileDamaged.message,
    FileRefusal.OTHER_KIND: N_(
        "This is not a file we can read here. Take a picture of the paper with a phone."
    ),
    FileRefusal.TOO_DETAILED: PictureTooDetailed.message,
    FileRefusal.PROGRAMS: FileHoldsPrograms.message,
    FileRefusal.TOO_MANY_PAGES: PdfTooLong.message,
    FileRefusal.LOCKED: PdfLocked.message,
    FileRefusal.INFECTED: FileInfected.message,
}


class BytesMissing(Exception):
    """Rows name bytes that the storage does not have. The page of jobs shows it; the log says which files."""
