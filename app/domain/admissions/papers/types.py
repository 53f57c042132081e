"""Values and errors of the kinds of papers that a campus adds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.admissions.types import DocumentKind
from app.domain.kernel.errors import N_, Refused
from app.domain.kernel.texts import LocalText


class Takes(StrEnum):
    """Which files a paper may be."""

    ANY = "any"
    PICTURE = "picture"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class PaperDetails:
    """What may be edited of a kind of paper."""

    name: LocalText
    takes: Takes = Takes.ANY


@dataclass(frozen=True, slots=True)
class PaperKindView:
    """A kind of paper of a campus."""

    id: UUID
    campus_id: UUID
    kind: DocumentKind
    version: int
    details: PaperDetails


class PaperUsed(Refused):
    """What is asked for somewhere, or was sent, keeps its name."""

    message = N_("A cycle asks for this paper, or a family has sent it already, so it stays.")


class PaperNamed(Refused):
    """Two kinds of papers could not be told apart."""

    field = "name"
    message = N_("There is a paper of this name already.")
