"""Enrolment: checked first, papers moved to the student's file, a class at once, and taken back while it can be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.academics.models import Enrolment, Section
from app.domain.academics.types import SectionFull
from app.domain.accounts.models import OneTimeLink, User, UserRole
from app.domain.admissions.entry.models import ApplicationEnrolment, StudentPaper
from app.domain.admissions.entry.queries import (
    can_be_undone,
    check_application,
    list_student_papers,
    plan_class,
    sections_of,
    suggest_section,
)
from app.domain.admissions.entry.services import enrol_several, undo_enrolment
from app.domain.admissions.entry.types import (
    Check,
    ChildKnown,
    Finding,
    NothingToUndo,
    Pick,
    SectionRule,
    StandsOn,
    YearOver,
)
from app.domain.admissions.models import AdmissionCycle, AdmissionSeat, Application
from app.domain.admissions.offers.queries import family_offer
from app.domain.admissions.offers.services import accept_offer
from app.domain.admissions.queries import get_application, list_documents, list_events
from app.domain.admissions.services import enrol_applicant
from app.domain.admissions.types import (
    ApplicationStatus,
    ApplicationView,
    DocumentKind,
    Enrolled,
    NotAllowedNow,
    ReasonMissing,
)
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.types import AttendanceStatus
from app.domain.audit.models import AuditEntry
from app.domain.kernel import clock
from app.domain.kernel.access import Role, visitor
from app.domain.kernel.errors import NotFound, Stale
from app.domain.outbox.models import OutboxMessage
from app.domain.people.models import Guardian, Person, Student, StudentGuardian
from app.domain.people.types import PersonChanged
from app.extensions import db as extension
from app.uow import session, transaction
from tests.support.applications import TODAY, decided, link_to
from tests.support.cast import CAST, Cast
from tests.support.locks import until_somebody_waits
from tests.support.queries import QueryCounter

OTHER: dict[str, Any] = {
    "phone": "+8801911111111",
    "birth_registration_no": "20160000000000001",
    "child_name_en": "Arisha",
}
MADE = (
    Person,
    Student,
    Guardian,
    StudentGuardian,
    User,
    UserRole,
    OneTimeLink,
    Enrolment,
    StudentPaper,
)


def enrol(application: ApplicationView, section: UUID = CAST.section_7a, **more: Any) -> Enrolled:
    usual: dict[str, Any] = {"today": TODAY, "invitation_link": link_to, "version": application.version}
    return enrol_applicant(CAST.farida.actor, application.id, section, **(usual | more))


def undo(application_id: UUID, reason: str = "Wrong child.") -> None:
    now = get_application(CAST.farida.actor, application_id)
    undo_enrolment(CAST.farida.actor, application_id, reason=reason, version=now.version, status_link=link_to)


def check(application: ApplicationView, today: date = TODAY) -> Check:
    return check_application(CAST.farida.actor, application, sections_of(application), today)


def found(check_: Check) -> set[Finding]:
    return {each.what for each in (*check_.stops, *check_.look)}


def counts() -> list[int | None]:
    return [session().scalar(select(func.count()).select_from(table)) for table in MADE]


def test_a_complete_application_has_nothing_missing_and_checking_writes_nothing(cast: Cast) -> None:
    application = decided()
    before, log = counts(), session().scalar(select(func.count()).select_from(AuditEntry))
    assert found(check(application, date(2026, 11, 20))) == set()
    assert counts() == before
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == log


def test_everything_that_is_wrong_is_told_at_once(cast: Cast) -> None:
    enrol(decided())
    again = decided(phone=cast.rafi.phone, email=None)
    db = session()
    db.execute(update(AdmissionCycle).where(AdmissionCycle.id == cast.cycle).values(fee=200))
    db.execute(update(AdmissionCycle).where(AdmissionCycle.id == cast.cycle).values(papers=["guardian_nid"]))
    db.execute(update(Section).where(Section.class_id == cast.class_7).values(capacity=1))
    checked = check(get_application(cast.farida.actor, again.id))
    assert {Finding.PHONE_TAKEN, Finding.CHILD_KNOWN} <= {each.what for each in checked.stops}
    assert {Finding.PAPER_MISSING, Finding.FEE_UNPAID, Finding.NO_EMAIL} <= found(checked)


def test_the_same_child_is_not_enrolled_twice_from_two_applications(cast: Cast) -> None:
    first, second = decided(), decided(phone="+8801911111111", child_name_en="Rayan")
    made = enrol(first)
    before = counts()
    with pytest.raises(ChildKnown, match=made.student_no):
        enrol(second)
    assert counts() == before


def test_nobody_is_enrolled_into_a_year_that_is_over(cast: Cast) -> None:
    application = decided()
    with pytest.raises(YearOver):
        enrol(application, today=date(2030, 1, 1))
    assert check(application, date(2030, 1, 1)).stops[0].what is Finding.YEAR_OVER


def test_papers_stand_in_the_students_file_and_on_the_application(cast: Cast) -> None:
    application = decided()
    made = enrol(application)
    kinds = [paper.kind for paper in list_student_papers(made.student_id)]
    assert kinds == [DocumentKind.BIRTH_CERTIFICATE, DocumentKind.PHOTO]
    assert set(list_documents(application.id)) == set(kinds)


KNOWN: dict[str, Any] = {"phone": "+8801711000001", "guardian_name": "অন্য নাম", "email": "new@family.example"}


def test_what_is_known_of_a_guardian_is_shown_and_replaced_only_where_it_is_ticked(cast: Cast) -> None:
    application = decided(**KNOWN)
    checked = check(application)
    assert {each.name for each in checked.differences} == {"name_bn", "email", "address"}
    assert Finding.GUARDIAN_DIFFERS in found(checked)
    enrol(application, take=["email"], guardian_version=checked.guardian_version)
    dalia = session().get_one(Person, cast.dalia.person_id)
    assert (dalia.name_bn, dalia.email, dalia.address) == ("ডালিয়া আক্তার", "new@family.example", None)
    undo(application.id)
    session().expire_all()
    assert session().get_one(Person, cast.dalia.person_id).email is None
    assert session().scalar(select(User.id).where(User.person_id == cast.dalia.person_id))


def test_a_guardian_who_was_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    application = decided(**KNOWN)
    checked = check(application)
    with transaction() as db:
        db.get_one(Person, cast.dalia.person_id).address = "Another street"
    with pytest.raises(PersonChanged):
        enrol(application, take=["address"], guardian_version=checked.guardian_version)
    assert session().get_one(Person, cast.dalia.person_id).address == "Another street"


def test_a_guardian_of_another_campus_is_recognised_and_not_laid_open(cast: Cast) -> None:
    from tests.support.twins import add_twins

    add_twins()
    application = decided(phone="+8801711000077")
    checked = check(application)
    assert checked.differences == () and Finding.GUARDIAN_ELSEWHERE in found(checked)


# --- taking it back


def test_taking_back_removes_all_that_was_made_and_nothing_else(cast: Cast) -> None:
    application = decided()
    before = counts()
    enrol(application)
    assert can_be_undone(application.id)
    undo(application.id)
    assert counts() == before
    now = get_application(cast.farida.actor, application.id)
    assert (now.status, now.student_id) == (ApplicationStatus.OFFERED, None)
    last = list_events(application.id)[-1]
    assert (last.from_status, last.note, last.details["enrolment_undone"]) == (
        ApplicationStatus.ENROLLED,
        "Wrong child.",
        True,
    )
    letter = session().scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert letter is not None and "Wrong child." in letter.body
    kept = session().scalars(select(ApplicationEnrolment)).one()
    assert kept.undone_by == cast.farida.user_id
    actions = session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert "application.enrolment_undone" in actions
    assert enrol(now).roll_number == 3, "and it can be enrolled again"


def test_after_taking_back_a_family_that_had_not_answered_can_answer(cast: Cast) -> None:
    application = decided()
    enrol(application)
    undo(application.id)
    assert family_offer(application.id).can_answer
    enrol(get_application(cast.farida.actor, application.id))
    with clock.stopped_at(clock.now() + timedelta(days=30)):
        undo(application.id)
        assert family_offer(application.id).can_answer, "its time begins again where it was over"
        accept_offer(visitor("bn"), application.id)
    now = get_application(cast.farida.actor, application.id)
    assert now.status is ApplicationStatus.ACCEPTED


def test_a_sister_is_not_enrolled_under_a_guardian_who_is_being_taken_back(real_app: Flask) -> None:
    with real_app.app_context():
        application = decided()
        sister = decided(birth_registration_no="20160000000000001", child_name_en="Arisha")
        enrol(application)

    def enrol_sister() -> None:
        with real_app.app_context():
            try:
                enrol(sister)
            finally:
                extension.session.remove()

    with ThreadPoolExecutor(max_workers=1) as pool, real_app.app_context():
        with transaction() as db:
            undo(application.id)
            going = pool.submit(enrol_sister)
            until_somebody_waits(db)
        going.result()
        assert get_application(CAST.farida.actor, sister.id).status is ApplicationStatus.ENROLLED


def test_taking_back_keeps_a_teachers_account_and_takes_only_the_role(cast: Cast) -> None:
    phone = "+8801733000001"
    with transaction() as db:
        db.get_one(Person, cast.bashir.person_id).phone = phone
        db.add(Guardian(person_id=cast.bashir.person_id))
    application = decided(phone=phone)
    roles = select(UserRole.role).where(UserRole.user_id == cast.bashir.user_id)
    enrol(application)
    assert Role.GUARDIAN in session().scalars(roles).all()
    undo(application.id)
    assert session().scalars(roles).all() == [Role.TEACHER]


def mark(made: Enrolled, application: ApplicationView) -> None:
    register = Register(campus_id=CAST.campus, section_id=CAST.section_7a, date=TODAY)
    session().add(register)
    session().flush()
    session().add(
        Attendance(
            register_id=register.id, student_id=made.student_id, date=TODAY, status=AttendanceStatus.PRESENT
        )
    )


def use(made: Enrolled, application: ApplicationView) -> None:
    session().execute(update(User).where(User.phone == application.phone).values(last_login_at=func.now()))


def follow(made: Enrolled, application: ApplicationView) -> None:
    sibling = decided(child_name_en="Arisha", birth_registration_no="20160000000000001")
    enrol(sibling)


@pytest.mark.parametrize(
    ("depend", "why"),
    [(mark, "Attendance"), (use, "account"), (follow, "linked since")],
)
def test_what_depends_on_it_keeps_it_and_is_told(cast: Cast, depend: Any, why: str) -> None:
    application = decided()
    depend(enrol(application), application)
    session().flush()
    before = counts()
    with pytest.raises(StandsOn, match=why):
        undo(application.id)
    assert counts() == before
    assert get_application(cast.farida.actor, application.id).status is ApplicationStatus.ENROLLED


def test_taking_back_needs_a_reason_and_somebody_who_may(cast: Cast) -> None:
    application = decided()
    enrol(application)
    now = get_application(cast.farida.actor, application.id)
    more: dict[str, Any] = {"version": now.version, "status_link": link_to}
    with pytest.raises(ReasonMissing):
        undo_enrolment(cast.farida.actor, now.id, reason="", **more)
    with pytest.raises(NotFound):
        undo_enrolment(cast.jamil.actor, now.id, reason="x", **more)
    with pytest.raises(Stale):
        undo_enrolment(cast.farida.actor, now.id, reason="x", **(more | {"version": application.version}))
    undo(application.id)
    with pytest.raises(NotAllowedNow):
        undo(application.id)


def test_an_enrolment_older_than_the_record_cannot_be_taken_back(cast: Cast) -> None:
    application = decided()
    enrol(application)
    session().query(ApplicationEnrolment).delete()
    with pytest.raises(NothingToUndo):
        undo(application.id)


def test_two_who_enrol_and_two_who_take_back_at_once_do_it_once(real_app: Flask) -> None:
    with real_app.app_context():
        application = decided()

    def at_once(act: Any) -> list[str]:
        def one(_: int) -> str:
            with real_app.app_context():
                try:
                    act()
                except (Stale, NotAllowedNow) as error:
                    return type(error).__name__
                finally:
                    extension.session.remove()
                return "done"

        with ThreadPoolExecutor(max_workers=4) as pool:
            return sorted(pool.map(one, range(4)))

    assert at_once(lambda: enrol(application)).count("done") == 1
    with real_app.app_context():
        now = get_application(CAST.farida.actor, application.id)
        assert session().scalar(select(func.count()).select_from(StudentPaper)) == 2

    def back() -> None:
        undo_enrolment(CAST.farida.actor, now.id, reason="x", version=now.version, status_link=link_to)

    assert at_once(back).count("done") == 1
    with real_app.app_context():
        assert session().scalar(select(func.count()).select_from(StudentPaper)) == 0


# --- a whole class


def test_a_class_is_planned_by_rule_and_enrolled_child_by_child(cast: Cast, queries: QueryCounter) -> None:
    first = decided()
    plan_class(cast.farida.actor, cast.cycle, cast.class_7, SectionRule.EVEN, TODAY)
    with queries.counted() as few:
        plan_class(cast.farida.actor, cast.cycle, cast.class_7, SectionRule.EVEN, TODAY)
    second = decided(**OTHER)
    known = decided(phone="+8801922222222", child_name_en="Rayan")
    with queries.counted() as more:
        lines, sections = plan_class(cast.farida.actor, cast.cycle, cast.class_7, SectionRule.EVEN, TODAY)
    assert len(more) == len(few), "as many statements for three children as for one"
    assert [line.application.id for line in lines] == [first.id, second.id, known.id]
    assert {line.section_id for line in lines} <= {each.id for each in sections}
    picks = [
        Pick(line.application.id, line.section_id, line.application.version)
        for line in lines
        if line.section_id
    ]
    outcomes = enrol_several(cast.farida.actor, picks, today=TODAY, invitation_link=link_to)
    assert [bool(each.enrolled) for each in outcomes] == [True, True, False]
    assert isinstance(outcomes[2].error, ChildKnown)
    assert get_application(cast.farida.actor, known.id).status is ApplicationStatus.OFFERED
    again = enrol_several(cast.farida.actor, picks, today=TODAY, invitation_link=link_to)
    assert not any(each.enrolled for each in again), "a second press does nothing"


def test_the_cycle_says_how_sections_are_chosen_until_somebody_says_otherwise(cast: Cast) -> None:
    enrol(decided())
    second = decided(**OTHER)
    expected = {SectionRule.EVEN: cast.section_7b, SectionRule.FILL: cast.section_7a}
    for stored, section in expected.items():
        session().execute(
            update(AdmissionSeat).where(AdmissionSeat.class_id == cast.class_7).values(section_rule=stored)
        )
        assert suggest_section(second, sections_of(second)) == section
        for asked in (None, *expected):
            (line,), _ = plan_class(cast.farida.actor, cast.cycle, cast.class_7, asked, TODAY)
            assert line.section_id == expected[asked or stored]


def test_one_full_section_stops_one_child_and_not_the_others(cast: Cast) -> None:
    session().execute(update(Section).where(Section.id == cast.section_7b).values(capacity=1))
    applications = [decided(), decided(**OTHER)]
    picks = [Pick(each.id, cast.section_7b, each.version) for each in applications]
    outcomes = enrol_several(cast.farida.actor, picks, today=TODAY, invitation_link=link_to)
    assert outcomes[0].enrolled and isinstance(outcomes[1].error, SectionFull)
    assert session().scalar(select(func.count()).where(Application.status == ApplicationStatus.ENROLLED)) == 1
