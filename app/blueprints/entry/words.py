"""The words of a cycle in numbers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.numbers.types import Leg, Reach

REACH_WORDS: dict[Reach, object] = {
    Reach.BEGUN: _l("Begun"),
    Reach.CHILD: _l("Page of the child"),
    Reach.GUARDIAN: _l("Page of the guardian"),
    Reach.ADDRESS: _l("Page of the address"),
    Reach.DOCUMENTS: _l("Page of the papers"),
    Reach.SENT: _l("Sent"),
}

STOP_WORDS: dict[Reach, object] = {
    Reach.BEGUN: _l("Begun, and nothing answered"),
    Reach.CHILD: _l("After the child"),
    Reach.GUARDIAN: _l("After the guardian"),
    Reach.ADDRESS: _l("After the address"),
    Reach.DOCUMENTS: _l("With papers, not sent"),
}

LEG_WORDS: dict[Leg, object] = {
    Leg.TO_SEND: _l("From beginning to sending"),
    Leg.TO_LOOK: _l("From sending to the first decision"),
    Leg.TO_OFFER: _l("From sending to the offer"),
    Leg.TO_ACCEPT: _l("From the offer to the family's answer"),
    Leg.TO_ENROL: _l("From there to the enrolment"),
}
