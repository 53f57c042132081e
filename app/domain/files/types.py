"""Kinds of files, what is known of one, and why one is refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.kernel.errors import N_, Refused


class FileKind(StrEnum):
    """What the bytes of an upload may be. The values are content types."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


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

    @property
    def is_picture(self) -> bool:
        """Whether a page can show it."""
        return self.content_type in PICTURES


class UploadRefused(Refused):
    """The file cannot be kept. The message says why and what to do, to the person who chose it."""


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

    message = N_("This is not a file we can read here. Send one of these: %(kinds)s.")


class FileDamaged(UploadRefused):
    """It begins like a picture or a PDF, and cannot be opened to its end."""

    message = N_("This file cannot be opened. Take the picture again, or save the PDF again.")


class PictureTooDetailed(UploadRefused):
    """More pixels than can be opened safely."""

    message = N_("This picture is too large to be opened. Take it again with less detail.")


class FileHoldsPrograms(UploadRefused):
    """A PDF that would do something when it is opened."""

    message = N_(
        "This PDF holds programs or other files. Print it to a new PDF, or send a picture of the paper."
    )
