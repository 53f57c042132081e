"""Reads of enrolment: the check of many applications in few statements, sections, students' papers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from app.domain.academics.queries import (
    SectionView,
    count_seated_by_gender,
    section_choices,
    year_labels,
)
from app.domain.academics.types import Shift
from app.domain.accounts.queries import AccountLine, list_accounts_by
from app.domain.accounts.types import UserStatus
from app.domain.admissions.cycles.rules import papers_asked
from app.domain.admissions.entry.models import ApplicationEnrolment, StudentPaper
from app.domain.admissions.entry.rules import (
    MOST_AT_ONCE,
    choose_sections,
    differences_between,
    look_at,
)
from app.domain.admissions.entry.types import (
    Check,
    Difference,
    Facts,
    FeeStanding,
    KnownChild,
    PaperState,
    PlanLine,
    Room,
    SectionRule,
    Seeker,
    StudentPaperView,
)
from app.domain.admissions.fees.queries import states_of
from app.domain.admissions.fees.types import FeeState
from app.domain.admissions.models import Application, ApplicationDocument
from app.domain.admissions.offers.queries import shifts_held
from app.domain.admissions.queries import cycle_year, kinds_of, list_places_of, view_of, within
from app.domain.admissions.rules import ENROLLABLE
from app.domain.admissions.types import ApplicationView, DocumentKind
from app.domain.files.queries import list_files
from app.domain.files.types import FileView
from app.domain.kernel.access import Actor, Permission
from app.domain.people.policies import guardians_reached, students_reached
from app.domain.people.queries import (
    KnownGuardian,
    NumberedStudent,
    known_guardians,
    list_students_born,
)
from app.domain.people.types import Gender, StudentStatus
from app.uow import session

_EMPTY: dict[DocumentKind, FileView] = {}


def whole_address(address: str | None, district: str | None) -> str | None:
    """An address with its district, as a person's record keeps it."""
    return ", ".join(part for part in (address, district) if part) or None


def sections_of(application: ApplicationView) -> list[SectionView]:
    """The sections of the class an application is for, in the year of its cycle."""
    class_id = application.class_id or application.id  # a sent one has a class
    return section_choices(application.campus_id, class_id, cycle_year(application.cycle_id))


def rooms_of(sections: Sequence[SectionView]) -> list[Room]:
    """Sections with the girls and boys who sit there. One statement."""
    seated = count_seated_by_gender([each.id for each in sections])
    rooms = []
    for each in sections:
        counts = seated.get(each.id, {})
        girls, boys = counts.get(Gender.FEMALE, 0), counts.get(Gender.MALE, 0)
        others = sum(counts.values()) - girls - boys
        rooms.append(Room(each.id, each.capacity, each.shift, girls, boys, others))
    return rooms


def suggest_section(
    application: ApplicationView, sections: Sequence[SectionView], rule: SectionRule = SectionRule.EVEN
) -> UUID | None:
    """The section a child gets by a rule, or None where no seat is free for it."""
    return choose_sections(rule, rooms_of(sections), seekers_of([application]))[application.id]


def seekers_of(applications: Sequence[ApplicationView]) -> list[Seeker]:
    """The children of applications as the rule of sections sees them."""
    shifts = _shifts_of(applications)
    return [Seeker(each.id, each.gender, shifts[each.id]) for each in applications]


def _shifts_of(applications: Sequence[ApplicationView]) -> dict[UUID, Shift | None]:
    """The shift of each: the one it applied for, else that of the seat it holds."""
    held = shifts_held([each.id for each in applications if each.shift is None])
    return {each.id: each.shift or held.get(each.id) for each in applications}


def check_application(
    actor: Actor, application: ApplicationView, sections: Sequence[SectionView], today: date
) -> Check:
    """What stops enrolling one application, and what is worth a look. Nothing is written."""
    return check_applications(actor, [application], sections, today)[application.id]


@dataclass(frozen=True)
class _Gathered:
    """What the check of several applications of one cycle and class needs, read once for all of them."""

    year: tuple[date, date]
    fee: bool
    asked: dict[UUID, tuple[DocumentKind, ...]]
    papers: dict[UUID, dict[DocumentKind, FileView]]
    fees: dict[UUID, FeeState]
    students: list[NumberedStudent]
    guardians: dict[str, KnownGuardian]
    accounts: list[AccountLine]
    shifts: dict[UUID, Shift | None]
    sections: Sequence[SectionView]


def check_applications(
    actor: Actor, applications: Sequence[ApplicationView], sections: Sequence[SectionView], today: date
) -> dict[UUID, Check]:
    """The same for several applications of one class and cycle; as many statements as for one."""
    if not applications:
        return {}
    gathered = _gather(actor, applications, sections)
    checks = {}
    for each in applications:
        guardian = gathered.guardians.get(each.phone or "")
        facts = _facts_of(each, gathered, guardian)
        version = guardian.person.version if guardian and facts.differences else None
        checks[each.id] = look_at(facts, today, version)
    return checks


def _gather(
    actor: Actor, applications: Sequence[ApplicationView], sections: Sequence[SectionView]
) -> _Gathered:
    cycle_id = applications[0].cycle_id
    year_id = cycle_year(cycle_id)
    year = year_labels([year_id])[year_id]
    places = {place.class_id: place for place in list_places_of(cycle_id)}
    phones = {each.phone for each in applications if each.phone}
    guardians = known_guardians(phones, guardians_reached(actor, permission=Permission.GUARDIANS_EDIT))
    asked = {
        each.id: papers_asked(places[each.class_id], each.quota_ids)
        for each in applications
        if each.class_id in places
    }
    keys = [each.id for each in applications]
    return _Gathered(
        year=(year.starts_on, year.ends_on),
        fee=any(place.terms.fee for place in places.values()),
        asked=asked,
        papers=_papers_of(keys),
        fees=states_of(keys),
        students=list_students_born(
            {each.birth_registration_no for each in applications if each.birth_registration_no},
            {each.born_on for each in applications if each.born_on},
            students_reached(actor),
        ),
        guardians=guardians,
        accounts=list_accounts_by(
            {each.person.id for each in guardians.values()},
            phones,
            {each.email.lower() for each in applications if each.email},
        ),
        shifts=_shifts_of(applications),
        sections=sections,
    )


def _papers_of(application_ids: Collection[UUID]) -> dict[UUID, dict[DocumentKind, FileView]]:
    papers = list(
        session().scalars(
            select(ApplicationDocument).where(ApplicationDocument.application_id.in_(application_ids))
        )
    )
    files = list_files([each.file_id for each in papers])
    found: dict[UUID, dict[DocumentKind, FileView]] = {}
    for each in papers:
        if each.file_id in files:
            found.setdefault(each.application_id, {})[each.document_type] = files[each.file_id]
    return found


def _facts_of(application: ApplicationView, all_: _Gathered, guardian: KnownGuardian | None) -> Facts:
    free = [each for each in all_.sections if each.seats_free]
    papers = all_.papers.get(application.id, _EMPTY)
    account = next(
        (each for each in all_.accounts if guardian and each.person_id == guardian.person.id), None
    )
    return Facts(
        year_starts_on=all_.year[0],
        year_ends_on=all_.year[1],
        has_section=bool(all_.sections),
        has_seat=bool(free),
        has_seat_in_shift=any(_suits(all_.shifts[application.id], each.shift) for each in free),
        papers={
            kind: _paper_state(papers.get(kind))
            for kind in kinds_of({*papers, *all_.asked.get(application.id, ())})
        },
        fee=_fee_standing(all_.fees.get(application.id), asked=all_.fee),
        children=tuple(_children_like(application, all_.students)),
        differences=_differences(application, guardian),
        guardian_elsewhere=guardian is not None and not guardian.is_reached,
        has_email=bool(application.email or (account and account.email)),
        email_taken=_is_taken(application.email and application.email.lower(), account, all_, by_phone=False),
        phone_taken=_is_taken(application.phone, account, all_, by_phone=True),
        account_suspended=account is not None and account.status is not UserStatus.ACTIVE,
    )


def _suits(wanted: Shift | None, shift: Shift | None) -> bool:
    return wanted is None or shift is None or wanted is shift


def _is_taken(text: str | None, own: AccountLine | None, all_: _Gathered, *, by_phone: bool) -> bool:
    """Whether somebody else signs in with this number or address, so that no account can be opened with it."""
    return (
        bool(text)
        and own is None
        and any(text == (each.phone if by_phone else each.email) for each in all_.accounts)
    )


def _paper_state(file: FileView | None) -> PaperState:
    if file is None:
        return PaperState.MISSING
    if file.is_refused:
        return PaperState.REFUSED
    return PaperState.WAITING if file.is_waiting else PaperState.RECEIVED


def _fee_standing(state: FeeState | None, *, asked: bool) -> FeeStanding:
    match state:
        case FeeState.CONFIRMED:
            return FeeStanding.CONFIRMED
        case FeeState.RECORDED:
            return FeeStanding.RECORDED
        case _:
            return FeeStanding.DUE if asked else FeeStanding.NOT_DUE


def _children_like(application: ApplicationView, students: Sequence[NumberedStudent]) -> list[KnownChild]:
    """Who may be the same child: the same number, else a name of the same letters and the same day of birth."""
    own = {text.casefold() for text in application.child_name.to_dict().values() if text}
    found = []
    for each in students:
        number = application.birth_registration_no
        by_number = bool(number) and each.birth_registration_no == number
        names = {text.casefold() for text in each.name.to_dict().values() if text}
        if by_number or (each.born_on == application.born_on and own & names):
            found.append(
                KnownChild(
                    each.id, each.student_no, each.name, by_number, each.status is StudentStatus.ACTIVE
                )
            )
    return found


def _differences(application: ApplicationView, guardian: KnownGuardian | None) -> tuple[Difference, ...]:
    """Side by side only for who may see the guardian's record anyway."""
    if guardian is None or not guardian.is_reached:
        return ()
    person = guardian.person
    known = {f"name_{script}": text or None for script, text in person.names.to_dict().items()}
    return differences_between(
        known | {"email": person.email, "address": person.address}, given_of(application)
    )


def given_of(application: ApplicationView) -> dict[str, str | None]:
    """What an application says of the guardian, by the fields of a person's record."""
    return {
        "name_bn": application.guardian_name_bn,
        "name_en": application.guardian_name_en,
        "name_ar": application.guardian_name_ar,
        "email": application.email,
        "address": whole_address(application.address, application.district),
    }


# --- a whole class


def list_enrollable(actor: Actor, cycle_id: UUID, class_id: UUID) -> list[ApplicationView]:
    """Who can be enrolled into a class, in the order in which they applied; at most `MOST_AT_ONCE`."""
    rows = session().scalars(
        select(Application)
        .where(
            within(actor, Permission.APPLICATIONS_ENROL),
            Application.cycle_id == cycle_id,
            Application.class_id == class_id,
            Application.status.in_(ENROLLABLE),
        )
        .order_by(Application.submitted_at, Application.id)
        .limit(MOST_AT_ONCE)
        .execution_options(populate_existing=True)
    )
    return [view_of(row) for row in rows]


def plan_class(
    actor: Actor, cycle_id: UUID, class_id: UUID, rule: SectionRule, today: date
) -> tuple[list[PlanLine], list[SectionView]]:
    """What enrolling everybody who can be would do: section by rule and what is missing; and the sections."""
    applications = list_enrollable(actor, cycle_id, class_id)
    if not applications:
        return [], []
    sections = sections_of(applications[0])
    checks = check_applications(actor, applications, sections, today)
    seats = choose_sections(
        rule, rooms_of(sections), seekers_of([each for each in applications if not checks[each.id].stops])
    )
    return [PlanLine(each, seats.get(each.id), checks[each.id]) for each in applications], sections


# --- afterwards


def can_be_undone(application_id: UUID) -> bool:
    """Whether there is a record of what the enrolment of an application made."""
    return (
        session().scalar(
            select(ApplicationEnrolment.id).where(
                ApplicationEnrolment.application_id == application_id,
                ApplicationEnrolment.undone_at.is_(None),
            )
        )
        is not None
    )


def list_student_papers(student_id: UUID) -> list[StudentPaperView]:
    """The papers in the file of a student whom the caller has found, in the order of the form."""
    rows = {
        row.document_type: row
        for row in session().scalars(select(StudentPaper).where(StudentPaper.student_id == student_id))
    }
    files = list_files([row.file_id for row in rows.values()])
    return [
        StudentPaperView(rows[kind].id, kind, files[rows[kind].file_id])
        for kind in DocumentKind
        if kind in rows and rows[kind].file_id in files
    ]
