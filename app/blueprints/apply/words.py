"""The words of the family's pages: names of papers, and what happened and comes next in each state."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.types import ApplicationStatus, EventKind
from app.web.admission import PAPER_WORDS

DOCUMENT_WORDS = PAPER_WORDS

EVENT_WORDS: dict[EventKind, object] = {
    EventKind.STARTED: _l("Begun"),
    EventKind.SUBMITTED: _l("Sent to the school"),
    EventKind.PAPER: _l("Paper sent"),
    EventKind.ENROLLED: _l("Enrolled"),
    EventKind.WITHDRAWN: _l("Withdrawn"),
}

NEXT_WORDS: dict[ApplicationStatus, object] = {
    ApplicationStatus.SUBMITTED: _l(
        "We look at every application in the order in which it came. There is nothing you have to do now."
    ),
    ApplicationStatus.UNDER_REVIEW: _l(
        "We are reading the answers and papers. There is nothing you have to do now."
    ),
    ApplicationStatus.SHORTLISTED: _l(
        "The application is among those we choose from. We write to you when it is decided."
    ),
    ApplicationStatus.WAITLISTED: _l(
        "As soon as a seat becomes free we write to you. Keep your phone within reach."
    ),
    ApplicationStatus.OFFERED: _l(
        "There is a place for the child. Come to the school office with the"
        " birth certificate to complete the enrolment."
    ),
    ApplicationStatus.ACCEPTED: _l("You have accepted the place. The school office completes the enrolment."),
    ApplicationStatus.ENROLLED: _l(
        "The child is a pupil of the school. Sign in with your phone number to see each school day."
    ),
    ApplicationStatus.REJECTED: _l(
        "There is no place for the child this year. The school office explains the reason if you call."
    ),
    ApplicationStatus.WITHDRAWN: _l(
        "You have taken the application back. You can apply again while applications are open."
    ),
    ApplicationStatus.EXPIRED: _l(
        "The offer was not taken up in time. Call the school office if you still want the place."
    ),
}
