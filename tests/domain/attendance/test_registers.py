"""Registers are taken once, corrected openly, and never silently overwritten."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.domain.academics.models import CalendarEntry, Enrolment
from app.domain.academics.types import DayKind, EnrolmentStatus
from app.domain.attendance.models import Attendance, Register
from app.domain.attendance.queries import (
    count_registers,
    get_month,
    get_register,
    list_days_of,
    list_own_registers,
    list_registers,
)
from app.domain.attendance.services import save_register
from app.domain.attendance.types import (
    AttendanceStatus,
    MarksIncomplete,
    Openness,
    PupilNotHere,
    RegisterClosed,
    RegisterStale,
)
from app.domain.audit.models import AuditEntry
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import Forbidden, NotFound
from app.domain.kernel.texts import LocalText
from app.uow import session, transaction
from tests.support.cast import Cast
from tests.support.queries import QueryCounter

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
SUNDAY = date(2026, 11, 22)
FRIDAY = date(2026, 11, 20)


def save(
    cast: Cast,
    actor: Actor,
    rafi: AttendanceStatus,
    tasnim: AttendanceStatus,
    version: int = 0,
    on: date = SUNDAY,
) -> object:
    return save_register(
        actor,
        cast.section_7a,
        on,
        version=version,
        chosen={cast.rafi_student: rafi, cast.tasnim_student: tasnim},
    )


def entries(action: str) -> list[AuditEntry]:
    return list(session().scalars(select(AuditEntry).where(AuditEntry.action == action)))


def lines() -> int:
    return session().scalar(select(func.count()).select_from(Attendance)) or 0


def read(cast: Cast, actor: Actor, on: date = SUNDAY):
    return get_register(actor, cast.section_7a, on, today=clock.today())


def statuses(cast: Cast) -> dict[UUID, AttendanceStatus | None]:
    return {pupil.student_id: pupil.status for pupil in read(cast, cast.amina.actor).pupils}


def add_entry(cast: Cast, kind: DayKind, day: date, name: str) -> None:
    with transaction() as db:
        db.add(
            CalendarEntry(campus_id=cast.campus, starts_on=day, ends_on=day, kind=kind, name=LocalText(name))
        )


def test_the_class_teacher_takes_the_register(cast: Cast) -> None:
    saved = save(cast, cast.bashir.actor, PRESENT, LATE)
    view = read(cast, cast.bashir.actor)
    assert (saved.is_new, saved.changes, saved.unrecorded) == (True, 2, 0)
    assert view.row is not None
    assert view.row.version == 1
    assert view.row.taken.names[0] == "Bashir Uddin"
    assert view.row.taken.at == clock.now()
    assert view.row.corrected is None
    assert (view.counts.present, view.counts.late) == (1, 1)


def test_taking_writes_one_entry_that_names_those_away(cast: Cast) -> None:
    save(cast, cast.bashir.actor, PRESENT, ABSENT)
    (entry,) = entries("register.taken")
    assert entry.user_id == cast.bashir.user_id
    assert entry.campus_id == cast.campus
    assert entry.new_data["away"] == {str(cast.tasnim_student): "absent"}
    assert entry.new_data["pupils"] == 2


def test_a_correction_keeps_who_took_it_and_says_what_changed(cast: Cast) -> None:
    save(cast, cast.bashir.actor, PRESENT, ABSENT)
    with clock.stopped_at(datetime(2026, 11, 22, 4, 5, tzinfo=UTC)):
        save(cast, cast.amina.actor, PRESENT, LATE, version=1)
    row = read(cast, cast.bashir.actor).row
    assert row.taken.names[0] == "Bashir Uddin"
    assert row.taken.at == clock.now()
    assert row.corrected.names[0] == "Amina Rahman"
    assert row.corrected.at == datetime(2026, 11, 22, 4, 5, tzinfo=UTC)
    assert row.version == 2
    (entry,) = entries("register.corrected")
    assert entry.old_data == {str(cast.tasnim_student): "absent"}
    assert entry.new_data == {str(cast.tasnim_student): "late"}


def test_sending_the_same_twice_does_it_once(cast: Cast) -> None:
    save(cast, cast.bashir.actor, PRESENT, ABSENT)
    again = save(cast, cast.bashir.actor, PRESENT, ABSENT)
    assert (again.is_new, again.changes) == (False, 0)
    assert lines() == 2
    assert len(entries("register.taken")) == 1
    assert entries("register.corrected") == []
    assert read(cast, cast.bashir.actor).row.version == 1


def test_a_stale_write_is_refused_and_changes_nothing(cast: Cast) -> None:
    save(cast, cast.amina.actor, PRESENT, ABSENT)
    with pytest.raises(RegisterStale) as refused:
        save(cast, cast.bashir.actor, LATE, PRESENT)
    assert refused.value.chosen == {cast.rafi_student: LATE, cast.tasnim_student: PRESENT}
    assert statuses(cast) == {cast.rafi_student: PRESENT, cast.tasnim_student: ABSENT}
    assert entries("register.corrected") == []


def test_a_version_of_a_register_that_is_not_there_is_refused_and_makes_none(cast: Cast) -> None:
    with pytest.raises(RegisterStale):
        save(cast, cast.bashir.actor, PRESENT, PRESENT, version=7)
    assert session().scalar(select(func.count()).select_from(Register)) == 0


@pytest.mark.parametrize("nick", ["amina", "hasan"])
def test_who_runs_the_campus_may_take_any_register(cast: Cast, nick: str) -> None:
    assert save(cast, getattr(cast, nick).actor, PRESENT, PRESENT).is_new


def test_a_subject_teacher_reads_and_does_not_take(cast: Cast) -> None:
    get_register(cast.bashir.actor, cast.section_7b, SUNDAY, today=SUNDAY)
    with pytest.raises(Forbidden):
        save_register(cast.bashir.actor, cast.section_7b, SUNDAY, version=0, chosen={uuid4(): PRESENT})


@pytest.mark.parametrize("nick", ["gias", "dalia", "farida", "chandra", "ishrat", "rafi"])
def test_a_register_outside_ones_reach_does_not_exist(cast: Cast, nick: str) -> None:
    actor = getattr(cast, nick).actor
    with pytest.raises(NotFound):
        read(cast, actor)
    with pytest.raises(NotFound):
        save(cast, actor, PRESENT, PRESENT)
    assert list_registers(cast.dalia.actor, SUNDAY, today=SUNDAY) == []


def test_a_teacher_does_not_see_the_sections_of_others(cast: Cast) -> None:
    with pytest.raises(NotFound):
        get_register(cast.bashir.actor, cast.section_6a, SUNDAY, today=SUNDAY)


@pytest.mark.parametrize("stranger", ["rumi_student", "sadia_student"])
def test_a_pupil_of_another_section_or_campus_is_refused(cast: Cast, stranger: str) -> None:
    with pytest.raises(PupilNotHere):
        save_register(
            cast.bashir.actor,
            cast.section_7a,
            SUNDAY,
            version=0,
            chosen={cast.rafi_student: PRESENT, getattr(cast, stranger): ABSENT},
        )
    assert lines() == 0


def test_a_pupil_who_left_is_refused(cast: Cast) -> None:
    with transaction() as db:
        enrolment = db.scalars(select(Enrolment).where(Enrolment.student_id == cast.tasnim_student)).one()
        enrolment.status, enrolment.left_on = EnrolmentStatus.LEFT, SUNDAY
    with pytest.raises(PupilNotHere):
        save(cast, cast.bashir.actor, PRESENT, PRESENT)


def test_an_empty_list_is_refused(cast: Cast) -> None:
    with pytest.raises(MarksIncomplete):
        save_register(cast.bashir.actor, cast.section_7a, SUNDAY, version=0, chosen={})


def test_who_came_after_the_register_was_taken_is_not_recorded(cast: Cast) -> None:
    saved = save_register(
        cast.bashir.actor, cast.section_7a, SUNDAY, version=0, chosen={cast.rafi_student: PRESENT}
    )
    view = read(cast, cast.bashir.actor)
    assert saved.unrecorded == view.counts.unrecorded == 1
    assert view.pupils[1].status is None


def test_a_pupil_moved_from_another_section_today_moves_along(cast: Cast) -> None:
    save(cast, cast.bashir.actor, PRESENT, ABSENT)
    with transaction() as db:
        enrolment = db.scalars(select(Enrolment).where(Enrolment.student_id == cast.tasnim_student)).one()
        enrolment.section_id, enrolment.roll_number = cast.section_7b, 9
    save_register(cast.amina.actor, cast.section_7b, SUNDAY, version=0, chosen={cast.tasnim_student: LATE})
    assert lines() == 2
    days = list_days_of([cast.tasnim_student], SUNDAY, SUNDAY)
    assert days[cast.tasnim_student][SUNDAY].status is LATE


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (FRIDAY, Openness.REST_DAY),
        (date(2026, 11, 23), Openness.FUTURE),
        (date(2025, 12, 31), Openness.OUTSIDE_YEAR),
        (date(2027, 1, 3), Openness.OUTSIDE_YEAR),
    ],
)
def test_a_closed_day_says_why_and_takes_nothing(cast: Cast, day: date, state: Openness) -> None:
    assert read(cast, cast.bashir.actor, day).openness is state
    with pytest.raises(RegisterClosed):
        save(cast, cast.bashir.actor, PRESENT, PRESENT, on=day)
    assert lines() == 0


def test_a_holiday_says_its_name(cast: Cast) -> None:
    add_entry(cast, DayKind.HOLIDAY, SUNDAY, "Founders' day")
    view = read(cast, cast.bashir.actor)
    assert view.openness is Openness.HOLIDAY
    assert view.section.verdict.name == LocalText("Founders' day")
    with pytest.raises(RegisterClosed):
        save(cast, cast.bashir.actor, PRESENT, PRESENT)


def test_a_school_day_on_a_rest_day_has_a_register(cast: Cast) -> None:
    add_entry(cast, DayKind.SCHOOL_DAY, FRIDAY, "Class in place of Monday")
    assert save(cast, cast.bashir.actor, PRESENT, PRESENT, on=FRIDAY).is_new


def test_an_event_closes_nothing(cast: Cast) -> None:
    add_entry(cast, DayKind.EVENT, SUNDAY, "Sports day")
    assert read(cast, cast.bashir.actor).openness is Openness.OPEN


def test_half_past_midnight_in_dhaka_is_the_new_day(cast: Cast) -> None:
    monday = date(2026, 11, 23)
    with clock.stopped_at(datetime(2026, 11, 22, 17, 59, tzinfo=UTC)), pytest.raises(RegisterClosed):
        save(cast, cast.bashir.actor, PRESENT, PRESENT, on=monday)
    with clock.stopped_at(datetime(2026, 11, 22, 18, 30, tzinfo=UTC)):
        assert save(cast, cast.bashir.actor, PRESENT, PRESENT, on=monday).is_new


def test_stitches_are_the_five_registers_before_this_one(cast: Cast) -> None:
    days = [date(2026, 11, day) for day in (11, 12, 15, 16, 17, 18)]
    for day, status in zip(days, (ABSENT, LATE, PRESENT, EXCUSED, ABSENT, PRESENT), strict=True):
        save(cast, cast.bashir.actor, status, PRESENT, on=day)
    view = read(cast, cast.bashir.actor)
    assert view.pupils[0].recent == (LATE, PRESENT, EXCUSED, ABSENT, PRESENT)
    assert view.before == days[-1]


def test_the_list_of_a_teacher_and_of_the_office(cast: Cast) -> None:
    save(cast, cast.bashir.actor, PRESENT, ABSENT)
    teacher = list_registers(cast.bashir.actor, SUNDAY, today=SUNDAY)
    office = list_registers(cast.amina.actor, SUNDAY, today=SUNDAY, campus_id=cast.campus)
    one_class = list_registers(
        cast.amina.actor, SUNDAY, today=SUNDAY, campus_id=cast.campus, class_id=cast.class_6
    )
    assert [(card.section.id, card.section.is_own) for card in teacher] == [
        (cast.section_7a, True),
        (cast.section_7b, False),
    ]
    assert [card.section.id for card in office] == [cast.section_6a, cast.section_7a, cast.section_7b]
    assert [card.taken_at is not None for card in office] == [False, True, False]
    assert office[1].counts.absent == 1
    assert [card.section.id for card in one_class] == [cast.section_6a]
    assert list_registers(cast.amina.actor, SUNDAY, today=SUNDAY) == []
    own = list_own_registers(cast.bashir.actor, SUNDAY, today=SUNDAY)
    assert [(card.section.id, card.taken_at is not None) for card in own] == [(cast.section_7a, True)]


def test_a_campus_of_somebody_else_is_not_listed(cast: Cast) -> None:
    assert list_registers(cast.amina.actor, SUNDAY, today=SUNDAY, campus_id=cast.other_campus) == []


def test_how_far_the_registers_are(cast: Cast) -> None:
    save(cast, cast.bashir.actor, PRESENT, ABSENT)
    office = count_registers(cast.amina.actor, SUNDAY, today=SUNDAY)
    everywhere = count_registers(cast.hasan.actor, SUNDAY, today=SUNDAY)
    assert [(each.id, each.sections, each.taken, each.is_done) for each in office] == [
        (cast.campus, 3, 1, False)
    ]
    assert [(each.id, each.sections, each.taken) for each in office[0].classes] == [
        (cast.class_6, 1, 0),
        (cast.class_7, 2, 1),
    ]
    assert [(each.id, each.sections) for each in everywhere] == [(cast.campus, 3), (cast.other_campus, 1)]
    assert count_registers(cast.bashir.actor, SUNDAY, today=SUNDAY) == []
    [weekend] = count_registers(cast.amina.actor, date(2026, 11, 20), today=SUNDAY)
    assert weekend.openness is Openness.REST_DAY
    assert weekend.is_done


def test_a_month_shows_pupils_by_days(cast: Cast) -> None:
    save(cast, cast.bashir.actor, PRESENT, ABSENT)
    save(cast, cast.bashir.actor, LATE, PRESENT, on=date(2026, 10, 29))
    month = get_month(cast.bashir.actor, cast.section_7a, SUNDAY)
    assert len(month.verdicts) == 30
    assert month.taken_on == {SUNDAY}
    assert month.marks[cast.tasnim_student] == {SUNDAY: ABSENT}
    assert [each.student_id for each in month.enrolled] == [cast.rafi_student, cast.tasnim_student]


def test_statements_do_not_grow_with_the_class(
    cast: Cast, queries: QueryCounter, many_pupils: list[UUID]
) -> None:
    chosen = dict.fromkeys([cast.rafi_student, cast.tasnim_student, *many_pupils], PRESENT)
    # One of them asks whether another section's register speaks of a pupil who has moved.
    with queries.at_most(8):
        save_register(cast.bashir.actor, cast.section_7a, SUNDAY, version=0, chosen=chosen)
    for back in range(3, 11):
        day = SUNDAY - timedelta(back)
        if day.isoweekday() not in (5, 6):
            save_register(cast.bashir.actor, cast.section_7a, day, version=0, chosen=chosen)
    with queries.at_most(4):
        view = read(cast, cast.bashir.actor)
    assert len(view.pupils) == 40
    with queries.at_most(8):
        save_register(
            cast.bashir.actor, cast.section_7a, SUNDAY, version=1, chosen=dict.fromkeys(chosen, ABSENT)
        )
    with queries.at_most(6):
        get_month(cast.bashir.actor, cast.section_7a, SUNDAY)
    with queries.at_most(1):
        list_registers(cast.hasan.actor, SUNDAY, today=SUNDAY, campus_id=cast.campus)
    with queries.at_most(1):
        count_registers(cast.hasan.actor, SUNDAY, today=SUNDAY)
