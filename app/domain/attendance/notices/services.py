"""Telling families of absences, once for each child and day, and putting it right where the register is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from functools import partial
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain.academics.queries import list_day_verdicts
from app.domain.attendance.leave.queries import leave_on
from app.domain.attendance.notices.letters import mail_of, text_of
from app.domain.attendance.notices.models import AbsenceNotice, NoticeWay
from app.domain.attendance.notices.queries import list_cut_offs, list_doubtful, list_untold
from app.domain.attendance.notices.reach import Link, Reach, Way
from app.domain.attendance.notices.rules import (
    HELD_FOR,
    LOOKS_BACK,
    is_needed,
    is_past,
    next_word,
    truth_of,
    word_before,
)
from app.domain.attendance.notices.types import NoAddress, Told, Truth, Word
from app.domain.attendance.queries import list_days_of
from app.domain.kernel import clock
from app.domain.kernel.access import Actor, Permission
from app.domain.kernel.errors import Forbidden, NotFound
from app.domain.kernel.texts import LocalText
from app.domain.outbox.services import letters_held, take_back, write_messages
from app.domain.outbox.types import Channel, Draft
from app.domain.people.queries import find_own_contact, list_student_names
from app.uow import transaction

KINDS = {Word.ABSENT: "absence.told", Word.NOT_ABSENT: "absence.righted"}
"""As the outbox calls the messages."""


def tell_families(link: Link) -> Told:
    """Tell every family whose child is absent today without a word of theirs, and put right what is wrong by now.

    Whatever was told stands with a unique constraint, so that two jobs at once tell nobody twice. Each step looks at
    what is stored: a run that stops is finished by the next one.
    """
    today, now = clock.today(), clock.now()
    telling = [campus for campus, cut_off in list_cut_offs().items() if is_past(cut_off, now)]
    with transaction() as db, letters_held(now + HELD_FOR):
        righted = _put_right(db, today, link)
        told = _tell_new(db, telling, today, link) if telling else 0
    return Told(told + righted.absent, righted.righted)


def _tell_new(db: Session, campus_ids: Collection[UUID], today: date, link: Link) -> int:
    """Tell of the absences that no family was told of."""
    found = list_untold(campus_ids, today)
    if not found:
        return 0
    truths = _truths({(student, today) for student in found})
    announced = leave_on(found, today)
    wanted = {
        student: truths[student, today].campus_id
        for student in found
        if truths[student, today].truth is Truth.ABSENT and student not in announced
    }
    rows = [
        {
            "id": new_id(),
            "campus_id": campus_id,
            "student_id": student,
            "date": today,
            "word": Word.NOTHING,
            "times": 0,
            "told_at": clock.now(),
            "letters": [],
        }
        for student, campus_id in sorted(wanted.items())
    ]
    if not rows:
        return 0
    statement = insert(AbsenceNotice).values(rows).on_conflict_do_nothing().returning(AbsenceNotice.id)
    ours = list(db.scalars(statement))
    notices = db.scalars(select(AbsenceNotice).where(AbsenceNotice.id.in_(ours))).all()
    return _say(db, dict.fromkeys(notices, Word.ABSENT), link)


def _put_right(db: Session, today: date, link: Link) -> Told:
    """Say what the last word of a day should have been, or take it back where it has not left."""
    notices = list_doubtful(today - LOOKS_BACK, today)
    if not notices:
        return Told()
    truths = _truths({(notice.student_id, notice.date) for notice in notices})
    announced = leave_on([notice.student_id for notice in notices if notice.date == today], today)
    words = {}
    for notice in notices:
        truth = truths[notice.student_id, notice.date].truth
        is_announced = notice.date == today and notice.student_id in announced
        word = next_word(notice.word, truth, is_announced=is_announced)
        if word and not _taken_back(notice) and is_needed(word, is_announced=is_announced):
            words[notice] = word
    db.flush()
    _say(db, words, link)
    said = list(words.values())
    return Told(said.count(Word.ABSENT), said.count(Word.NOT_ABSENT))


def _taken_back(notice: AbsenceNotice) -> bool:
    """Take back the last word, where nobody has read it yet: then the one before it stands."""
    if not notice.letters or not take_back([notice.letters], "the register was put right before it left")[0]:
        return False
    notice.word, notice.times = word_before(notice.word, notice.times), notice.times - 1
    notice.letters = []
    return True


class _Fact:
    """What is recorded of a child on a day, and at which campus the child is."""

    __slots__ = ("campus_id", "truth")

    def __init__(self, truth: Truth, campus_id: UUID) -> None:
        self.truth = truth
        self.campus_id = campus_id


def _truths(wanted: Collection[tuple[UUID, date]]) -> Mapping[tuple[UUID, date], _Fact]:
    """What is recorded of these children on these days."""
    days = [day for _, day in wanted]
    first, last = min(days), max(days)
    students = {student for student, _ in wanted}
    marks = list_days_of(students, first, last)
    campuses = {key: row.campus_id for key, row in list_student_names(students).items()}
    school = {
        (campus, verdict.day): verdict.is_school_day
        for campus in set(campuses.values())
        for verdict in list_day_verdicts(campus, first, last)
    }
    found = {}
    for student, day in wanted:
        mark, campus = marks[student].get(day), campuses[student]
        truth = truth_of(mark.status if mark else None, is_school_day=school[campus, day])
        found[student, day] = _Fact(truth, campus)
    return found


def _say(db: Session, words: Mapping[AbsenceNotice, Word], link: Link) -> int:
    """Write to the guardians of these children. Who cannot be reached was told nothing."""
    if not words:
        return 0
    students = {notice.student_id for notice in words}
    reach = Reach(students)
    names = list_student_names(students)
    drafts: list[Draft] = []
    counts = []
    for notice, word in words.items():
        name = names[notice.student_id].names
        own = [_draft(way, notice, word, name, link) for way in reach.ways_to(notice.student_id)]
        counts.append((notice, word, len(own)))
        drafts += own
    keys = iter(write_messages(drafts))
    told = 0
    for notice, word, number in counts:
        if number:
            notice.word, notice.times, notice.told_at = word, notice.times + 1, clock.now()
            notice.letters = [next(keys) for _ in range(number)]
            told += 1
    db.flush()
    return told


def _draft(way: Way, notice: AbsenceNotice, word: Word, names: LocalText, link: Link) -> Draft:
    """One message of a child's day."""
    name = names.in_(way.locale)[0]
    return way.write(
        KINDS[word],
        notice.campus_id,
        partial(text_of, word, name, notice.date),
        lambda locale: mail_of(word, name, notice.date, locale, link(locale)),
    )


def choose_way(actor: Actor, channel: Channel) -> None:
    """Be told by text or by mail from now on. Raises NotFound for who is no guardian, NoAddress."""
    if not actor.may(Permission.LEAVE_ASK):
        raise Forbidden
    contact = find_own_contact(actor.person_id) if actor.person_id else None
    if contact is None:
        raise NotFound
    if not (contact.email if channel is Channel.MAIL else contact.phone):
        raise NoAddress
    with transaction() as db:
        db.execute(
            insert(NoticeWay)
            .values(id=new_id(), guardian_id=contact.guardian_id, channel=channel)
            .on_conflict_do_update(index_elements=["guardian_id"], set_={"channel": channel})
        )
