"""From a plan to a school: what is stored, what a second run does, and what a refused row costs."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.domain.academics.importing.places import CampusUnclear
from app.domain.academics.importing.report import Outcome, Report
from app.domain.academics.importing.roster import import_roster
from app.domain.academics.models import (
    AcademicYear,
    Campus,
    Enrolment,
    SchoolClass,
    Section,
    Subject,
    SubjectGroup,
    SubjectGroupStudent,
    SubjectGroupTeacher,
    Term,
)
from app.domain.academics.services import enrol_student
from app.domain.academics.types import EnrolmentStatus
from app.domain.accounts.models import User, UserRole
from app.domain.audit.models import AuditEntry
from app.domain.kernel.access import SYSTEM, Role
from app.domain.kernel.errors import Forbidden
from app.domain.kernel.texts import LocalText
from app.domain.people.models import Guardian, Person, StaffMember, Student, StudentGuardian
from app.domain.people.services import add_person, add_student
from app.domain.people.types import Gender, Relationship, StudentStatus
from app.integrations.oneroster import Plan, make_plan
from app.integrations.oneroster.reader import open_bundle
from app.uow import session
from tests.support.bundles import edited, small_bundle, with_row
from tests.support.cast import Cast
from tests.support.queries import QueryCounter

TODAY = date(2026, 11, 20)
SMALL = small_bundle()


def plan_of(files: dict[str, bytes]) -> Plan:
    """The plan of these files."""
    return make_plan(open_bundle(files))


def load(files: dict[str, bytes] = SMALL, **options: object) -> Report:
    """Import these files as the system does."""
    return import_roster(SYSTEM, plan_of(files), today=TODAY, **options)  # type: ignore[arg-type]  # the options are those of import_roster


def lines(report: Report, *outcomes: Outcome) -> list[str]:
    """The lines with one of these outcomes, as they are printed."""
    return [str(line) for line in report.sorted_lines() if line.outcome in outcomes]


def student(source_id: str) -> tuple[Student, Person]:
    """A student of the small bundle."""
    statement = select(Student, Person).join(Person, Person.id == Student.person_id)
    found, person = session().execute(statement.where(Student.source_id == source_id)).one()
    return found, person


def rolls(code: str) -> list[tuple[int, str]]:
    """Roll number and key of those in a section."""
    statement = (
        select(Enrolment.roll_number, Student.source_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Section, Section.id == Enrolment.section_id)
        .where(Section.code == code, Section.source_id.is_not(None))
        .order_by(Enrolment.roll_number)
    )
    return [(roll, source or "") for roll, source in session().execute(statement)]


@pytest.fixture
def db(cast: Cast) -> Session:
    """The database with the cast in it, forgotten afterwards."""
    return session()


def test_a_bundle_becomes_a_school(db: Session) -> None:
    report = load()
    campus = db.scalars(select(Campus).where(Campus.source_id == "school-1")).one()
    assert (campus.code, campus.name) == ("PADMA", LocalText("Padma Model School"))
    year = db.scalars(select(AcademicYear).where(AcademicYear.campus_id == campus.id)).one()
    assert (year.name, year.is_current) == ("2026", True)
    terms = db.scalars(select(Term).where(Term.campus_id == campus.id).order_by(Term.source_id)).all()
    assert [term.name for term in terms] == [
        LocalText("First term"),
        LocalText(bn="দ্বিতীয় পর্ব"),
    ]
    classes = db.execute(
        select(SchoolClass.code, SchoolClass.level)
        .where(SchoolClass.campus_id == campus.id)
        .order_by(SchoolClass.level)
    )
    assert [tuple(row) for row in classes] == [("KG", 0), ("6", 6), ("7", 7)]
    sections = {row.code: row for row in db.scalars(select(Section).where(Section.campus_id == campus.id))}
    assert set(sections) == {"6A", "7A", "KG"}
    assert sections["7A"].name == LocalText(bn="সপ্তম মেঘনা")
    assert sections["7A"].class_teacher_id is None
    teacher = db.scalars(select(StaffMember).where(StaffMember.source_id == "p-1")).one()
    assert sections["6A"].class_teacher_id == teacher.id
    assert rolls("6A") == [(1, "s-6"), (2, "s-1"), (3, "s-2")]
    assert lines(report, Outcome.REFUSED) == []
    assert report.count(Outcome.CREATED, "student") == 6


def test_subjects_belong_to_the_class_of_their_grade(db: Session) -> None:
    load()
    statement = (
        select(Subject.source_id, Subject.code, SchoolClass.code)
        .join(SchoolClass, SchoolClass.id == Subject.class_id, isouter=True)
        .where(Subject.source_id.is_not(None))
        .order_by(Subject.source_id)
    )
    assert [tuple(row) for row in db.execute(statement)] == [
        ("c-math6", "MATH", "6"),
        ("c-math7", "MATH", "7"),
        ("c-quran", "QURAN", None),
    ]


def test_groups_have_their_students_and_teachers(db: Session) -> None:
    load()
    students = (
        select(SubjectGroup.code, Student.source_id)
        .join(SubjectGroupStudent, SubjectGroupStudent.subject_group_id == SubjectGroup.id)
        .join(Student, Student.id == SubjectGroupStudent.student_id)
        .order_by(SubjectGroup.code)
    )
    assert [tuple(row) for row in db.execute(students)] == [("M6", "s-1"), ("Q", "s-3")]
    teachers = (
        select(SubjectGroup.code, StaffMember.designation)
        .join(SubjectGroupTeacher, SubjectGroupTeacher.subject_group_id == SubjectGroup.id)
        .join(StaffMember, StaffMember.id == SubjectGroupTeacher.staff_id)
        .order_by(SubjectGroup.code)
    )
    assert [tuple(row) for row in db.execute(teachers)] == [("M6", "Teacher"), ("Q", "Principal")]


def test_names_go_to_the_script_they_are_written_in(db: Session) -> None:
    load()
    assert student("s-1")[1].name_en == "Zayan Abdul Karim"
    assert (student("s-2")[1].name_en, student("s-2")[1].name_bn) == (None, "আয়েশা সিদ্দিকা")
    assert (student("s-3")[1].name_en, student("s-3")[1].name_ar) == (None, "فاطمة الزهراء")
    assert "zayan" in student("s-1")[1].search_key.split()


def test_names_that_look_like_code_are_stored_as_text(db: Session) -> None:
    load()
    assert student("s-4")[1].name_en == '=HYPERLINK("http://x.example") <b>Rafi</b>'


def test_people_are_stored_with_what_is_known_of_them(db: Session) -> None:
    report = load()
    child, person = student("s-1")
    assert (person.born_on, person.gender, child.admitted_on) == (
        date(2014, 3, 14),
        Gender.MALE,
        date(2026, 1, 4),
    )
    assert child.student_no.startswith("S26-")
    assert student("s-3")[1].gender is None
    assert student("s-5")[0].status is StudentStatus.INACTIVE
    phones = {
        row.name_en: row.phone
        for row in db.scalars(select(Person).join(Guardian, Guardian.person_id == Person.id))
        if row.name_en in ("Karim Uddin", "Nasrin Sultana", "Rahima Khatun")
    }
    assert phones == {
        "Karim Uddin": "+8801712345678",
        "Nasrin Sultana": None,
        "Rahima Khatun": "+8801812345678",
    }
    assert lines(report, Outcome.NOTED) == [
        "users.csv:9 noted user Nasrin Sultana: phone +1 202 555 0100 is no mobile number of Bangladesh "
        "and is left out",
        "users.csv:13 noted user Shila Das: not an address is no e-mail address and is left out",
    ]


def test_a_teacher_who_is_a_parent_is_one_person(db: Session) -> None:
    load()
    teacher = db.scalars(select(StaffMember).where(StaffMember.source_id == "p-1")).one()
    guardian = db.scalars(select(Guardian).where(Guardian.person_id == teacher.person_id)).one()
    assert guardian.source_id == "school-1:p-1"
    child = db.scalars(select(StudentGuardian).where(StudentGuardian.guardian_id == guardian.id)).one()
    assert child.student_id == student("s-6")[0].id
    assert child.is_primary


def test_the_first_guardian_named_is_the_primary_one(db: Session) -> None:
    load()
    statement = (
        select(Guardian.source_id, StudentGuardian.is_primary)
        .join(Guardian, Guardian.id == StudentGuardian.guardian_id)
        .where(StudentGuardian.student_id == student("s-1")[0].id)
        .order_by(Guardian.source_id)
    )
    assert [tuple(row) for row in db.execute(statement)] == [("school-1:g-1", True), ("school-1:g-2", False)]


def test_every_write_is_in_the_audit_log(db: Session) -> None:
    load()
    child = student("s-1")[0]
    actions = db.scalars(select(AuditEntry.action).where(AuditEntry.entity_id == child.id).order_by("action"))
    assert list(actions) == ["guardian.linked", "guardian.linked", "student.added", "student.enrolled"]
    assert db.scalar(select(func.count()).where(AuditEntry.action == "roster.imported")) == 1


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_second_run_changes_nothing(db: Session, version: str) -> None:
    files = small_bundle(version)
    load(files)
    entries = db.scalar(select(func.count()).select_from(AuditEntry))
    again = load(files)
    assert lines(again, Outcome.CREATED, Outcome.CHANGED) == []
    assert not again.has_changes
    assert db.scalar(select(func.count()).select_from(AuditEntry)) == entries


def test_both_versions_make_the_same_school_but_for_second_roles(db: Session) -> None:
    load(small_bundle("1.1"))
    again = load()
    assert lines(again, Outcome.CREATED, Outcome.CHANGED) == [
        "users.csv:11 created guardian Tahmina Haque",
        "users.csv:11 created guardian of a student Tahmina Haque for Anika Bari",
        "users.csv:12 changed staff Mizanur Rahman",
    ]


def test_a_dry_run_says_the_same_and_leaves_nothing(db: Session) -> None:
    tables = ("campuses", "persons", "students", "enrolments", "audit_logs", "counters", "subject_groups")

    def counted() -> list[int]:
        return [db.scalar(text(f"select count(*) from {table}")) or 0 for table in tables]  # noqa: S608  # names of our own tables

    before = counted()
    dry = load(dry_run=True)
    assert counted() == before
    real = load()
    assert [str(line) for line in dry.lines] == [str(line) for line in real.lines]


def test_changed_rows_change_only_what_differs(db: Session) -> None:
    load()
    files = edited(SMALL, "users.csv", "Zayan,Karim,Abdul", "Zayan,Karim,Abdur")
    files = edited(files, "users.csv", "s-5,,,false", "s-5,,,true")
    files = edited(files, "demographics.csv", "2014-03-14", "2014-03-15")
    files = edited(files, "academicSessions.csv", "First term", "Spring term")
    files = edited(files, "classes.csv", "Six Padma", "Six Jamuna")
    report = load(files)
    assert lines(report, Outcome.CREATED, Outcome.CHANGED) == [
        "academicSessions.csv:3 changed term Spring term: name",
        "classes.csv:2 changed section Six Jamuna: name",
        "demographics.csv:2 changed birth date and sex Zayan Abdur Karim: born_on",
        "users.csv:2 changed student Zayan Abdur Karim: name_en",
        "users.csv:6 changed student Left Early",
    ]
    entry = db.scalars(select(AuditEntry).where(AuditEntry.action == "person.changed")).one()
    assert entry.old_data == {"name_en": "Zayan Abdul Karim", "born_on": "2014-03-14"}
    assert entry.new_data == {"name_en": "Zayan Abdur Karim", "born_on": "2014-03-15"}
    assert student("s-1")[1].version == 2


def test_what_the_other_system_does_not_know_is_not_erased(db: Session) -> None:
    load()
    person = student("s-2")[1]
    person.born_on, person.name_en, person.phone = date(2014, 1, 2), "Ayesha Siddika", "+8801999999999"
    campus = db.scalars(select(Campus).where(Campus.source_id == "school-1")).one()
    campus.name = LocalText("Padma School", "পদ্মা বিদ্যালয়")
    section = db.scalars(select(Section).where(Section.source_id == "h-6a")).one()
    section.name = LocalText("Six Padma", "ষষ্ঠ পদ্মা")
    db.flush()
    assert not load().has_changes
    db.expire_all()
    assert student("s-2")[1].born_on == date(2014, 1, 2)
    assert section.name.bn == "ষষ্ঠ পদ্মা"


def test_those_who_graduated_here_stay_graduated(db: Session) -> None:
    load()
    child = student("s-1")[0]
    child.status = StudentStatus.GRADUATED
    db.flush()
    assert not load().has_changes
    assert child.status is StudentStatus.GRADUATED


def test_rows_that_are_gone_from_the_bundle_stay(db: Session) -> None:
    load()
    files = edited(SMALL, "enrollments.csv", "e-2,,,h-6a,school-1,s-2,student,,,\n", "")
    assert not load(files).has_changes
    assert len(rolls("6A")) == 3


def test_a_newcomer_gets_the_next_roll_number(db: Session) -> None:
    load()
    files = with_row(
        SMALL,
        "users.csv",
        sourcedId="s-9",
        enabledUser="true",
        givenName="Abrar",
        primaryOrgSourcedId="school-1",
    )
    files = with_row(
        files, "roles.csv", sourcedId="r-99", userSourcedId="s-9", role="student", orgSourcedId="school-1"
    )
    files = with_row(
        files, "enrollments.csv", sourcedId="e-99", classSourcedId="h-6a", userSourcedId="s-9", role="student"
    )
    load(files)
    assert rolls("6A") == [(1, "s-6"), (2, "s-1"), (3, "s-2"), (4, "s-9")]


def test_a_student_who_changes_the_home_room_keeps_the_enrolment(db: Session) -> None:
    load()
    report = load(edited(SMALL, "enrollments.csv", "e-2,,,h-6a", "e-2,,,h-7a"))
    assert [line for line in lines(report, Outcome.CHANGED) if "enrolment" in line] == [
        "enrollments.csv:3 changed enrolment আয়েশা সিদ্দিকা: section_id"
    ]
    assert rolls("6A") == [(1, "s-6"), (2, "s-1")]
    assert rolls("7A")[-1] == (3, "s-2")


def test_an_enrolment_that_ended_early_is_one_of_somebody_who_left(db: Session) -> None:
    load()
    files = edited(
        SMALL,
        "enrollments.csv",
        "e-2,,,h-6a,school-1,s-2,student,,,",
        "e-2,,,h-6a,school-1,s-2,student,,,2026-05-01",
    )
    load(files)
    row = db.scalars(select(Enrolment).where(Enrolment.source_id == "e-2")).one()
    assert (row.status, row.left_on) == (EnrolmentStatus.LEFT, date(2026, 5, 1))
    assert not load(files).has_changes
    assert not load().has_changes  # and nobody who left is brought back


def test_an_enrolment_that_had_ended_before_is_left_out(db: Session) -> None:
    files = edited(
        SMALL,
        "enrollments.csv",
        "e-2,,,h-6a,school-1,s-2,student,,,",
        "e-2,,,h-6a,school-1,s-2,student,,,2026-05-01",
    )
    report = load(files)
    assert "enrollments.csv:3 skipped enrolment আয়েশা সিদ্দিকা: ended before today" in lines(
        report, Outcome.SKIPPED
    )
    assert len(rolls("6A")) == 2


def crowd(count: int) -> dict[str, bytes]:
    """The small bundle with this many more children in 6A."""
    files = dict(SMALL)
    users = [f"x-{n},,,true,,,Child,Number {n}" + "," * 14 for n in range(count)]
    roles = [f"rx-{n},,,x-{n},primary,student,,,school-1," for n in range(count)]
    seats = [f"ex-{n},,,h-6a,school-1,x-{n},student,,," for n in range(count)]
    for name, more in (("users.csv", users), ("roles.csv", roles), ("enrollments.csv", seats)):
        files[name] += ("\n".join(more) + "\n").encode()
    return files


def test_a_section_gets_the_seats_it_needs(db: Session) -> None:
    load()
    section = db.scalars(select(Section).where(Section.source_id == "h-6a")).one()
    assert section.capacity == 40
    load(crowd(60))
    assert section.capacity == 63
    assert not load(crowd(60)).has_changes


def test_a_new_section_has_its_seats_at_once_and_no_more_than_it_can(db: Session) -> None:
    report = load(crowd(240))
    section = db.scalars(select(Section).where(Section.source_id == "h-6a")).one()
    assert section.capacity == 200
    assert report.count(Outcome.REFUSED, "enrolment") == 43
    assert "section 6A cannot hold more than 200 students" in lines(report, Outcome.REFUSED)[0]
    assert not load(crowd(240)).has_changes


def test_statements_do_not_grow_with_the_rows(db: Session, queries: QueryCounter) -> None:
    load()
    with queries.counted() as few:
        load(crowd(5))
    with queries.counted() as many:
        load(crowd(65))
    assert len(many) <= len(few) + 3


# --- what is here already


def test_a_named_campus_is_filled_and_its_own_things_are_recognised(db: Session, cast: Cast) -> None:
    report = load(campus_code="MAIN")
    campus = db.get_one(Campus, cast.campus)
    assert (campus.source_id, campus.name.en) == ("school-1", "Main Campus")
    year = db.get_one(AcademicYear, cast.year)
    assert year.source_id == "y26"
    assert "academicSessions.csv:2 changed academic year 2026: source_id" in lines(report, Outcome.CHANGED)
    taught = db.scalars(select(Section.class_id).where(Section.source_id == "h-7a")).one()
    assert taught == cast.class_7
    assert not load(campus_code="MAIN").has_changes
    assert not load().has_changes


def test_a_section_made_by_hand_is_recognised_by_its_code(db: Session, cast: Cast) -> None:
    files = edited(SMALL, "classes.csv", "c-home,7A", "c-home,A")
    load(files, campus_code="MAIN")
    section = db.get_one(Section, cast.section_7a)
    assert (section.source_id, section.name) == ("h-7a", LocalText("A", "সপ্তম মেঘনা", "أ"))
    assert section.class_teacher_id == cast.bashir.staff_id
    assert rolls("A") == [(1, ""), (2, ""), (3, "s-4"), (4, "s-3")]


def test_a_new_campus_can_be_given_its_code(db: Session) -> None:
    load(campus_code="NORTH")
    assert db.scalars(select(Campus.code).where(Campus.source_id == "school-1")).one() == "NORTH"


def test_a_taken_code_gives_way_to_the_next_one(db: Session, cast: Cast) -> None:
    load(edited(SMALL, "orgs.csv", "PADMA", "MAIN"))
    assert db.scalars(select(Campus.code).where(Campus.source_id == "school-1")).one() == "school-1"


def test_a_campus_without_a_free_code_costs_what_hangs_on_it(db: Session, cast: Cast) -> None:
    files = edited(SMALL, "orgs.csv", "Padma Model School,school,PADMA", "MAIN,school,MAIN")
    for file in ("orgs.csv", "classes.csv", "courses.csv", "users.csv", "roles.csv"):
        files[file] = files[file].replace(b"school-1", b"a-school-with-a-long-key")
    report = load(edited(files, "orgs.csv", "MAIN,school", "M A I N,school"))
    refused = lines(report, Outcome.REFUSED)
    assert any("orgs.csv:3 refused campus M A I N: no free code for it" in line for line in refused)
    assert not report.has_changes
    reason = "its campus a-school-with-a-long-key is not imported (orgs.csv:3)"
    assert f"users.csv:2 refused student Zayan Abdul Karim: {reason}" in refused


def test_a_school_stays_in_the_campus_it_was_imported_into(db: Session, cast: Cast) -> None:
    load()
    with pytest.raises(CampusUnclear, match="was imported into campus PADMA before, not into MAIN"):
        load(campus_code="MAIN")
    files = {name: data.replace(b"school-1", b"school-2") for name, data in SMALL.items()}
    with pytest.raises(CampusUnclear, match="Campus PADMA holds another imported school, school-1"):
        load(files, campus_code="PADMA")
    two = with_row(SMALL, "orgs.csv", sourcedId="school-2", name="Jamuna", type="school")
    with pytest.raises(CampusUnclear, match="this one has 2"):
        load(two, campus_code="MAIN")


def test_the_same_keys_of_another_school_are_other_people(db: Session) -> None:
    load()
    load(
        {
            name: data.replace(b"school-1", b"school-2").replace(b"PADMA", b"MEGHNA")
            for name, data in SMALL.items()
        }
    )
    assert db.scalar(select(func.count()).where(Student.source_id == "s-1")) == 2
    keys = db.scalars(
        select(Guardian.source_id).where(Guardian.source_id.like("%:g-1")).order_by(Guardian.source_id)
    )
    assert list(keys) == ["school-1:g-1", "school-2:g-1"]


def test_an_enrolment_made_by_hand_is_taken_over(db: Session, cast: Cast) -> None:
    load()
    files = with_row(
        SMALL,
        "users.csv",
        sourcedId="s-9",
        enabledUser="true",
        givenName="Abrar",
        primaryOrgSourcedId="school-1",
    )
    files = with_row(
        files, "roles.csv", sourcedId="r-99", userSourcedId="s-9", role="student", orgSourcedId="school-1"
    )
    load(files)
    section = db.scalars(select(Section).where(Section.source_id == "h-6a")).one()
    enrol_student(SYSTEM, student("s-9")[0].id, section.id, enrolled_on=TODAY)
    files = with_row(
        files, "enrollments.csv", sourcedId="e-99", classSourcedId="h-6a", userSourcedId="s-9", role="student"
    )
    report = load(files)
    assert [line for line in lines(report, Outcome.CHANGED) if "Abrar" in line] == [
        "enrollments.csv:14 changed enrolment Abrar: source_id"
    ]
    assert not load(files).has_changes


def test_people_of_the_office_are_left_alone(db: Session, cast: Cast) -> None:
    person = add_person(SYSTEM, name_en="Zayan Abdul Karim")
    own = add_student(SYSTEM, person, cast.campus, admitted_on=TODAY)
    load(campus_code="MAIN")
    assert db.get_one(Student, own).source_id is None
    assert student("s-1")[0].id != own


# --- rows that our school refuses


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            ("users.csv", "Anika,Bari", "x" * 150 + "," + "y" * 150),
            [
                "refused student",
                "the name is longer than 200 characters",
                "its user s-6 is not imported (users.csv:7)",
            ],
        ),
        (
            ("users.csv", "Anika,Bari", "\u202e\u200b,\u202e"),
            ["the name holds no character that can be shown"],
        ),
        (
            (
                "academicSessions.csv",
                "y26,,,2026,schoolYear,2026-01-01,2026-12-31",
                "y26,,,2026,schoolYear,1990-01-01,1990-12-31",
            ),
            ["not between 2000 and 2099", "its academic year y26 is not imported (academicSessions.csv:2)"],
        ),
        (
            ("academicSessions.csv", "2026-07-01,2026-12-31", "2026-07-01,2027-02-01"),
            ["term দ্বিতীয় পর্ব: not inside the year 2026"],
        ),
        (
            ("academicSessions.csv", ",2026,schoolYear", f",{'z' * 60},schoolYear"),
            ["This text is too long: at most 50 characters."],
        ),
        (
            ("enrollments.csv", "e-4,,,h-7a,school-1,s-4", "e-4,,,h-7a,school-1,s-1"),
            ["the student has a home room in this year already (enrollments.csv:2)"],
        ),
        (
            ("enrollments.csv", "e-8,,,k-m6,school-1,s-1", "e-8,,,k-q,school-1,s-3"),
            ["student of a group فاطمة الزهراء: stands in enrollments.csv:9 already"],
        ),
        (("enrollments.csv", "p-3,teacher,false", "p-2,teacher,true"), []),
        (
            (
                "enrollments.csv",
                "e-7,,,h-7a,school-1,p-3,teacher,false",
                "e-7,,,h-6a,school-1,p-3,teacher,true",
            ),
            ["class teacher Shila Das: section 6A has another primary teacher in this bundle"],
        ),
    ],
)
def test_a_row_our_school_refuses_costs_only_itself(
    db: Session, edit: tuple[str, str, str], expected: list[str]
) -> None:
    report = load(edited(SMALL, *edit))
    refused = "\n".join(lines(report, Outcome.REFUSED))
    for words in expected:
        assert words in refused
    assert bool(refused) == bool(expected)
    assert report.count(Outcome.CREATED, "guardian") == 4
    assert not load(edited(SMALL, *edit)).has_changes


def test_a_birth_date_to_come_is_left_out(db: Session) -> None:
    report = load(edited(SMALL, "demographics.csv", "2014-03-14", "2027-03-14"))
    assert student("s-1")[1].born_on is None
    assert "birth date 2027-03-14 lies in the future and is left out" in "\n".join(
        lines(report, Outcome.NOTED)
    )


def test_a_term_within_a_term_is_left_out_because_a_day_lies_in_one(db: Session) -> None:
    skipped = lines(load(), Outcome.SKIPPED)
    assert "academicSessions.csv:5 skipped term Quarter 1: overlaps with the term First term" in skipped


def test_terms_can_be_moved_together(db: Session) -> None:
    load()
    files = edited(SMALL, "academicSessions.csv", "2026-01-01,2026-06-30", "2026-01-01,2026-08-31")
    files = edited(files, "academicSessions.csv", "2026-07-01,2026-12-31", "2026-09-01,2026-12-31")
    assert lines(load(files), Outcome.CHANGED) == [
        "academicSessions.csv:3 changed term First term: ends_on",
        "academicSessions.csv:4 changed term দ্বিতীয় পর্ব: starts_on",
    ]


def test_a_year_beside_one_it_overlaps_is_refused_with_all_that_lies_in_it(db: Session, cast: Cast) -> None:
    files = edited(SMALL, "academicSessions.csv", "y26,,,2026,", "y26,,,2026-27,")
    report = load(files, campus_code="MAIN")
    refused = lines(report, Outcome.REFUSED)
    assert refused[0] == (
        "academicSessions.csv:2 refused academic year 2026-27: it overlaps with the academic year 2026"
    )
    assert report.count(Outcome.CREATED, "section") == 0
    assert report.count(Outcome.CREATED, "student") == 6


def test_subjects_with_the_same_code_are_kept_apart(db: Session) -> None:
    files = edited(SMALL, "courses.csv", "Mathematics,MATH,07", "Mathematics again,MATH,06")
    load(files)
    codes = db.execute(select(Subject.source_id, Subject.code).where(Subject.source_id.like("c-math%")))
    assert dict(row for row in codes) == {"c-math6": "MATH", "c-math7": "c-math7"}
    assert not load(files).has_changes


def test_long_codes_of_sections_are_shortened_and_stay(db: Session) -> None:
    files = edited(SMALL, "classes.csv", "c-home,6A", "c-home,Home room of the sixth grade")
    load(files)
    assert db.scalars(select(Section.code).where(Section.source_id == "h-6a")).one() == "Home room of the six"
    assert not load(files).has_changes


# --- accounts, and who may


def test_teachers_get_accounts_nobody_can_sign_in_to_yet(db: Session) -> None:
    report = load(accounts=True)
    assert [line for line in lines(report, Outcome.CREATED) if "account" in line] == [
        "users.csv:11 created account Tahmina Haque: tahmina@padma.example"
    ]
    user = db.scalars(select(User).where(User.email == "tahmina@padma.example")).one()
    assert user.password_hash is None
    assert db.scalars(select(UserRole.role).where(UserRole.user_id == user.id)).all() == [Role.TEACHER]
    assert not load(accounts=True).has_changes


def test_an_address_of_somebody_else_gets_no_account(db: Session, cast: Cast) -> None:
    files = edited(SMALL, "users.csv", "tahmina@padma.example", "Bashir@smart-academy.example")
    report = load(files, accounts=True)
    assert "belongs to another account" in lines(report, Outcome.REFUSED)[0]


def test_only_those_who_run_campuses_may_import(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        import_roster(cast.amina.actor, plan_of(SMALL), today=TODAY)
    assert import_roster(cast.hasan.actor, plan_of(SMALL), today=TODAY, dry_run=True).has_changes


def test_what_a_parent_is_to_a_child_is_for_the_office_to_say(db: Session) -> None:
    load()
    assert set(
        db.scalars(
            select(StudentGuardian.relationship).where(StudentGuardian.student_id == student("s-1")[0].id)
        )
    ) == {Relationship.GUARDIAN}
