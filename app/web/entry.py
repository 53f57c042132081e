"""Words about enrolment and the fee of an application that several areas share."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.domain.admissions.entry.types import Finding, Point, SectionRule
from app.domain.admissions.fees.types import FeeMethod, FeeState
from app.domain.kernel.errors import N_
from app.web.admission import PAPER_WORDS
from app.web.i18n import say
from app.web.words import StatusWord

FINDING_WORDS: dict[Finding, str] = {
    Finding.NO_SECTION: N_("The class has no section in this school year yet."),
    Finding.NO_SEAT: N_("No section of the class has a free seat."),
    Finding.YEAR_OVER: N_("The school year ended on %(day)s."),
    Finding.CHILD_KNOWN: N_("The child is a student already: %(number)s has the same birth number."),
    Finding.PHONE_TAKEN: N_("Somebody else signs in with the family's mobile number."),
    Finding.SHIFT_FULL: N_("The shift the family asked for is full; only the other one has seats."),
    Finding.PAPER_MISSING: N_("Not sent: %(paper)s"),
    Finding.PAPER_REFUSED: N_("Not accepted: %(paper)s"),
    Finding.PAPER_WAITING: N_("Still being checked: %(paper)s"),
    Finding.FEE_UNPAID: N_("No payment of the fee is recorded."),
    Finding.FEE_UNCONFIRMED: N_("The payment of the fee is not confirmed by a second person yet."),
    Finding.CHILD_ALIKE: N_("It may be a child we know: %(name)s, %(number)s."),
    Finding.GUARDIAN_DIFFERS: N_("The guardian is known, with other details."),
    Finding.GUARDIAN_ELSEWHERE: N_("The guardian is known at another campus; their details stay."),
    Finding.ACCOUNT_SUSPENDED: N_("The guardian's account is suspended."),
    Finding.EMAIL_TAKEN: N_("Somebody else signs in with this e-mail address; it is left out."),
    Finding.NO_EMAIL: N_("There is no e-mail address: hand the invitation over yourself."),
    Finding.YEAR_AHEAD: N_("The school year begins on %(day)s; the child is admitted that day."),
}

RULE_WORDS: dict[SectionRule, object] = {
    SectionRule.EVEN: _l("Sections of even size"),
    SectionRule.FILL: _l("One section after the other"),
    SectionRule.BALANCE: _l("Girls and boys in balance"),
}

FEE_METHOD_WORDS: dict[FeeMethod, object] = {
    FeeMethod.CASH: _l("Cash"),
    FeeMethod.BANK_SLIP: _l("Bank slip"),
    FeeMethod.ONLINE: _l("Online"),
    FeeMethod.WAIVER: _l("Waived"),
}

FEE_STATE_WORDS: dict[FeeState, StatusWord] = {
    FeeState.RECORDED: ("warn", "wait", _l("To be confirmed")),
    FeeState.CONFIRMED: ("ok", "check", _l("Confirmed")),
    FeeState.CANCELLED: ("mute", "ban", _l("Cancelled")),
}


def point_words(point: Point) -> str:
    """What was found, as a sentence in the reader's language."""
    values = {name: PAPER_WORDS[value] if name == "paper" else value for name, value in point.values}
    return say(FINDING_WORDS[point.what], **values)
