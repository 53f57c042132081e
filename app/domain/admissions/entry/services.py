"""Writes of enrolment besides the enrolment itself: several at once, and taking one back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.academics.services import remove_enrolment
from app.domain.accounts.services import leave_off_guardian_role, remove_unused_account
from app.domain.accounts.types import AccountUsed
from app.domain.admissions.entry.letters import undone_letter
from app.domain.admissions.entry.models import ApplicationEnrolment
from app.domain.admissions.entry.papers import take_papers_back
from app.domain.admissions.entry.rules import DEPENDS, MOST_AT_ONCE
from app.domain.admissions.entry.types import NothingToUndo, Outcome, Pick, StandsOn
from app.domain.admissions.history import note_event
from app.domain.admissions.models import Application
from app.domain.admissions.offers.seats import unsettle_offer
from app.domain.admissions.queries import within
from app.domain.admissions.rules import check_reason
from app.domain.admissions.services import LinkTo, enrol_applicant
from app.domain.admissions.telling import child_of, tell_family
from app.domain.admissions.types import ApplicationStatus, EventKind, NotAllowedNow
from app.domain.audit.services import record
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import DomainError, NotFound, Stale
from app.domain.people.queries import find_person, guardian_has_children
from app.domain.people.services import (
    PersonFields,
    hold_guardian_phone,
    remove_guardian,
    remove_student,
    unlink_guardian,
    update_person,
)
from app.uow import transaction


def enrol_several(
    actor: Actor, picks: Sequence[Pick], *, today: date, invitation_link: LinkTo
) -> list[Outcome]:
    """Enrol several children, each in a transaction of its own: what stops one leaves the others enrolled.

    Returns what came of each, in order; at most `MOST_AT_ONCE` are looked at.
    """
    outcomes = []
    for pick in picks[:MOST_AT_ONCE]:
        try:
            enrolled = enrol_applicant(
                actor,
                pick.application_id,
                pick.section_id,
                version=pick.version,
                today=today,
                invitation_link=invitation_link,
            )
        except DomainError as error:
            outcomes.append(Outcome(pick.application_id, error=error))
        else:
            outcomes.append(Outcome(pick.application_id, enrolled))
    return outcomes


def undo_enrolment(
    actor: Actor, application_id: UUID, *, reason: str, version: int, status_link: LinkTo
) -> None:
    """Take back all that one enrolment made and nothing else, as long as nothing depends on it.

    The application stands where it stood before; the family is told why. Student, seat, papers of the student's file,
    the link to the guardian go; guardian, account and role only where this enrolment made them; fields of a known
    guardian that it replaced are as they were, unless somebody has changed them since.

    Raises NotFound, Stale, NotAllowedNow, ReasonMissing, NothingToUndo, StandsOn with what depends on it.
    """
    with transaction() as db:
        row = _locked(db, actor, application_id, version)
        check_reason(ApplicationStatus.REJECTED, reason)
        # Nobody enrols a brother or sister under a guardian who is just being taken back.
        hold_guardian_phone(row.phone or "")
        kept = db.scalars(
            select(ApplicationEnrolment)
            .where(
                ApplicationEnrolment.application_id == application_id,
                ApplicationEnrolment.undone_at.is_(None),
            )
            .with_for_update()
        ).one_or_none()
        if kept is None:
            raise NothingToUndo
        row.status, row.student_id = kept.from_status, None
        unsettle_offer(db, row.id, was_accepted=kept.from_status is ApplicationStatus.ACCEPTED)
        _take_back(db, actor, kept.made)
        kept.undone_at, kept.undone_by, kept.undone_reason = clock.now(), actor.user_id, reason
        db.flush()
        _tell(db, actor, row, reason, status_link)


def _locked(db: Session, actor: Actor, application_id: UUID, version: int) -> Application:
    """The enrolled application as the officer saw it, held. Raises NotFound, Stale, NotAllowedNow."""
    row = db.scalars(
        select(Application)
        .where(Application.id == application_id, within(actor, Permission.APPLICATIONS_ENROL))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.version != version:
        raise Stale
    if row.status is not ApplicationStatus.ENROLLED:
        raise NotAllowedNow(status=row.status.value)
    return row


def _take_back(db: Session, actor: Actor, made: Mapping[str, Any]) -> None:
    """Remove what was made, the last thing first. Whatever stands on it, the database tells. Raises StandsOn."""
    student_id, guardian_id = UUID(made["student"]), UUID(made["link"])
    steps: list[Callable[[], object]] = [
        lambda: take_papers_back(db, [UUID(key) for key in made["papers"]]),
        lambda: remove_enrolment(actor, UUID(made["enrolment"])),
        lambda: unlink_guardian(actor, student_id, guardian_id),
        lambda: remove_student(actor, student_id),
    ]
    if made["taken"]:
        steps.append(lambda: _give_back(actor, made["taken"]))
    if made["user"]:
        steps.append(lambda: remove_unused_account(actor, UUID(made["user"])))
    if made["guardian"]:
        steps.append(lambda: remove_guardian(actor, guardian_id))
    if made["role_of"]:
        steps.append(lambda: _leave_off(actor, guardian_id, UUID(made["role_of"])))
    try:
        with db.begin_nested():
            for step in steps:
                step()
                db.flush()
    except AccountUsed as error:
        raise StandsOn(DEPENDS["sessions"]) from error
    except IntegrityError as error:
        table = str(getattr(getattr(error.orig, "diag", None), "table_name", "") or "")
        raise StandsOn(DEPENDS.get(table, StandsOn.message)) from error


def _leave_off(actor: Actor, guardian_id: UUID, user_id: UUID) -> None:
    """Nobody's guardian needs the role no longer; one who answers for another child by now keeps it."""
    if not guardian_has_children(guardian_id):
        leave_off_guardian_role(actor, user_id)


def _give_back(actor: Actor, taken: Mapping[str, Any]) -> None:
    """Write back what was replaced in a guardian's record, where it is still what the enrolment wrote."""
    person = find_person(UUID(taken["person"]))
    if person is None:
        return
    now: dict[str, Any] = {f"name_{script}": text for script, text in person.names.to_dict().items()}
    now |= {"email": person.email, "address": person.address}
    old = {name: text for name, text in taken["old"].items() if now[name] == taken["new"][name]}
    if old:
        update_person(actor, person.id, person.version, **PersonFields(**old))  # type: ignore[typeddict-item]  # its names are those of the record


def _tell(db: Session, actor: Actor, row: Application, reason: str, status_link: LinkTo) -> None:
    """History, audit log, and the letter to the family."""
    note_event(
        db,
        actor,
        row,
        EventKind.DECIDED,
        was=ApplicationStatus.ENROLLED,
        note=reason,
        enrolment_undone=True,
    )
    record(
        actor,
        "application.enrolment_undone",
        "application",
        row.id,
        campus_id=row.campus_id,
        old={"status": ApplicationStatus.ENROLLED},
        new={"status": row.status, "reason": reason},
    )
    reference = row.reference or ""
    link = status_link(row.locale, reference)
    letter = undone_letter(row.locale, child_of(row), reference, reason, link)
    tell_family(row, "application.enrolment_undone", letter, reason=reason, link=link)
