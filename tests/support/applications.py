"""Applications as families send them, made by the services."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.domain.admissions.models import AdmissionSeat
from app.domain.admissions.queries import find_by_token
from app.domain.admissions.services import (
    attach_document,
    decide_application,
    save_step,
    start_application,
    submit_application,
)
from app.domain.admissions.types import ApplicationStatus, ApplicationView, DocumentKind, Step
from app.domain.files.services import sweep as check_files
from app.domain.kernel.access import visitor
from app.domain.kernel.ids import new_token
from app.domain.people.types import Gender, Relationship
from app.uow import session
from tests.support.cast import CAST, Member
from tests.support.uploads import pdf, picture

TODAY = date(2026, 11, 20)


def link_to(locale: str, secret: str) -> str:
    """An address for letters in tests."""
    return f"http://localhost/{locale}/{secret}"


def seat_of(class_id: UUID) -> UUID:
    """The key of the open class."""
    return session().scalars(select(AdmissionSeat.id).where(AdmissionSeat.class_id == class_id)).one()


def child_answers(class_id: UUID = CAST.class_7, **changes: Any) -> dict[str, Any]:
    """The first page, filled."""
    return {
        "seat": seat_of(class_id),
        "child_name_bn": "রাইয়ান হোসেন",
        "child_name_en": "Raiyan Hossain",
        "born_on": date(2014, 3, 14),
        "gender": Gender.MALE,
        "birth_registration_no": "20146119483104270",
    } | changes


def guardian_answers(**changes: Any) -> dict[str, Any]:
    """The second page, filled."""
    return {
        "guardian_name": "শাহানা আক্তার",
        "relationship": Relationship.MOTHER,
        "phone": "+8801812345678",
        "email": "shahana@family.example",
    } | changes


def address_answers(**changes: Any) -> dict[str, Any]:
    """The third page, filled."""
    return {
        "address": "১২ নদী সড়ক",
        "district": "Mymensingh",
        "previous_school": "আনন্দমোহন সরকারি প্রাথমিক বিদ্যালয়",
        "previous_class": "৬",
    } | changes


def draft(*, locale: str = "bn", papers: bool = True, class_id: UUID = CAST.class_7, **changes: Any) -> str:
    """A draft with every answer. Returns its token."""
    token, family = new_token(), visitor(locale)
    start_application(family, token, locale, TODAY)
    steps = (
        (Step.CHILD, child_answers(class_id)),
        (Step.GUARDIAN, guardian_answers()),
        (Step.ADDRESS, address_answers()),
    )
    for step, answers in steps:
        answers |= {name: value for name, value in changes.items() if name in answers}
        save_step(family, token, step, answers, TODAY)
    if papers:
        attach_document(family, token, DocumentKind.BIRTH_CERTIFICATE, pdf(), "জন্ম সনদ.pdf")
        attach_document(family, token, DocumentKind.PHOTO, picture(), "photo.jpg")
        check_files()
    return token


def sent(*, locale: str = "bn", class_id: UUID = CAST.class_7, **changes: Any) -> ApplicationView:
    """An application that has been sent."""
    token = draft(locale=locale, class_id=class_id, **changes)
    submit_application(visitor(locale), token, consent=True, today=TODAY, status_link=link_to)
    found = find_by_token(token)
    assert found is not None
    return found


def decided(
    to: ApplicationStatus = ApplicationStatus.OFFERED, *, by: Member = CAST.farida, **changes: Any
) -> ApplicationView:
    """An application the officer has decided on."""
    from app.domain.admissions.queries import get_application

    application = sent(**changes)
    decide_application(
        by.actor, application.id, to, reason="A good fit.", version=application.version, status_link=link_to
    )
    return get_application(by.actor, application.id)
