"""The words of the officer's desk: decisions, reasons, histories."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.desk.types import BulkAct, Doubt, PairState, WhyNot
from app.domain.admissions.types import ApplicationStatus, DuplicateReason, EventKind
from app.domain.people.types import Gender, Relationship
from app.web.admission import PAPER_WORDS

DECISION_WORDS: dict[ApplicationStatus, tuple[object, str, str, str]] = {
    ApplicationStatus.OFFERED: (_l("Approve"), "go", "check", "a"),
    ApplicationStatus.UNDER_REVIEW: (_l("Start review"), "", "", "r"),
    ApplicationStatus.SHORTLISTED: (_l("Shortlist"), "", "", "s"),
    ApplicationStatus.WAITLISTED: (_l("Waitlist"), "", "", "w"),
}
"""(label, kind of button, icon, key), in the order of the dock. Rejecting has a page of its own."""

DOCUMENT_WORDS = PAPER_WORDS

GENDER_WORDS: dict[Gender, object] = {Gender.FEMALE: _l("Girl"), Gender.MALE: _l("Boy")}

RELATIONSHIP_WORDS: dict[Relationship, object] = {
    Relationship.MOTHER: _l("Mother"),
    Relationship.FATHER: _l("Father"),
    Relationship.GUARDIAN: _l("Another guardian"),
}

DUPLICATE_WORDS: dict[DuplicateReason, object] = {
    DuplicateReason.BIRTH_NUMBER: _l("the same birth registration number"),
    DuplicateReason.NAME_AND_BIRTH: _l("the same name and date of birth"),
    DuplicateReason.PHONE: _l("the same phone number"),
}

PAIR_WORDS: dict[PairState, object] = {
    PairState.DISMISSED: _l("Not the same child"),
    PairState.SIBLING: _l("Brother or sister"),
    PairState.MERGED: _l("Merged"),
}

DOUBT_WORDS: dict[Doubt, object] = {
    Doubt.SECOND: _l("Possible second application"),
    Doubt.FAMILY: _l("Another one from the same phone"),
}

BULK_WORDS: dict[BulkAct, object] = {
    BulkAct.UNDER_REVIEW: _l("Start review"),
    BulkAct.SHORTLISTED: _l("Shortlist"),
    BulkAct.WAITLISTED: _l("Waitlist"),
    BulkAct.REJECTED: _l("Reject"),
    BulkAct.ASSIGN: _l("Assign"),
    BulkAct.NOTE: _l("Add a note"),
}

WHY_NOT_WORDS: dict[WhyNot, object] = {
    WhyNot.ALREADY: _l("is so already"),
    WhyNot.NOT_FROM_HERE: _l("does not follow from its state"),
    WhyNot.NOT_THERE: _l("belongs to another campus"),
    WhyNot.MOVED_ON: _l("has moved on in the meantime"),
    WhyNot.LETTER_LEFT: _l("its letter has left already"),
}

EVENT_WORDS: dict[EventKind, object] = {
    EventKind.STARTED: _l("Begun"),
    EventKind.SUBMITTED: _l("Sent by the family"),
    EventKind.PAPER: _l("Paper sent"),
    EventKind.NOTE: _l("Note"),
    EventKind.ENROLLED: _l("Enrolled"),
    EventKind.WITHDRAWN: _l("Withdrawn by the family"),
}

ACTION_WORDS: dict[str, object] = {
    "application.started": _l("Begun"),
    "application.saved": _l("Answers saved"),
    "application.document_added": _l("Paper added"),
    "application.document_removed": _l("Paper removed"),
    "application.slip_issued": _l("Slip printed"),
    "application.submitted": _l("Sent by the family"),
    "application.reopened": _l("Opened with a code"),
    "application.office_answered": _l("Answered by the office"),
    "application.decided": _l("Decided"),
    "application.noted": _l("Note"),
    "application.offer_made": _l("Place offered"),
    "application.offer_waits": _l("Put on the waiting list"),
    "application.offer_accepted": _l("Place accepted"),
    "application.offer_declined": _l("Place declined"),
    "application.offer_expired": _l("No answer in time"),
    "application.enrolled": _l("Enrolled"),
    "application.withdrawn": _l("Withdrawn by the family"),
    "application.enrolment_undone": _l("Enrolment taken back"),
    "application.fee_recorded": _l("Payment recorded"),
    "application.fee_confirmed": _l("Payment confirmed"),
    "application.fee_cancelled": _l("Payment cancelled"),
    "application.assigned": _l("Assigned"),
    "application.milestone": _l("Milestone"),
    "application.pair_settled": _l("Compared with another one"),
    "application.merged": _l("Merged"),
    "application.taken_back": _l("Decision taken back"),
}
