"""States, steps, views and errors of admissions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from app.domain.academics.types import Shift
from app.domain.files.types import FileView
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.texts import LocalText
from app.domain.people.types import Gender, Relationship


class ApplicationStatus(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    SHORTLISTED = "shortlisted"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ENROLLED = "enrolled"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class DocumentKind(str):
    """The code of a kind of paper: one that comes with the product, or one that a campus has added.

    Which papers an application is asked for, its cycle says. What a kind is called: PAPER_NAMES, and for those of a
    campus its own words (`papers.queries`).
    """

    __slots__ = ()

    BIRTH_CERTIFICATE: ClassVar[DocumentKind]
    PHOTO: ClassVar[DocumentKind]
    GUARDIAN_NID: ClassVar[DocumentKind]
    PREVIOUS_RESULT: ClassVar[DocumentKind]
    TRANSFER_CERTIFICATE: ClassVar[DocumentKind]
    REGISTRATION_CARD: ClassVar[DocumentKind]
    RESIDENCE_PROOF: ClassVar[DocumentKind]
    FREEDOM_FIGHTER_PAPER: ClassVar[DocumentKind]
    DISABILITY_PAPER: ClassVar[DocumentKind]
    EMPLOYMENT_PAPER: ClassVar[DocumentKind]
    SIBLING_PAPER: ClassVar[DocumentKind]
    TRANSFER_ORDER: ClassVar[DocumentKind]

    @property
    def value(self) -> str:
        """The code as plain text."""
        return str(self)

    @property
    def is_built_in(self) -> bool:
        """Whether it comes with the product."""
        return self in PAPER_NAMES


DocumentKind.BIRTH_CERTIFICATE = DocumentKind("birth_certificate")
DocumentKind.PHOTO = DocumentKind("photo")
DocumentKind.GUARDIAN_NID = DocumentKind("guardian_nid")
DocumentKind.PREVIOUS_RESULT = DocumentKind("previous_result")
DocumentKind.TRANSFER_CERTIFICATE = DocumentKind("transfer_certificate")
DocumentKind.REGISTRATION_CARD = DocumentKind("registration_card")
DocumentKind.RESIDENCE_PROOF = DocumentKind("residence_proof")
DocumentKind.FREEDOM_FIGHTER_PAPER = DocumentKind("freedom_fighter_paper")
DocumentKind.DISABILITY_PAPER = DocumentKind("disability_paper")
DocumentKind.EMPLOYMENT_PAPER = DocumentKind("employment_paper")
DocumentKind.SIBLING_PAPER = DocumentKind("sibling_paper")
DocumentKind.TRANSFER_ORDER = DocumentKind("transfer_order")


PAPER_NAMES = {
    DocumentKind.BIRTH_CERTIFICATE: N_("Birth certificate"),
    DocumentKind.PHOTO: N_("Photograph of the child"),
    DocumentKind.GUARDIAN_NID: N_("National identity card of a parent"),
    DocumentKind.PREVIOUS_RESULT: N_("Result of the last class"),
    DocumentKind.TRANSFER_CERTIFICATE: N_("Transfer certificate"),
    DocumentKind.REGISTRATION_CARD: N_("Registration card of class eight"),
    DocumentKind.RESIDENCE_PROOF: N_("Proof of where the child lives"),
    DocumentKind.FREEDOM_FIGHTER_PAPER: N_("Freedom fighter certificate"),
    DocumentKind.DISABILITY_PAPER: N_("Certificate of special needs"),
    DocumentKind.EMPLOYMENT_PAPER: N_("Certificate of a parent's employment"),
    DocumentKind.SIBLING_PAPER: N_("Student number of the brother or sister"),
    DocumentKind.TRANSFER_ORDER: N_("Transfer order of a parent"),
}
"""What those are called that come with the product, in the order in which they are asked for."""


def papers_in_order(kinds: Iterable[str]) -> tuple[DocumentKind, ...]:
    """Kinds of papers, each once: those of the product in their order, then those of the school as they were added."""
    places = {kind: place for place, kind in enumerate(PAPER_NAMES)}
    return tuple(
        DocumentKind(kind)
        for kind in sorted({*kinds}, key=lambda each: (places.get(DocumentKind(each), len(places)), each))
    )


class Method(StrEnum):
    """How the seats of a cycle are given."""

    LOTTERY = "lottery"
    TEST = "test"
    MERIT = "merit"
    FIRST_COME = "first_come"


class CycleState(StrEnum):
    """Whether families see a cycle. A published one is open between its first and last day."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"


class EventKind(StrEnum):
    """What stands in the history of an application."""

    STARTED = "started"
    SUBMITTED = "submitted"
    PAPER = "paper"
    """The family has sent a paper that was missing or refused."""
    DECIDED = "decided"
    NOTE = "note"
    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """The pages of the form that comes with the product, and the two that every form ends with."""

    CHILD = "child"
    GUARDIAN = "guardian"
    ADDRESS = "address"
    DOCUMENTS = "documents"
    REVIEW = "review"


class DuplicateReason(StrEnum):
    """Why two applications may be for the same child, the strongest first."""

    BIRTH_NUMBER = "birth_number"
    NAME_AND_BIRTH = "name_and_birth"
    PHONE = "phone"


@dataclass(frozen=True)
class Gap:
    """An answer that an application cannot be sent without, and the page that asks for it."""

    step: str
    field: str


@dataclass(frozen=True, slots=True)
class AgeRule:
    """How old a child must be, in months of life, and on which days that is looked at. None: no bound.

    The least is completed on `from_on`. The most is not passed on `to_on`: who completes it that very day fits.
    """

    from_on: date
    to_on: date
    from_months: int | None = None
    to_months: int | None = None

    @property
    def asks(self) -> bool:
        """Whether there is a bound at all."""
        return self.from_months is not None or self.to_months is not None


@dataclass(frozen=True, slots=True)
class QuotaTerms:
    """A quota as families read it: its share of the seats, what proves it, and the relief it brings in age."""

    id: UUID
    name: LocalText
    percent: Decimal
    papers: tuple[DocumentKind, ...] = ()
    relief_months: int = 0
    """So much older than the rule of the class may a child be who claims it."""


@dataclass(frozen=True, slots=True)
class CycleTerms:
    """What holds for a class of a cycle: method and fee its own where it has them, papers and quotas for all."""

    method: Method | None = None
    fee: Decimal | None = None
    papers: tuple[DocumentKind, ...] = ()
    quotas: tuple[QuotaTerms, ...] = ()
    spare: tuple[DocumentKind, ...] = ()
    """Papers that are asked for and may be left out."""


@dataclass(frozen=True, slots=True)
class AskedPapers:
    """What an application is asked for besides its answers, by its cycle, its class and the quotas it claims."""

    papers: tuple[DocumentKind, ...]
    needed: tuple[DocumentKind, ...]
    """Those that it cannot be sent without."""
    shifts: tuple[Shift, ...] = ()
    """The shifts of its class, where there is something to choose."""


@dataclass(frozen=True)
class OpenClass:
    """A class that takes applications today."""

    seat_id: UUID
    cycle_id: UUID
    campus_id: UUID
    class_id: UUID
    class_name: LocalText
    level: int
    campus_name: LocalText
    year_name: str
    year_starts_on: date
    closes_on: date
    seats: int
    age: AgeRule
    papers: tuple[DocumentKind, ...]
    """What this class asks for besides the papers of every class."""
    terms: CycleTerms
    shifts: tuple[Shift, ...] = ()
    """The shifts that are given apart, the morning first; empty where there is nothing to choose."""
    cycle_name: LocalText = field(default_factory=LocalText)
    """What tells its intake from the others of the year; empty for the main one."""


@dataclass(frozen=True)
class ApplicationView:
    """An application as its pages show it."""

    id: UUID
    campus_id: UUID
    cycle_id: UUID
    class_id: UUID | None
    reference: str | None
    locale: str
    status: ApplicationStatus
    child_name_en: str | None
    child_name_bn: str | None
    child_name_ar: str | None
    born_on: date | None
    gender: Gender | None
    birth_registration_no: str | None
    guardian_name_en: str | None
    guardian_name_bn: str | None
    guardian_name_ar: str | None
    relationship: Relationship | None
    phone: str | None
    email: str | None
    address: str | None
    district: str | None
    previous_school: str | None
    previous_class: str | None
    quota_ids: Sequence[UUID]
    """The quotas of its cycle that the family claims."""
    shift: Shift | None
    submitted_at: datetime | None
    decided_at: datetime | None
    decision_reason: str | None
    student_id: UUID | None
    assigned_to: UUID | None
    created_at: datetime
    updated_at: datetime
    version: int
    form_version_id: UUID | None = None
    """The form it is filled in with; none is the form that comes with the product."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What was answered to the school's own questions, by their keys."""

    @property
    def is_draft(self) -> bool:
        """Whether the family has not sent it yet."""
        return self.status is ApplicationStatus.DRAFT

    @property
    def child_name(self) -> LocalText:
        """The child's name in each script."""
        return LocalText(self.child_name_en or "", self.child_name_bn or "", self.child_name_ar or "")

    @property
    def guardian_name(self) -> LocalText:
        """The guardian's name in each script."""
        return LocalText(
            self.guardian_name_en or "", self.guardian_name_bn or "", self.guardian_name_ar or ""
        )


@dataclass(frozen=True)
class DocumentView:
    """A paper of an application."""

    kind: DocumentKind
    file: FileView
    sent_at: datetime


@dataclass(frozen=True)
class EventView:
    """A line of the history, with the name of whoever did it at the school."""

    at: datetime
    kind: EventKind
    by: LocalText | None
    from_status: ApplicationStatus | None
    to_status: ApplicationStatus | None
    note: str | None
    details: dict[str, Any]


@dataclass(frozen=True)
class Enrolled:
    """What came of an enrolment."""

    student_id: UUID
    student_no: str
    roll_number: int
    guardian_is_new: bool
    account_is_new: bool
    invitation: str | None
    """Token of the link by which the guardian chooses a password; None where the account is older."""


class ApplicationsClosed(Refused):
    """The admission cycle takes no applications now."""

    field = "seat"
    message = N_("Applications for this year are closed.")


class NotComplete(Refused):
    """The application cannot be sent: something is missing."""

    message = N_("The application is not complete yet. The steps that need you are marked.")

    def __init__(self, gaps: Sequence[Gap]) -> None:
        super().__init__()
        self.gaps = list(gaps)


class ConsentMissing(Refused):
    """Nobody has confirmed the answers."""

    field = "consent"
    message = N_("Tick this box to confirm that the answers are right.")


class NotPlausible(Refused):
    """A date of birth that no pupil can have."""

    field = "born_on"
    message = N_("Check the date of birth: the child would be %(age)s years old.")


class BornLater(Refused):
    """A date of birth after today."""

    field = "born_on"
    message = N_("The date of birth lies in the future. Check the year.")


class AgeOutside(Refused):
    """A date of birth with which the class of the application takes nobody. The message tells the rule."""

    field = "born_on"


class ReasonMissing(Refused):
    """A decision that the family must be able to understand."""

    field = "reason"
    message = N_("Write the reason. It goes into the letter to the family.")


class NotAllowedNow(Conflict):
    """The step does not follow from the state the application is in."""

    message = N_("This application has moved on since you opened the page. It is now: %(status)s.")


class AlreadySent(Conflict):
    """The answers of a sent application are no longer the family's to change."""

    message = N_("This application has been sent. To change an answer, call the school office.")


class PaperNotWanted(Conflict):
    """The school has this paper, or needs none any more."""

    message = N_("The school has this paper already. To replace it, call the school office.")


class OtherClass(Refused):
    """A section of another class, campus or year than the application is for."""

    field = "section_id"
    message = N_("Choose a section of the class the family applied for.")
