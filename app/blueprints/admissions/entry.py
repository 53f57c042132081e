"""What enrolment and fees put on the officer's pages."""

from __future__ import annotations

from typing import Any

from app.domain.admissions.entry.queries import can_be_undone
from app.domain.admissions.fees.queries import case_of
from app.domain.admissions.policies import may_enrol
from app.domain.admissions.types import ApplicationStatus, ApplicationView
from app.domain.kernel.access import Actor, Permission
from app.web.entry import FEE_METHOD_WORDS, FEE_STATE_WORDS


def entry_context(actor: Actor, application: ApplicationView) -> dict[str, Any]:
    """How the fee stands, and whether the enrolment can be taken back, for the record of an application."""
    return {
        "fee_case": case_of(application.id),
        "fee_method_words": FEE_METHOD_WORDS,
        "fee_state_words": FEE_STATE_WORDS,
        "may_take_fees": actor.may(Permission.FEES_RECORD, application.campus_id),
        "may_undo": application.status is ApplicationStatus.ENROLLED
        and may_enrol(actor, application)
        and can_be_undone(application.id),
    }
