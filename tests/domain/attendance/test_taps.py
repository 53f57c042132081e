"""A tablet says what it saw and what it says of it: nothing is lost, done twice or silently overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from app.domain.academics.models import Enrolment
from app.domain.academics.queries import list_enrolled_between
from app.domain.attendance.models import Attendance, AttendanceChange, Register, RegisterLock
from app.domain.attendance.queries import get_register, get_rules, list_changes, list_registers
from app.domain.attendance.rules import control_keys, roster_mark
from app.domain.attendance.services import save_register, save_rules, save_taps, store_marks
from app.domain.attendance.types import (
    AttendanceRules,
    AttendanceStatus,
    Mark,
    MarkImpossible,
    MonthLocked,
    PupilNotHere,
    ReasonNeeded,
    Source,
    Tap,
    TapsSaved,
    Verdict,
)
from app.domain.audit.models import AuditEntry
from app.domain.kernel import clock
from app.domain.kernel.access import Actor
from app.domain.kernel.errors import Forbidden, NotFound, Stale
from app.uow import session, transaction
from tests.support.cast import Cast

PRESENT, ABSENT, LATE, EXCUSED = AttendanceStatus
SUNDAY = date(2026, 11, 22)
LATER = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


def keys(cast: Cast) -> tuple[str, str]:
    """The controls of Rafi and of Tasnim."""
    enrolled = list_enrolled_between(cast.section_7a, SUNDAY, SUNDAY)
    names = dict(
        zip(
            [each.student_id for each in enrolled],
            control_keys([e.enrolment_id for e in enrolled]),
            strict=True,
        )
    )
    return names[cast.rafi_student], names[cast.tasnim_student]


def tap(key: str, status: AttendanceStatus, base: int = 0, **more: object) -> Tap:
    """A tap of this moment under a key of its own."""
    known = {name: more.pop(name) for name in ("id", "said_at", "keeps_remark") if name in more}
    return Tap(
        **{"id": uuid4(), "said_at": clock.now()} | known, key=key, mark=Mark(status, **more), base=base
    )


def send(
    cast: Cast, *taps: Tap, actor: Actor | None = None, finish: bool = False, reason: str | None = None
) -> TapsSaved:
    """What a tablet sends of the class on Sunday."""
    roster = roster_mark(keys(cast)) if finish else None
    return save_taps(actor or cast.bashir.actor, cast.section_7a, SUNDAY, taps, finish=roster, reason=reason)


def stored(cast: Cast) -> dict[UUID, tuple[str, int]]:
    """Status and version of every line."""
    rows = session().execute(select(Attendance.student_id, Attendance.status, Attendance.version))
    return {student: (status.value, version) for student, status, version in rows}


def history() -> int:
    return session().scalar(select(func.count()).select_from(AttendanceChange)) or 0


def actions() -> list[str]:
    statement = select(AuditEntry.action).where(AuditEntry.action.like("register.%")).order_by(AuditEntry.id)
    return list(session().scalars(statement))


def test_a_tap_begins_the_register_and_finishing_takes_it(cast: Cast) -> None:
    rafi, _ = keys(cast)
    saved = send(cast, tap(rafi, ABSENT))
    assert ([(each.key, each.verdict, each.version) for each in saved.outcomes], saved.is_taken) == (
        [(rafi, Verdict.APPLY, 1)],
        False,
    )
    view = get_register(cast.bashir.actor, cast.section_7a, SUNDAY, today=SUNDAY)
    assert view.row is not None
    assert not view.row.is_taken
    (card,) = [
        each
        for each in list_registers(cast.bashir.actor, SUNDAY, today=SUNDAY)
        if each.section.id == cast.section_7a
    ]
    assert card.taken_at is None
    assert send(cast, finish=True).is_taken
    assert stored(cast) == {cast.rafi_student: ("absent", 1), cast.tasnim_student: ("present", 1)}
    assert actions() == ["register.marked", "register.taken"]
    assert history() == 1  # that Tasnim was there, the register itself says


def test_the_same_tap_again_is_known_whatever_came_after_it(cast: Cast) -> None:
    rafi, _ = keys(cast)
    first, second = tap(rafi, ABSENT), tap(rafi, LATE, 1, late_minutes=10)
    send(cast, first)
    send(cast, second)
    again = send(cast, first)
    assert [(each.verdict, each.version) for each in again.outcomes] == [(Verdict.SAME, 1)]
    assert stored(cast) == {cast.rafi_student: ("late", 2)}
    assert history() == 2


def test_two_tablets_are_merged_child_by_child(cast: Cast) -> None:
    rafi, tasnim = keys(cast)
    send(cast, tap(rafi, ABSENT))
    saved = send(cast, tap(tasnim, LATE, late_minutes=5), actor=cast.amina.actor)
    assert [each.verdict for each in saved.outcomes] == [Verdict.APPLY]
    assert stored(cast) == {cast.rafi_student: ("absent", 1), cast.tasnim_student: ("late", 1)}


def test_who_comes_second_with_something_else_is_told_and_changes_nothing(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, tap(rafi, ABSENT))
    saved = send(cast, tap(rafi, LATE, late_minutes=5), actor=cast.amina.actor)
    (outcome,) = saved.outcomes
    assert outcome.verdict is Verdict.CONFLICT
    assert outcome.stored is not None
    assert outcome.stored.mark == Mark(ABSENT)
    assert outcome.said is not None
    assert outcome.said.names[0] == "Bashir Uddin"
    assert stored(cast) == {cast.rafi_student: ("absent", 1)}
    chosen = send(cast, tap(rafi, LATE, outcome.version, late_minutes=5), actor=cast.amina.actor)
    assert [each.verdict for each in chosen.outcomes] == [Verdict.APPLY]


def test_who_comes_second_with_the_same_need_not_choose(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, tap(rafi, ABSENT))
    assert [each.verdict for each in send(cast, tap(rafi, ABSENT), actor=cast.amina.actor).outcomes] == [
        Verdict.SAME
    ]
    assert history() == 1


def test_finishing_twice_does_it_once_and_corrections_say_so(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, finish=True)
    assert send(cast, finish=True).is_taken
    send(cast, tap(rafi, LATE, 1, late_minutes=5))
    assert actions() == ["register.taken", "register.corrected"]
    row = session().scalars(select(Register)).one()
    assert (row.version, row.corrected_by) == (2, cast.bashir.user_id)


def test_finishing_tells_of_marks_the_tablet_has_not_seen(cast: Cast) -> None:
    rafi, tasnim = keys(cast)
    send(cast, tap(rafi, ABSENT))
    (told,) = send(cast, tap(tasnim, LATE, late_minutes=5), finish=True).others
    assert (told.key, told.version, told.stored.mark.status if told.stored else None) == (rafi, 1, ABSENT)
    assert [each.key for each in send(cast, finish=True).others] == [rafi, tasnim], (
        "asked once more it says it again"
    )
    assert not send(cast, tap(rafi, LATE, base=1)).others, "only finishing says something of everybody"


def test_nobody_is_made_present_who_was_not_on_the_list_that_was_seen(cast: Cast) -> None:
    rafi, _ = keys(cast)
    with pytest.raises(PupilNotHere):
        save_taps(cast.bashir.actor, cast.section_7a, SUNDAY, [tap(rafi, ABSENT)], finish="00000000")
    assert stored(cast) == {}


def test_a_tap_for_a_stranger_costs_only_itself(cast: Cast) -> None:
    rafi, _ = keys(cast)
    saved = send(cast, tap("nobody", ABSENT), tap(rafi, ABSENT))
    assert saved.strangers == ("nobody",)
    assert stored(cast) == {cast.rafi_student: ("absent", 1)}


def test_minutes_that_mean_nothing_store_nothing(cast: Cast) -> None:
    rafi, tasnim = keys(cast)
    with pytest.raises(MarkImpossible):
        send(cast, tap(tasnim, ABSENT), tap(rafi, ABSENT, late_minutes=5))
    assert stored(cast) == {}


def test_leaving_early_keeps_that_one_came_late_and_what_was_remarked(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, tap(rafi, LATE, late_minutes=10, remarks="bus"))
    send(cast, tap(rafi, PRESENT, 1, left_at=time(12, 30), keeps_remark=True))
    (change, last) = list_changes(cast.rafi_student, SUNDAY)
    assert last.new == Mark(LATE, 10, time(12, 30), "bus")
    assert last.old == change.new


def test_a_day_that_is_over_is_corrected_with_a_reason(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, finish=True)
    with clock.stopped_at(LATER):
        late = tap(rafi, ABSENT, 1)
        with pytest.raises(ReasonNeeded):
            send(cast, late)
        with pytest.raises(ReasonNeeded):
            save_register(
                cast.bashir.actor, cast.section_7a, SUNDAY, version=1, chosen={cast.rafi_student: ABSENT}
            )
        send(cast, late, reason="The bus list was wrong")
    assert stored(cast)[cast.rafi_student] == ("absent", 2)
    (change,) = list_changes(cast.rafi_student, SUNDAY)
    assert change.reason == "The bus list was wrong"
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "register.corrected")).one()
    assert entry.new_data["reason"] == "The bus list was wrong"


def test_what_waited_without_a_line_is_no_correction(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, finish=True)
    waiting = tap(rafi, LATE, 1, late_minutes=5)
    with clock.stopped_at(LATER):
        assert [each.verdict for each in send(cast, waiting).outcomes] == [Verdict.APPLY]
        old = replace(
            waiting, id=uuid4(), base=2, mark=Mark(ABSENT), said_at=waiting.said_at - timedelta(days=2)
        )
        with pytest.raises(ReasonNeeded):
            send(cast, old)


def test_a_locked_month_takes_nothing(cast: Cast) -> None:
    rafi, _ = keys(cast)
    with transaction() as db:
        db.add(RegisterLock(campus_id=cast.campus, month=date(2026, 11, 1)))
    with clock.stopped_at(datetime(2026, 12, 3, 3, 0, tzinfo=UTC)):
        with pytest.raises(MonthLocked):
            send(cast, tap(rafi, ABSENT), reason="late")
        with pytest.raises(MonthLocked):
            save_register(
                cast.amina.actor, cast.section_7a, SUNDAY, version=0, chosen={cast.rafi_student: ABSENT}
            )


def test_a_stranger_to_the_section_says_nothing(cast: Cast) -> None:
    rafi, _ = keys(cast)
    with pytest.raises(NotFound):
        send(cast, tap(rafi, ABSENT), actor=cast.ishrat.actor)


def test_what_is_known_otherwise_never_overwrites_the_teacher(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, tap(rafi, ABSENT))
    section = get_register(cast.bashir.actor, cast.section_7a, SUNDAY, today=SUNDAY).section
    marks = dict.fromkeys((cast.rafi_student, cast.tasnim_student), Mark(PRESENT))
    changed = store_marks(
        cast.bashir.actor, section, SUNDAY, marks, source=Source.CHECK_IN, instead_of=[None]
    )
    assert changed == 1
    assert stored(cast) == {cast.rafi_student: ("absent", 1), cast.tasnim_student: ("present", 1)}
    leave = {cast.rafi_student: Mark(EXCUSED)}
    store_marks(cast.amina.actor, section, SUNDAY, leave, source=Source.LEAVE, instead_of=[None, ABSENT])
    assert stored(cast)[cast.rafi_student] == ("excused", 2)


TABLETS = st.lists(
    st.tuples(
        st.integers(0, 1), st.integers(0, 1), st.sampled_from([PRESENT, ABSENT, EXCUSED]), st.booleans()
    ),
    max_size=14,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(TABLETS)
def test_any_play_of_two_tablets_ends_as_the_model_says(
    cast: Cast, steps: list[tuple[int, int, AttendanceStatus, bool]]
) -> None:
    """Each tablet knows what it was last told; half of the sends are repeated, as after a lost answer."""
    pupils, students = keys(cast), (cast.rafi_student, cast.tasnim_student)
    truth: dict[int, tuple[AttendanceStatus, int]] = {}
    seen = [[0, 0], [0, 0]]
    with transaction() as db:
        db.execute(delete(Register))  # what the example before left
    for tablet, pupil, status, repeats in steps:
        actor = (cast.bashir, cast.amina)[tablet].actor
        said = tap(pupils[pupil], status, seen[tablet][pupil])
        for _ in range(1 + repeats):
            (outcome,) = send(cast, said, actor=actor).outcomes
        before = truth.get(pupil)
        if before is None or before[1] == said.base:
            if before is None or before[0] is not status:
                truth[pupil] = (status, (before[1] if before else 0) + 1)
            assert outcome.verdict is not Verdict.CONFLICT
        else:
            assert (outcome.verdict is Verdict.CONFLICT) == (before[0] is not status)
        seen[tablet][pupil] = outcome.version
    expected = {students[pupil]: (status.value, version) for pupil, (status, version) in truth.items()}
    assert stored(cast) == expected


def test_a_campus_decides_about_attendance_and_never_over_anothers_head(cast: Cast) -> None:
    assert get_rules(cast.campus) == AttendanceRules()
    mine = AttendanceRules(time(9, 15), tells_families=False, threshold=80, absent_days=2)
    save_rules(cast.amina.actor, cast.campus, mine)
    assert get_rules(cast.campus) == replace(mine, version=1)
    with pytest.raises(Stale):
        save_rules(cast.amina.actor, cast.campus, AttendanceRules())
    with pytest.raises(Forbidden):
        save_rules(cast.bashir.actor, cast.campus, replace(mine, version=1))


def test_a_pupil_who_changed_sections_keeps_what_the_first_one_said(cast: Cast) -> None:
    """One mark a student and day: the second section neither finishes nor taps over what it has not seen."""
    rafi, _ = keys(cast)
    send(cast, tap(rafi, ABSENT), finish=True)
    with transaction() as db:
        seat = db.scalars(select(Enrolment).where(Enrolment.student_id == cast.rafi_student)).one()
        seat.section_id = cast.section_7b
    roster = list_enrolled_between(cast.section_7b, SUNDAY, SUNDAY)
    names = control_keys([each.enrolment_id for each in roster])
    moved = names[[each.student_id for each in roster].index(cast.rafi_student)]
    actor = cast.amina.actor
    saved = save_taps(actor, cast.section_7b, SUNDAY, [tap(moved, LATE)], finish=roster_mark(names))
    assert [each.verdict for each in saved.outcomes] == [Verdict.CONFLICT]
    assert stored(cast)[cast.rafi_student] == ("absent", 1)
    everybody = {each.student_id: PRESENT for each in roster}
    save_register(actor, cast.section_7b, SUNDAY, version=1, chosen=everybody)
    assert stored(cast)[cast.rafi_student] == ("absent", 1)


def test_what_a_tablet_claims_of_a_day_that_is_over_stands_in_the_log(cast: Cast) -> None:
    rafi, _ = keys(cast)
    send(cast, finish=True)
    waiting = tap(rafi, LATE, 1, late_minutes=5)
    with clock.stopped_at(LATER):
        send(cast, waiting)
    entry = session().scalars(select(AuditEntry).where(AuditEntry.action == "register.corrected")).one()
    assert entry.new_data["said_at"] == waiting.said_at.isoformat()
