"""Kinds, views and errors of slips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.kernel.errors import N_, InvalidValue
from app.domain.kernel.texts import LocalText


class SlipKind(StrEnum):
    """What can be printed of an application."""

    ACKNOWLEDGEMENT = "acknowledgement"
    ADMIT_CARD = "admit_card"
    OFFER_LETTER = "offer_letter"


class SlipState(StrEnum):
    """What a slip is still worth."""

    VALID = "valid"
    REPLACED = "replaced"
    """What it says has changed since it was printed."""
    WITHDRAWN = "withdrawn"
    """The application no longer stands where it would be given one."""


@dataclass(frozen=True, slots=True)
class Seating:
    """When and where a child sits a test or viva: what an admit card needs."""

    starts_at: datetime
    place: LocalText
    seat: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """What an offer letter says besides the application: until when it must be answered, and the shift."""

    answer_by: date | None = None
    shift: Shift | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What an application was given besides its own answers, as far as its slips state it."""

    seating: Seating | None = None
    offered: Offered | None = None


@dataclass(frozen=True, slots=True)
class SlipView:
    """A slip that was issued."""

    id: UUID
    application_id: UUID
    kind: SlipKind
    code: str
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class Checked:
    """What anybody who has the code may know of a slip: enough to compare it with the paper, and no more."""

    kind: SlipKind
    state: SlipState
    issued_on: date
    reference_end: str
    initials: LocalText
    class_name: LocalText
    campus_name: LocalText
    seating: Seating | None = None
    answer_by: date | None = None


class CodeError(InvalidValue):
    """What was typed is not the code of a slip. Code: ``malformed``."""

    messages = {"malformed": N_("A code has 12 letters and digits. Compare it with the paper.")}
