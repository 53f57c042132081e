"""The words of the family's pages: names of steps, papers and answers, and what comes next in each state."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.types import ApplicationStatus, EventKind, Step
from app.domain.people.types import Gender, Relationship
from app.web.admission import PAPER_WORDS

STEP_WORDS: dict[Step, object] = {
    Step.CHILD: _l("The child"),
    Step.GUARDIAN: _l("Guardian"),
    Step.ADDRESS: _l("Address and school"),
    Step.DOCUMENTS: _l("Documents"),
    Step.REVIEW: _l("Check and send"),
}

DOCUMENT_WORDS = PAPER_WORDS

GENDER_WORDS: dict[Gender, object] = {Gender.FEMALE: _l("Girl"), Gender.MALE: _l("Boy")}

RELATIONSHIP_WORDS: dict[Relationship, object] = {
    Relationship.MOTHER: _l("Mother"),
    Relationship.FATHER: _l("Father"),
    Relationship.GUARDIAN: _l("Another guardian"),
}

ANSWER_WORDS: dict[str, object] = {
    "seat": _l("Class"),
    "child_name_bn": _l("Name in Bangla"),
    "child_name_en": _l("Name in English"),
    "child_name_ar": _l("Name in Arabic"),
    "born_on": _l("Date of birth"),
    "gender": _l("Boy or girl"),
    "birth_registration_no": _l("Birth registration number"),
    "guardian_name": _l("Name of the guardian"),
    "relationship": _l("Relationship to the child"),
    "phone": _l("Mobile number"),
    "email": _l("E-mail address"),
    "address": _l("Address"),
    "district": _l("District"),
    "previous_school": _l("Previous school"),
    "previous_class": _l("Class there"),
    "quota_ids": _l("Quotas"),
} | {kind.value: word for kind, word in DOCUMENT_WORDS.items()}

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
