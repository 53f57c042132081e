"""The office's side: the queue, one application, decisions and enrolment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.academics.models import Enrolment, Section
from app.domain.academics.types import SectionFull
from app.domain.accounts.models import OneTimeLink, User, UserRole
from app.domain.accounts.types import PhoneTaken
from app.domain.admissions import services
from app.domain.admissions.desk.queries import (
    count_by_status,
    find_place,
    list_duplicates,
    list_queue,
    list_queue_classes,
)
from app.domain.admissions.desk.types import QueueFilter
from app.domain.admissions.models import Application
from app.domain.admissions.queries import get_application, list_events
from app.domain.admissions.services import (
    add_note,
    decide_application,
    enrol_applicant,
    withdraw_application,
)
from app.domain.admissions.types import (
    ApplicationStatus,
    DuplicateReason,
    Enrolled,
    EventKind,
    NotAllowedNow,
    OtherClass,
    ReasonMissing,
)
from app.domain.kernel.access import Role, visitor
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.domain.outbox.models import OutboxMessage
from app.domain.people.models import Guardian, Person, Student, StudentGuardian
from app.domain.people.services import PersonFields, register_guardian
from app.extensions import db as extension
from app.uow import session, transaction
from tests.support.applications import TODAY, decided, draft, link_to, sent
from tests.support.cast import Cast
from tests.support.locks import until_somebody_waits

EVERYTHING = QueueFilter()
_BIRTH_NO = "birth_registration_no"


def enrol(cast: Cast, application_id: UUID, section: UUID, version: int) -> Enrolled:
    return enrol_applicant(
        cast.farida.actor,
        application_id,
        section,
        version=version,
        today=TODAY,
        invitation_link=link_to,
    )


def test_the_queue_holds_what_was_sent_newest_first(cast: Cast) -> None:
    draft()
    first, second = sent(), sent(child_name_en="Arisha Noor", child_name_bn="আরিশা নূর")
    page = list_queue(cast.farida.actor, EVERYTHING, 1, 2)
    assert [row.id for row in page] == [second.id, first.id]
    assert count_by_status(cast.farida.actor, EVERYTHING) == {ApplicationStatus.SUBMITTED: 2}


def test_another_campus_sees_nothing_of_it(cast: Cast) -> None:
    application = sent()
    for member in (cast.jamil, cast.bashir, cast.dalia, cast.ishrat):
        assert list(list_queue(member.actor, EVERYTHING, 1, 0)) == []
        with pytest.raises(NotFound):
            get_application(member.actor, application.id)
    with pytest.raises(NotFound):
        decide_application(
            cast.jamil.actor,
            application.id,
            ApplicationStatus.OFFERED,
            reason="x",
            version=application.version,
            status_link=link_to,
        )
    with pytest.raises(NotFound):
        add_note(cast.jamil.actor, application.id, "x")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("raiyan", True),
        ("Hosain", True),
        ("রাইয়ান", True),
        ("শাহানা", True),
        ("01812-345678", True),
        ("০১৮১২৩৪৫৬৭৮", True),
        ("345678", True),
        ("20146119483104270", True),
        ("", True),
        ("Somebody", False),
        ("01999999999", False),
        ("%", False),
        ("' OR 1=1--", False),
        ('"><svg onload=alert(1)>', False),
    ],
)
def test_applications_are_found_by_name_number_and_phone(cast: Cast, query: str, found: bool) -> None:
    sent()
    counts = count_by_status(cast.farida.actor, QueueFilter(query=query))
    assert bool(counts) is found


def test_a_reference_is_found_however_it_is_typed(cast: Cast) -> None:
    application = sent()
    assert application.reference
    for typed in (application.reference, application.reference.lower().replace("-", " ")):
        assert count_by_status(cast.farida.actor, QueueFilter(query=typed))


def test_the_queue_is_narrowed_by_class_and_state(cast: Cast) -> None:
    sent(class_id=cast.class_6)
    decided(ApplicationStatus.OFFERED)
    actor = cast.farida.actor
    assert count_by_status(actor, QueueFilter(class_id=cast.class_6)) == {ApplicationStatus.SUBMITTED: 1}
    assert len(list_queue(actor, QueueFilter(status=ApplicationStatus.OFFERED), 1, 1)) == 1
    assert [label.level for label in list_queue_classes(actor)] == [6, 7]


def test_neighbours_are_those_of_the_filter(cast: Cast) -> None:
    oldest, other, newest = sent(), sent(class_id=cast.class_6), sent()
    wanted = QueueFilter(class_id=cast.class_7)
    place = find_place(cast.farida.actor, wanted, oldest)
    assert (place.position, place.previous_id, place.next_id) == (2, newest.id, None)
    middle = find_place(cast.farida.actor, EVERYTHING, other)
    assert (middle.position, middle.previous_id, middle.next_id) == (2, newest.id, oldest.id)


def test_possible_duplicates_are_told_with_their_reason(cast: Cast) -> None:
    first = sent()
    same_name = sent(birth_registration_no="20149999999999999", phone="+8801911111111")
    sibling = sent(child_name_en="Arisha", child_name_bn="আরিশা", birth_registration_no="20168888888888888")
    found = {each.id: each.reason for each in list_duplicates(cast.farida.actor, first)}
    assert found == {same_name.id: DuplicateReason.NAME_AND_BIRTH, sibling.id: DuplicateReason.PHONE}
    twin = sent(child_name_en="X", child_name_bn="রাফি", phone="+8801911111112")
    assert list_duplicates(cast.farida.actor, first)[0].id == twin.id
    assert list_duplicates(cast.jamil.actor, first) == []


def test_a_decision_is_recorded_and_the_family_told_why(cast: Cast) -> None:
    application = decided(ApplicationStatus.WAITLISTED)
    assert application.status is ApplicationStatus.WAITLISTED
    event = list_events(application.id)[-1]
    assert (event.kind, event.from_status, event.to_status) == (
        EventKind.DECIDED,
        ApplicationStatus.SUBMITTED,
        ApplicationStatus.WAITLISTED,
    )
    assert event.by is not None and event.by.en == "Farida Yasmin" and event.note == "A good fit."
    assert event.details["version"] == application.version
    mail = session().scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert mail is not None and mail.kind == "application.waitlisted" and "A good fit." in mail.body


def test_a_decision_on_an_old_page_is_refused_and_changes_nothing(cast: Cast) -> None:
    application = sent()
    actor = cast.farida.actor
    decide_application(
        actor,
        application.id,
        ApplicationStatus.SHORTLISTED,
        reason="",
        version=application.version,
        status_link=link_to,
    )
    with pytest.raises(Stale):
        decide_application(
            cast.amina.actor,
            application.id,
            ApplicationStatus.REJECTED,
            reason="No",
            version=application.version,
            status_link=link_to,
        )
    now = get_application(actor, application.id)
    assert now.status is ApplicationStatus.SHORTLISTED
    with pytest.raises(NotAllowedNow):
        decide_application(
            actor, now.id, ApplicationStatus.SHORTLISTED, reason="x", version=now.version, status_link=link_to
        )
    with pytest.raises(ReasonMissing):
        decide_application(
            actor, now.id, ApplicationStatus.REJECTED, reason="", version=now.version, status_link=link_to
        )


def test_notes_are_for_the_office_only(cast: Cast) -> None:
    application = sent()
    add_note(cast.farida.actor, application.id, "Call the mother.")
    assert "Call the mother." in {event.note for event in list_events(application.id, notes=True)}
    assert "Call the mother." not in {event.note for event in list_events(application.id)}
    assert get_application(cast.farida.actor, application.id).version == application.version


def test_a_note_sent_twice_is_kept_once(cast: Cast) -> None:
    application = sent()
    for actor, words in [
        (cast.farida.actor, "Called."),
        (cast.farida.actor, "Called."),
        (cast.amina.actor, "Called."),
        (cast.farida.actor, "Called."),
    ]:
        add_note(actor, application.id, words)
    notes = [event for event in list_events(application.id, notes=True) if event.kind is EventKind.NOTE]
    assert len(notes) == 3


def test_the_desk_and_an_application_do_not_make_two_of_one_guardian(real_app: Flask) -> None:
    from tests.support.cast import CAST

    with real_app.app_context(), ThreadPoolExecutor(max_workers=1) as pool:
        application = decided()
        phone = application.phone

        def by_application() -> bool:
            with real_app.app_context():
                try:
                    return enrol(CAST, application.id, CAST.section_7b, application.version).guardian_is_new
                finally:
                    extension.session.remove()

        with transaction() as db:
            register_guardian(CAST.farida.actor, PersonFields(name_en="Shahana Akter", phone=phone))
            enrolling = pool.submit(by_application)
            until_somebody_waits(db)
        assert enrolling.result(10) is False
        with_phone = select(func.count()).select_from(Guardian).join(Person, Person.id == Guardian.person_id)
        assert session().scalar(with_phone.where(Person.phone == phone)) == 1


def test_enrolment_makes_the_whole_student_at_once(cast: Cast) -> None:
    application = decided()
    result = enrol(cast, application.id, cast.section_7a, application.version)
    now = get_application(cast.farida.actor, application.id)
    assert now.status is ApplicationStatus.ENROLLED and now.student_id == result.student_id
    assert result.roll_number == 3 and result.student_no.startswith("S26-00001-")
    student = session().get_one(Student, result.student_id)
    child = session().get_one(Person, student.person_id)
    assert (child.name_bn, child.born_on) == ("রাইয়ান হোসেন", application.born_on)
    assert student.birth_registration_no == "20146119483104270"
    link = (
        session()
        .scalars(select(StudentGuardian).where(StudentGuardian.student_id == result.student_id))
        .one()
    )
    guardian = session().get_one(Guardian, link.guardian_id)
    user = session().scalars(select(User).where(User.person_id == guardian.person_id)).one()
    assert (user.phone, user.email, user.locale) == ("+8801812345678", "shahana@family.example", "bn")
    assert session().scalars(select(UserRole.role).where(UserRole.user_id == user.id)).all() == [
        Role.GUARDIAN
    ]
    assert result.account_is_new and result.guardian_is_new and result.invitation
    kinds = session().scalars(select(OutboxMessage.kind).order_by(OutboxMessage.id)).all()
    assert kinds[-2:] == ["invitation", "application.enrolled"]


def test_an_existing_guardian_is_recognised_and_nothing_of_theirs_changed(cast: Cast) -> None:
    application = decided(phone="+8801711000001", guardian_name="অন্য নাম", email="other@family.example")
    people = session().scalar(select(func.count()).select_from(Person))
    result = enrol(cast, application.id, cast.section_7a, application.version)
    assert not result.guardian_is_new and not result.account_is_new and result.invitation is None
    assert session().scalar(select(func.count()).select_from(Person)) == (people or 0) + 1
    dalia = session().get_one(Person, cast.dalia.person_id)
    assert (dalia.name_bn, dalia.email, dalia.phone) == ("ডালিয়া আক্তার", None, "+8801711000001")
    children = session().scalar(
        select(func.count()).where(StudentGuardian.guardian_id == cast.dalia.guardian_id)
    )
    assert children == 3


def test_two_children_of_one_family_share_their_guardian(cast: Cast) -> None:
    first, second = decided(), decided(child_name_en="Arisha", birth_registration_no="20160000000000001")
    one = enrol(cast, first.id, cast.section_7a, first.version)
    two = enrol(cast, second.id, cast.section_7b, second.version)
    assert one.guardian_is_new and not two.guardian_is_new and two.invitation is None


def test_a_child_is_enrolled_once_and_only_in_the_class_applied_for(cast: Cast) -> None:
    application = decided()
    with pytest.raises(OtherClass):
        enrol(cast, application.id, cast.section_6a, application.version)
    for foreign in (cast.other_section_7a, uuid4()):
        with pytest.raises(NotFound):
            enrol(cast, application.id, foreign, application.version)
    enrol(cast, application.id, cast.section_7a, application.version)
    with pytest.raises(Stale):
        enrol(cast, application.id, cast.section_7a, application.version)
    now = get_application(cast.farida.actor, application.id)
    with pytest.raises(NotAllowedNow):
        enrol(cast, application.id, cast.section_7a, now.version)
    with pytest.raises(NotAllowedNow):
        withdraw_application(visitor("bn"), application.id)


def test_who_may_not_enrol_cannot(cast: Cast) -> None:
    application = decided()
    for member in (cast.jamil, cast.bashir, cast.dalia):
        with pytest.raises((NotFound, Forbidden)):
            enrol_applicant(
                member.actor,
                application.id,
                cast.section_7a,
                version=application.version,
                today=TODAY,
                invitation_link=link_to,
            )


def test_an_application_that_was_not_approved_is_not_enrolled(cast: Cast) -> None:
    application = sent()
    with pytest.raises(NotAllowedNow):
        enrol(cast, application.id, cast.section_7a, application.version)


def _counts() -> list[int | None]:
    tables = (Person, Student, Guardian, StudentGuardian, User, OneTimeLink, Enrolment, OutboxMessage)
    return [session().scalar(select(func.count()).select_from(table)) for table in tables]


def test_a_failure_at_the_last_step_leaves_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    application = decided()
    before = _counts()

    def broken(*args: object) -> tuple[str, str]:
        raise RuntimeError("the last step")

    monkeypatch.setattr(services, "enrolled_letter", broken)
    with pytest.raises(RuntimeError, match="the last step"):
        enrol(cast, application.id, cast.section_7a, application.version)
    assert _counts() == before
    assert get_application(cast.farida.actor, application.id).status is ApplicationStatus.OFFERED


def test_a_phone_that_is_somebody_elses_account_is_told_and_leaves_nothing(cast: Cast) -> None:
    assert cast.rafi.phone
    application = decided(phone=cast.rafi.phone)
    before = _counts()
    with pytest.raises(PhoneTaken):
        enrol(cast, application.id, cast.section_7a, application.version)
    assert _counts() == before


def test_a_full_section_leaves_nothing(cast: Cast) -> None:
    application = decided()
    session().execute(update(Section).where(Section.id == cast.section_7b).values(capacity=1))
    other = decided(phone="+8801911111111", birth_registration_no="20160000000000001")
    enrol(cast, other.id, cast.section_7b, other.version)
    before = _counts()
    with pytest.raises(SectionFull, match="all 1 seats"):
        enrol(cast, application.id, cast.section_7b, application.version)
    assert _counts() == before
    assert get_application(cast.farida.actor, application.id).status is ApplicationStatus.OFFERED


def test_many_enrolments_at_once_fill_exactly_the_seats(real_app: Flask) -> None:
    from tests.support.cast import CAST

    seats, families = 30, 200
    with real_app.app_context():
        with transaction() as db:
            db.execute(update(Section).where(Section.id == CAST.section_7b).values(capacity=seats))
        pattern = decided(email=None)
        with transaction() as db:
            row = db.get_one(Application, pattern.id)
            columns = {
                column.key: getattr(row, column.key)
                for column in Application.__mapper__.column_attrs
                if column.key not in {"id", "reference", "token_hash", "phone", "version", _BIRTH_NO}
            }
            for number in range(families):
                db.add(
                    Application(
                        **columns,
                        reference=f"T{number}",
                        token_hash=f"{number:064d}",
                        birth_registration_no=f"2014{number:013d}",
                        # Every fifth family sends two children.
                        phone=f"+88018{number - (number % 5 == 4):08d}",
                    )
                )
        versions = dict(
            session()
            .execute(select(Application.id, Application.version).where(Application.reference.like("T%")))
            .all()
        )

    def one(key: UUID) -> str:
        with real_app.app_context():
            try:
                enrol(CAST, key, CAST.section_7b, versions[key])
            except SectionFull:
                return "full"
            finally:
                extension.session.remove()
            return "seated"

    with ThreadPoolExecutor(max_workers=8) as pool:
        results = list(pool.map(one, versions))
    assert results.count("seated") == seats and results.count("full") == families - seats
    with real_app.app_context():
        rolls = (
            session()
            .scalars(select(Enrolment.roll_number).where(Enrolment.section_id == CAST.section_7b))
            .all()
        )
        assert sorted(rolls) == list(range(1, seats + 1))
        made = session().scalar(
            select(func.count()).select_from(Student).where(Student.student_no.like("S26-%"))
        )
        enrolled = session().scalar(
            select(func.count()).where(Application.status == ApplicationStatus.ENROLLED)
        )
        guardians = (
            session()
            .execute(
                select(func.count(), func.count(Person.phone.distinct()))
                .select_from(Guardian)
                .join(Person, Person.id == Guardian.person_id)
                .where(Person.phone.like("+88018%"))
            )
            .one()
        )
        accounts = session().scalar(select(func.count()).where(User.phone.like("+88018%")))
        last = session().scalars(select(Student.student_no).where(Student.student_no.like("S26-%"))).all()
    assert made == enrolled == seats
    assert guardians[0] == guardians[1] == accounts <= seats
    assert max(last).startswith(f"S26-{seats:05d}")
