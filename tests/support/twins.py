"""One row of every table at each of the two campuses, so that whatever is read across the wall shows.

The rows of the river campus are the twins of the main campus's: `TWINS[table]["main"]`, `TWINS[table]["river"]`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import Connection, event, text, update

from app.domain.academics.models import (
    CalendarEntry,
    Subject,
    SubjectGroup,
    SubjectGroupStudent,
    SubjectGroupTeacher,
    TeacherSubject,
    Term,
)
from app.domain.academics.timetable.models import BellTime, Lesson, Substitute
from app.domain.academics.types import DayKind
from app.domain.accounts.factors.models import HalfOpenSignIn, PasskeyChallenge, RecoveryCode
from app.domain.accounts.factors.types import ChallengePurpose
from app.domain.accounts.models import EmailChange, OneTimeLink, PhoneChange, ResetRequest, User
from app.domain.accounts.types import LinkPurpose
from app.domain.admissions.desk.models import (
    AdmissionBatch,
    AdmissionBatchLine,
    AdmissionMilestone,
    ApplicationMilestone,
    ApplicationPair,
    SavedQueueFilter,
)
from app.domain.admissions.desk.types import BulkAct, PairState
from app.domain.admissions.entry.models import ApplicationEnrolment, StudentPaper
from app.domain.admissions.fees.models import ApplicationFee
from app.domain.admissions.fees.types import FeeMethod, FeeState
from app.domain.admissions.forms.models import AdmissionForm, AdmissionFormVersion, FamilyCode
from app.domain.admissions.forms.rules import DEFAULT_FORM, add_field, dump_definition
from app.domain.admissions.forms.types import FieldKind, FormField
from app.domain.admissions.lottery.models import AdmissionDraw, AdmissionTicket
from app.domain.admissions.lottery.types import DrawState
from app.domain.admissions.messages.models import MessageText
from app.domain.admissions.models import (
    AdmissionCycle,
    AdmissionQuota,
    AdmissionSeat,
    AdmissionSeatPart,
    Application,
    ApplicationDocument,
    ApplicationEvent,
)
from app.domain.admissions.offers.models import AdmissionOffer
from app.domain.admissions.offers.types import OfferState
from app.domain.admissions.papers.models import AdmissionPaperKind
from app.domain.admissions.rankings.models import AdmissionRank, AdmissionRanking
from app.domain.admissions.scores.models import (
    ScoreMark,
    ScoreMarker,
    ScorePart,
    ScoreSitting,
    ScoreSlot,
    ScoreTies,
)
from app.domain.admissions.scores.types import PartKind
from app.domain.admissions.slips.models import AdmissionSlip
from app.domain.admissions.slips.types import SlipKind
from app.domain.admissions.types import ApplicationStatus, DocumentKind, EventKind, Method
from app.domain.attendance.checkin.models import CheckinEntry, CheckinWindow
from app.domain.attendance.concerns.models import Concern, ConcernEvent
from app.domain.attendance.concerns.types import ConcernAct, ConcernKind
from app.domain.attendance.leave.models import Leave
from app.domain.attendance.leave.types import LeaveReason
from app.domain.attendance.models import Attendance, AttendanceChange, Register, RegisterLock, RuleSet
from app.domain.attendance.notices.models import AbsenceNotice, NoticeWay
from app.domain.attendance.notices.types import Word
from app.domain.attendance.reports.models import AttendanceMonth, RegisterReminder
from app.domain.attendance.types import AttendanceStatus, Source
from app.domain.audit.models import AuditEntry
from app.domain.cms.models import Notice, Page
from app.domain.files.models import FileVariant, StoredFile
from app.domain.files.types import FileState, VariantName
from app.domain.kernel.ids import hash_token
from app.domain.kernel.texts import LocalText
from app.domain.outbox.models import OutboxMessage
from app.domain.outbox.types import Channel
from app.domain.people.models import Guardian, Person, StudentGuardian
from app.domain.people.types import Relationship
from app.integrations.storage import storage_from
from app.uow import session
from tests.support.cast import CAST, key

CAMPUSES = ("main", "river")
DAY = date(2026, 11, 19)
AT = datetime(2026, 11, 19, 5, tzinfo=UTC)
PAGE = key("page of the twins")


def twin(table: str, campus: str) -> UUID:
    """The key of the row that the twins add, or that the cast brings along."""
    known = {
        "campuses": {"main": CAST.campus, "river": CAST.other_campus},
        "students": {"main": CAST.rafi_student, "river": CAST.sadia_student},
        "guardians": {"main": CAST.dalia.guardian_id, "river": key("guardian river")},
        "staff": {"main": CAST.bashir.staff_id, "river": CAST.gias.staff_id},
        "academic_years": {"main": CAST.year, "river": CAST.other_year},
        "classes": {"main": CAST.class_7, "river": CAST.other_class_7},
        "sections": {"main": CAST.section_7a, "river": CAST.other_section_7a},
        "subjects": {"main": CAST.maths, "river": key("subjects river")},
        "admission_cycles": {"main": CAST.cycle, "river": key("admission_cycles river")},
    }
    return known.get(table, {}).get(campus) or key(f"{table} {campus}")


_WRITTEN: list[bytes] = []
"""What storing them said to the database the first time: saying it again takes a tenth of the time."""


def add_twins() -> None:
    """Store them. The cast must be there."""
    connection = session().connection()
    if not _WRITTEN:
        with _noted(connection):
            _store_twins()
        return
    connection.exec_driver_sql(b";".join(_WRITTEN).decode(), execution_options={"no_parameters": True})
    session().commit()
    session().expire_all()


@contextmanager
def _noted(connection: Connection) -> Iterator[None]:
    """Keep what is written in the block, with its values in it."""

    def note(conn: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            many = values if isinstance(values, list) else [values]
            _WRITTEN.extend(cursor.mogrify(statement, each) for each in many)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", note)


def _store_twins() -> None:
    db = session()
    db.add(Person(id=key("person guardian river"), name_en="Rina Islam", phone="+8801711000077"))
    db.add(
        Page(
            id=PAGE,
            slug="twins",
            title=LocalText("Twins"),
            content=LocalText("<p>Twins</p>"),
            is_published=True,
            published_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    )
    db.flush()
    db.add(Guardian(id=twin("guardians", "river"), person_id=key("person guardian river")))
    db.add(
        User(id=key("user guardian river"), person_id=key("person guardian river"), phone="+8801711000077")
    )
    db.flush()
    for campus in CAMPUSES:
        _add_school(campus)
        _add_admission(campus)
        db.flush()
        _add_leave(campus)
        _add_scores(campus)
        _add_accounts(campus)
    db.flush()
    # The cast gave no keys to these; they get the ones that twins have.
    for table, student in (("enrolments", "student_id"), ("student_guardians", "student_id")):
        for campus in CAMPUSES:
            db.execute(
                text(f"UPDATE {table} SET id = :key WHERE {student} = :student"),  # noqa: S608  # names from above
                {"key": twin(table, campus), "student": twin("students", campus)},
            )
    db.commit()
    db.expire_all()


def _add_accounts(campus: str) -> None:
    """What belongs to an account, of somebody who works at the campus."""
    db, soon = session(), datetime(2099, 1, 1, tzinfo=UTC)
    of = {"user_id": {"main": CAST.amina, "river": CAST.jamil}[campus].user_id}
    waits = of | {"expires_at": soon}

    def secret(table: str) -> dict[str, Any]:
        return {"id": twin(table, campus), "token_hash": hash_token(f"{table} {campus}")}

    db.add_all(
        [
            OneTimeLink(purpose=LinkPurpose.RESET, **waits, **secret("one_time_links")),
            EmailChange(email=f"new@{campus}.example", **waits, **secret("email_changes")),
            PhoneChange(
                id=twin("phone_changes", campus),
                phone="+8801711000070",
                code_hash=campus,
                expires_at=datetime(2026, 1, 1, tzinfo=UTC),
                **of,
            ),
            RecoveryCode(id=twin("recovery_codes", campus), code_hash=campus, **of),
            PasskeyChallenge(
                purpose=ChallengePurpose.ADD, challenge=b"-", **waits, **secret("passkey_challenges")
            ),
            HalfOpenSignIn(**waits, **secret("half_open_sign_ins")),
            ResetRequest(id=twin("reset_requests", campus), identifier=f"new@{campus}.example"),
        ]
    )


def _add_school(campus: str) -> None:
    db, place = session(), key(f"campus {campus}")
    of = {"campus_id": place}
    if campus == "river":
        db.add(
            Subject(
                id=twin("subjects", campus),
                class_id=CAST.other_class_7,
                code="109",
                name=LocalText("Mathematics"),
                **of,
            )
        )
        db.add(
            StudentGuardian(
                student_id=CAST.sadia_student,
                guardian_id=twin("guardians", campus),
                relationship=Relationship.MOTHER,
                is_primary=True,
            )
        )
    db.flush()
    year, section, subject = (
        twin("academic_years", campus),
        twin("sections", campus),
        twin("subjects", campus),
    )
    staff, student = twin("staff", campus), twin("students", campus)
    spring = {"starts_on": date(2026, 3, 1), "ends_on": date(2026, 3, 26)}
    db.add(
        Term(id=twin("terms", campus), academic_year_id=year, name=LocalText("First term"), **of, **spring)
    )
    db.add(
        CalendarEntry(
            id=twin("calendar_entries", campus),
            kind=DayKind.HOLIDAY,
            name=LocalText("Independence Day"),
            **of,
            **spring,
        )
    )
    db.add(
        TeacherSubject(
            id=twin("teacher_subjects", campus), section_id=section, subject_id=subject, staff_id=staff, **of
        )
    )
    db.add(
        BellTime(
            id=twin("bell_times", campus),
            period=1,
            starts_at=time(8),
            ends_at=time(8, 40),
            name=LocalText(),
            **of,
        )
    )
    db.add(
        Lesson(
            id=twin("timetable_lessons", campus),
            section_id=section,
            weekday=DAY.isoweekday(),
            period=1,
            subject_id=subject,
            staff_id=staff,
            **of,
        )
    )
    db.add(
        Substitute(
            id=twin("timetable_substitutes", campus),
            section_id=section,
            on=DAY,
            period=1,
            staff_id=staff,
            **of,
        )
    )
    group = twin("subject_groups", campus)
    db.add(
        SubjectGroup(
            id=group, academic_year_id=year, subject_id=subject, code="G", name=LocalText("Group"), **of
        )
    )
    register = twin("attendance_registers", campus)
    db.add(Register(id=register, section_id=section, date=DAY, **of))
    db.flush()
    db.add(
        SubjectGroupStudent(
            id=twin("subject_group_students", campus), subject_group_id=group, student_id=student
        )
    )
    db.add(
        SubjectGroupTeacher(id=twin("subject_group_teachers", campus), subject_group_id=group, staff_id=staff)
    )
    db.add(
        Attendance(
            id=twin("attendance", campus),
            register_id=register,
            student_id=student,
            date=DAY,
            status=AttendanceStatus.ABSENT,
        )
    )
    db.add(
        AttendanceChange(
            id=twin("attendance_changes", campus),
            register_id=register,
            student_id=student,
            date=DAY,
            version=1,
            new={"status": "absent"},
            source=Source.FORM,
        )
    )
    db.add(
        RuleSet(
            id=twin("attendance_rules", campus),
            cut_off=time(9, 30),
            tells_families=True,
            threshold=75,
            absent_days=3,
            **of,
        )
    )
    window, opened = twin("checkin_windows", campus), datetime(2026, 11, 19, 2, tzinfo=UTC)
    db.add(
        CheckinWindow(
            id=window,
            section_id=section,
            date=DAY,
            secret=b"twin" * 8,
            opened_at=opened,
            ends_at=opened + timedelta(minutes=5),
            closed_at=opened + timedelta(minutes=5),
            **of,
        )
    )
    db.flush()
    db.add(
        CheckinEntry(
            id=twin("checkin_entries", campus),
            window_id=window,
            student_id=student,
            at=opened,
            status=AttendanceStatus.PRESENT,
            version=1,
        )
    )
    db.add(RegisterLock(id=twin("register_locks", campus), month=date(2025, 1, 1), **of))
    db.flush()
    # Its month is there by then: the database keeps it.
    db.execute(
        update(AttendanceMonth)
        .where(AttendanceMonth.student_id == student)
        .values(id=twin("attendance_months", campus))
    )
    db.add(
        RegisterReminder(
            id=twin("attendance_reminders", campus),
            section_id=section,
            date=DAY,
            hour=AT,
            sent_at=AT,
            sent_to=CAST.hasan.user_id,
            **of,
        )
    )
    db.add(
        Concern(
            id=twin("attendance_concerns", campus),
            student_id=student,
            section_id=section,
            academic_year_id=year,
            kind=ConcernKind.RUN,
            days=[DAY],
            found_at=AT,
            **of,
        )
    )
    db.flush()
    db.add(
        ConcernEvent(
            id=twin("attendance_concern_events", campus),
            concern_id=twin("attendance_concerns", campus),
            at=AT,
            act=ConcernAct.FOUND,
        )
    )
    db.add(
        Notice(
            id=twin("notices", campus),
            slug=f"draft-{campus}",
            title=LocalText("Draft"),
            content=LocalText("<p>Draft</p>"),
            **of,
        )
    )
    db.add(
        AuditEntry(
            id=twin("audit_logs", campus),
            action="student.status",
            entity_type="student",
            entity_id=student,
            **of,
        )
    )
    db.add(
        OutboxMessage(
            id=twin("outbox_messages", campus),
            kind="test",
            recipient="someone@family.example",
            locale="en",
            subject="A letter",
            body="A letter",
            message_id=f"<{campus}@twins>",
            next_attempt_at=datetime(2099, 1, 1, tzinfo=UTC),
            **of,
        )
    )


def _add_leave(campus: str) -> None:
    """A case of leave with a paper, what the family was told of the day, and how it wants to be told."""
    db, of = session(), {"campus_id": key(f"campus {campus}")}
    db.add_all(
        [
            Leave(
                id=twin("leave_cases", campus),
                student_id=twin("students", campus),
                first_on=DAY,
                last_on=DAY,
                reason=LeaveReason.ILL,
                file_id=twin("files", campus),
                **of,
            ),
            AbsenceNotice(
                id=twin("absence_notices", campus),
                student_id=twin("students", campus),
                date=DAY,
                word=Word.ABSENT,
                told_at=datetime(2026, 11, 19, 4, tzinfo=UTC),
                **of,
            ),
            NoticeWay(
                id=twin("notice_ways", campus), guardian_id=twin("guardians", campus), channel=Channel.SMS
            ),
        ]
    )


def _add_scores(campus: str) -> None:
    """A test that the teacher of the campus marks, with a slot in which the applicant sits."""
    db, place = session(), key(f"campus {campus}")
    teacher = {"main": CAST.bashir, "river": CAST.gias}[campus].user_id
    part, slot = twin("admission_score_parts", campus), twin("admission_score_slots", campus)
    of = {"part_id": part, "application_id": twin("admission_applications", campus)}
    begins = datetime(2026, 12, 1, 4, tzinfo=UTC)
    db.add(
        ScorePart(
            id=part,
            campus_id=place,
            seat_id=twin("admission_seats", campus),
            position=1,
            name=LocalText("Test"),
            kind=PartKind.TEST,
            full_marks=60,
            weight=100,
            criteria=[],
        )
    )
    db.flush()
    db.add(
        ScoreSlot(
            id=slot,
            campus_id=place,
            part_id=part,
            starts_at=begins,
            ends_at=begins.replace(hour=6),
            place=LocalText(f"Hall of {campus}"),
            seats=30,
        )
    )
    db.flush()
    db.add(ScoreMarker(id=twin("admission_score_markers", campus), part_id=part, user_id=teacher))
    db.add(ScoreMark(id=twin("admission_score_marks", campus), mark=50, is_absent=False, **of))
    db.add(
        ScoreTies(
            id=twin("admission_score_ties", campus),
            campus_id=place,
            seat_id=twin("admission_seats", campus),
            rules=["earlier"],
        )
    )
    db.add(ScoreSitting(id=twin("admission_score_sittings", campus), slot_id=slot, seat_number=1, **of))


def _add_admission(campus: str) -> None:
    db, place = session(), key(f"campus {campus}")
    cycle, class_id = twin("admission_cycles", campus), twin("classes", campus)
    if campus == "river":
        db.add(
            AdmissionCycle(
                id=cycle,
                campus_id=place,
                academic_year_id=CAST.other_year,
                opens_on=date(2026, 1, 1),
                closes_on=date(2026, 1, 31),
            )
        )
        db.flush()
        db.add(AdmissionSeat(id=twin("admission_seats", campus), cycle_id=cycle, class_id=class_id, seats=40))
    else:
        db.execute(
            text("UPDATE admission_seats SET id = :key WHERE cycle_id = :cycle AND class_id = :class_id"),
            {"key": twin("admission_seats", campus), "cycle": cycle, "class_id": class_id},
        )
    db.flush()
    db.add(
        AdmissionSeatPart(
            id=twin("admission_seat_parts", campus), seat_id=twin("admission_seats", campus), seats=40
        )
    )
    db.add(
        AdmissionPaperKind(
            id=twin("admission_paper_kinds", campus),
            campus_id=place,
            code=f"own_{len(campus):06d}",
            name=LocalText("Letter of the neighbours"),
        )
    )
    db.add(
        AdmissionQuota(
            id=twin("admission_quotas", campus), cycle_id=cycle, name=LocalText("Neighbours"), percent=40
        )
    )
    db.add(
        MessageText(
            id=twin("message_texts", campus),
            campus_id=place,
            kind="application.received",
            channel=Channel.SMS,
            locale="en",
            body="{reference} came.",
        )
    )
    form = twin("admission_forms", campus)
    db.add(AdmissionForm(id=form, campus_id=place, cycle_id=cycle))
    db.flush()
    question = FormField("twin_question", FieldKind.YES_NO, LocalText("A twin", "যমজ", "توأم"))
    db.add(
        AdmissionFormVersion(
            id=twin("admission_form_versions", campus),
            form_id=form,
            number=1,
            definition=dump_definition(add_field(DEFAULT_FORM, "address", question)),
        )
    )
    db.add(
        FamilyCode(
            id=twin("admission_family_codes", campus),
            phone="+8801811111111",
            code_hash="0" * 64,
            expires_at=datetime(2099, 1, 1, tzinfo=UTC),
        )
    )
    application, file = twin("admission_applications", campus), twin("files", campus)
    db.add(
        Application(
            id=application,
            campus_id=place,
            cycle_id=cycle,
            class_id=class_id,
            reference=f"TWIN-{campus}",
            token_hash=hash_token(f"twin {campus}"),
            status=ApplicationStatus.SUBMITTED,
            child_name_en=f"Child of {campus}",
            born_on=date(2014, 3, 14),
            guardian_name_en="Somebody",
            phone="+8801811111111",
            submitted_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
    )
    draw = twin("admission_draws", campus)
    db.add(
        AdmissionDraw(
            id=draw,
            campus_id=place,
            seat_id=twin("admission_seats", campus),
            number=CAMPUSES.index(campus) + 901,
            state=DrawState.FIXED,
            about="Class Seven",
            seats=40,
            quotas=[{"code": "Q1", "seats": 16, "name": {"en": "Neighbours"}}],
            tickets=1,
            list_hash="0" * 64,
            commitment="1" * 64,
            secret="2" * 64,
            fixed_at=datetime(2026, 11, 2, tzinfo=UTC),
            fixed_by={"main": CAST.amina, "river": CAST.jamil}[campus].user_id,
        )
    )
    ranking = twin("admission_rankings", campus)
    db.add(
        AdmissionRanking(
            id=ranking,
            campus_id=place,
            seat_id=twin("admission_seats", campus),
            method=Method.FIRST_COME,
            published_at=datetime(2026, 11, 2, tzinfo=UTC),
        )
    )
    db.flush()
    db.add(
        AdmissionTicket(
            id=twin("admission_tickets", campus),
            draw_id=draw,
            number=1,
            application_id=application,
            quotas=["Q1"],
        )
    )
    db.add(
        AdmissionSlip(
            id=twin("admission_slips", campus),
            application_id=application,
            kind=SlipKind.ACKNOWLEDGEMENT,
            code=f"TW1N{campus.upper():0<8}",
            digest=hash_token(campus),
            issued_at=datetime(2026, 11, 2, tzinfo=UTC),
        )
    )
    db.add(
        AdmissionRank(
            id=twin("admission_ranks", campus),
            ranking_id=ranking,
            application_id=application,
            rank=1,
            working={},
        )
    )
    db.add(
        AdmissionOffer(
            id=twin("admission_offers", campus),
            campus_id=place,
            application_id=application,
            seat_id=twin("admission_seats", campus),
            made_at=datetime(2026, 11, 3, tzinfo=UTC),
            expires_at=datetime(2026, 11, 10, tzinfo=UTC),
            state=OfferState.WITHDRAWN,
        )
    )
    _add_desk(campus)
    paper = f"paper of {campus}".encode()
    storage_key = f"aa/aa{hashlib.sha256(paper).hexdigest()[:46]}"
    storage_from(current_app.config["SETTINGS"]).put(storage_key, paper, "image/jpeg")
    db.add(
        StoredFile(
            id=file,
            storage_key=storage_key,
            file_name="photo.jpg",
            content_type="image/jpeg",
            file_size=len(paper),
            sha256=hashlib.sha256(paper).hexdigest(),
            campus_id=place,
            state=FileState.RELEASED,
        )
    )
    db.flush()
    db.add(
        FileVariant(
            id=twin("file_variants", campus),
            file_id=file,
            name=VariantName.THUMB,
            storage_key=f"{storage_key}t",
            file_size=len(paper),
            sha256=hashlib.sha256(paper).hexdigest(),
            width=4,
            height=3,
        )
    )
    db.add(
        ApplicationDocument(
            id=twin("application_documents", campus),
            application_id=application,
            document_type=DocumentKind.PHOTO,
            file_id=file,
        )
    )
    db.add(
        ApplicationEvent(
            id=twin("application_events", campus), application_id=application, kind=EventKind.SUBMITTED
        )
    )
    db.add(
        StudentPaper(
            id=twin("student_papers", campus),
            student_id=twin("students", campus),
            document_type=DocumentKind.PHOTO,
            file_id=file,
        )
    )
    db.add(
        ApplicationEnrolment(
            id=twin("application_enrolments", campus),
            application_id=application,
            from_status=ApplicationStatus.OFFERED,
            made={},
            enrolled_at=datetime(2026, 11, 3, tzinfo=UTC),
        )
    )
    db.add(
        ApplicationFee(
            id=twin("application_fees", campus),
            campus_id=place,
            application_id=application,
            amount=200,
            method=FeeMethod.BANK_SLIP,
            number="7001",
            file_id=file,
            state=FeeState.RECORDED,
            recorded_at=datetime(2026, 11, 2, tzinfo=UTC),
        )
    )


def _add_desk(campus: str) -> None:
    db, place = session(), key(f"campus {campus}")
    officer = {"main": CAST.amina, "river": CAST.jamil}[campus].user_id
    application, beside = twin("admission_applications", campus), twin("beside", campus)
    moment = datetime(2026, 11, 2, tzinfo=UTC)
    db.add(
        Application(
            id=beside,
            campus_id=place,
            cycle_id=twin("admission_cycles", campus),
            class_id=twin("classes", campus),
            reference=f"BESIDE-{campus}",
            token_hash=hash_token(f"beside {campus}"),
            status=ApplicationStatus.SUBMITTED,
            child_name_en=f"Sister of {campus}",
            born_on=date(2014, 3, 14),
            guardian_name_en="Somebody",
            phone="+8801811111111",
            submitted_at=datetime(2026, 11, 1, tzinfo=UTC),
        )
    )
    db.add(
        SavedQueueFilter(
            id=twin("admission_saved_filters", campus), user_id=officer, name=campus, query="officer=mine"
        )
    )
    milestone, batch = twin("admission_milestones", campus), twin("admission_batches", campus)
    db.add(
        AdmissionMilestone(
            id=milestone, cycle_id=twin("admission_cycles", campus), name=LocalText(f"Seen at {campus}")
        )
    )
    db.add(AdmissionBatch(id=batch, campus_id=place, user_id=officer, act=BulkAct.NOTE, text="x", at=moment))
    db.flush()
    db.add(
        ApplicationMilestone(
            id=twin("application_milestones", campus),
            application_id=application,
            milestone_id=milestone,
            user_id=officer,
            at=moment,
        )
    )
    first, second = sorted((application, beside))
    db.add(
        ApplicationPair(
            id=twin("application_pairs", campus),
            first_id=first,
            second_id=second,
            state=PairState.SIBLING,
            at=moment,
        )
    )
    db.add(
        AdmissionBatchLine(
            id=twin("admission_batch_lines", campus),
            batch_id=batch,
            application_id=application,
            from_status=ApplicationStatus.SUBMITTED,
            before={},
        )
    )
