"""Reads of slips. The family's and the office's side hand in an application they have found."""

from __future__ import annotations

from sqlalchemy import select

from app.domain.academics.queries import class_labels
from app.domain.admissions.models import Application
from app.domain.admissions.offers.queries import find_offer
from app.domain.admissions.queries import list_documents, view_of
from app.domain.admissions.rules import usable_papers
from app.domain.admissions.scores.queries import slot_of
from app.domain.admissions.slips.models import AdmissionSlip
from app.domain.admissions.slips.rules import (
    digest_of,
    facts_of,
    initials_of,
    reference_end,
    state_of,
)
from app.domain.admissions.slips.types import Checked, Given, Offered, Seating, SlipKind, SlipState, SlipView
from app.domain.admissions.types import ApplicationView
from app.domain.kernel.dates import local_day
from app.uow import session


def given_of(application: ApplicationView) -> Given:
    """What an application was given: the one place that looks it up, for every slip and every check of one."""
    slot, offer = slot_of(application.id), find_offer(application.id)
    seating = Seating(slot.starts_at, slot.place, slot.seat) if slot else None
    return Given(seating, Offered(offer.last_day, offer.shift) if offer else Offered())


def digest_now(kind: SlipKind, application: ApplicationView, given: Given) -> str:
    """The sum of what a slip of this kind would state now."""
    papers = usable_papers(list_documents(application.id)) if kind is SlipKind.ACKNOWLEDGEMENT else set()
    return digest_of(facts_of(kind, application, papers, given.seating, given.offered))


def find_slip(application: ApplicationView, code: str, given: Given | None = None) -> SlipView | None:
    """A slip of this application that still says what is so, by its code. `given`: where it is known already."""
    row = session().scalars(
        select(AdmissionSlip).where(
            AdmissionSlip.code == code, AdmissionSlip.application_id == application.id
        )
    )
    found = row.one_or_none()
    if found is None:
        return None
    given = given or given_of(application)
    now = digest_now(found.kind, application, given)
    if state_of(found.kind, found.digest, now, application.status, given.seating) is not SlipState.VALID:
        return None
    return view_of_slip(found)


def view_of_slip(row: AdmissionSlip) -> SlipView:
    """A row as pages show it."""
    return SlipView(row.id, row.application_id, row.kind, row.code, row.issued_at)


def check_code(code: str, given: Given | None = None) -> Checked | None:
    """What anybody may know of the slip with this code, or None where we issued none. `given`: as above."""
    found = session().execute(
        select(AdmissionSlip, Application)
        .join(Application, Application.id == AdmissionSlip.application_id)
        .where(AdmissionSlip.code == code)
    )
    row = found.one_or_none()
    if row is None or row[1].class_id is None:
        return None
    slip, application = row[0], view_of(row[1])
    given = given or given_of(application)
    now = digest_now(slip.kind, application, given)
    state = state_of(slip.kind, slip.digest, now, application.status, given.seating)
    label = class_labels([row[1].class_id])[row[1].class_id]
    is_valid = state is SlipState.VALID
    return Checked(
        kind=slip.kind,
        state=state,
        issued_on=local_day(slip.issued_at),
        reference_end=reference_end(application.reference or ""),
        initials=initials_of(application.child_name),
        class_name=label.name,
        campus_name=label.campus_name,
        seating=given.seating if is_valid and slip.kind is SlipKind.ADMIT_CARD else None,
        answer_by=given.offered.answer_by
        if given.offered and is_valid and slip.kind is SlipKind.OFFER_LETTER
        else None,
    )
