"""The words of the audit log: what was done, to what kind of record, and what its fields are called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from app.domain.kernel.texts import LocalText
from app.web.i18n import current_locale, day
from app.web.words import STATUS_WORDS

ACTION_WORDS: dict[str, object] = {
    "person.added": _l("Recorded"),
    "person.changed": _l("Details changed"),
    "student.added": _l("Became a student"),
    "student.changed": _l("Student record changed"),
    "student.status": _l("Status changed"),
    "student.enrolled": _l("Enrolled in a section"),
    "student.unenrolled": _l("Taken out of the section"),
    "guardian.added": _l("Became a guardian"),
    "guardian.changed": _l("Guardian record changed"),
    "guardian.linked": _l("Guardian linked"),
    "guardian.unlinked": _l("Guardian unlinked"),
    "guardian.called_first": _l("Another guardian is called first"),
    "staff.added": _l("Joined the staff"),
    "staff.changed": _l("Staff record changed"),
    "application.started": _l("Begun"),
    "application.saved": _l("Answers saved"),
    "application.document_added": _l("Paper added"),
    "application.document_removed": _l("Paper removed"),
    "application.submitted": _l("Sent by the family"),
    "application.decided": _l("Decided"),
    "application.noted": _l("Note"),
    "application.enrolled": _l("Enrolled"),
    "application.withdrawn": _l("Withdrawn by the family"),
    "application.enrolment_undone": _l("Enrolment taken back"),
    "application.fee_recorded": _l("Payment recorded"),
    "application.fee_confirmed": _l("Payment confirmed"),
    "application.fee_cancelled": _l("Payment cancelled"),
    "admission_cycle.copied": _l("Copied from another year"),
    "admission_cycle.closed": _l("Closed"),
    "admission_cycle.class_added": _l("Class added"),
    "admission_cycle.class_changed": _l("Class changed"),
    "admission_cycle.class_removed": _l("Class removed"),
    "admission_cycle.quota_added": _l("Quota added"),
    "admission_cycle.quota_changed": _l("Quota changed"),
    "admission_cycle.quota_removed": _l("Quota removed"),
    "admission_paper_kind.added": _l("Paper added"),
    "admission_paper_kind.changed": _l("Paper changed"),
    "admission_paper_kind.removed": _l("Paper removed"),
    "admission_draw.fixed": _l("List fixed"),
    "admission_draw.announced": _l("Announced"),
    "admission_draw.drawn": _l("Drawn"),
    "admission_draw.cancelled": _l("Cancelled"),
    "admission_score.ties": _l("Rules for equal scores changed"),
    "admission_score.markers": _l("People who mark changed"),
    "admission_score.marked": _l("Marks given"),
    "admission_score.slot_added": _l("Time and place added"),
    "admission_score.slot_changed": _l("Time and place changed"),
    "admission_score.slot_removed": _l("Time and place removed"),
    "admission_score.seated": _l("Seats given"),
    "admission_score.moved": _l("Seat changed"),
    "register.taken": _l("Register taken"),
    "register.corrected": _l("Register corrected"),
    "session.opened": _l("Signed in"),
    "session.refused": _l("Sign-in refused"),
    "session.closed": _l("Signed out"),
    "session.others_closed": _l("Other devices signed out"),
    "link.issued": _l("Password link made"),
    "user.created": _l("Account opened"),
    "user.language": _l("Language changed"),
    "user.password_set": _l("Password set"),
    "user.role_granted": _l("Role given"),
    "user.role_taken": _l("Role taken back"),
    "user.status": _l("Account status changed"),
    "timetable.changed": _l("Timetable changed"),
    "substitute.named": _l("Substitute named"),
    "substitute.taken_back": _l("Substitute taken back"),
    "teacher.assigned": _l("Teacher assigned"),
    "teacher.unassigned": _l("Teacher taken off"),
    "application.exported": _l("Applications taken out as a file"),
    "audit.exported": _l("Audit log exported"),
}

_VERBS: dict[str, object] = {
    "added": _l("Added"),
    "changed": _l("Changed"),
    "edited": _l("Changed"),
    "removed": _l("Removed"),
    "imported": _l("Imported"),
    "opened": _l("Opened"),
    "published": _l("Published"),
    "unpublished": _l("Taken off the site"),
    "joined": _l("Joined"),
}

KIND_WORDS: dict[str, object] = {
    "application": _l("Application"),
    "student": _l("Student"),
    "person": _l("Person"),
    "guardian": _l("Guardian"),
    "staff": _l("Member of staff"),
    "user": _l("Account"),
    "session": _l("Device signed in"),
    "register": _l("Register"),
    "section": _l("Section"),
    "bell_time": _l("Bell time"),
    "class": _l("Class"),
    "subject": _l("Subject"),
    "subject_group": _l("Subject group"),
    "year": _l("Year"),
    "term": _l("Term"),
    "campus": _l("Campus"),
    "admission_cycle": _l("Admission cycle"),
    "admission_draw": _l("Draw"),
    "admission_score": _l("Part of a score"),
    "calendar_entry": _l("Calendar entry"),
    "notice": _l("Notice"),
    "page": _l("Page of the site"),
    "roster": _l("Imported school"),
    "audit": _l("Audit log"),
}

FIELD_WORDS: dict[str, object] = {
    "name_en": _l("Full name in English letters"),
    "name_bn": _l("Full name in Bangla letters"),
    "name_ar": _l("Full name in Arabic letters"),
    "name": _l("Name"),
    "title": _l("Title"),
    "born_on": _l("Date of birth"),
    "gender": _l("Gender"),
    "phone": _l("Mobile number"),
    "email": _l("E-mail address"),
    "address": _l("Address"),
    "status": _l("Status"),
    "admitted_on": _l("Admitted on"),
    "birth_registration_no": _l("Birth registration number"),
    "previous_school": _l("Previous school"),
    "occupation": _l("Occupation"),
    "employee_id": _l("Employee number"),
    "designation": _l("Position"),
    "joined_on": _l("Joined on"),
    "relationship": _l("Relationship to the student"),
    "student_no": _l("Student number"),
    "campus": _l("Campus"),
    "section": _l("Section"),
    "roll_number": _l("Roll number"),
    "note": _l("Note"),
    "reason": _l("Reason"),
    "locale": _l("Language"),
    "reference": _l("Application number"),
    "role": _l("Role"),
    "person": _l("Person"),
    "guardian": _l("Guardian"),
    "year": _l("Year"),
    "opens_on": _l("First day for applications"),
    "closes_on": _l("Last day for applications"),
    "method": _l("How the seats are given"),
    "fee": _l("Fee of the application"),
    "percent": _l("Percent of the seats"),
    "papers": _l("Documents"),
    "parts": _l("Seats"),
    "quota_ids": _l("Quotas"),
}


def action_words(action: str) -> str:
    """What was done; an act without words of its own is told by its verb."""
    return str(ACTION_WORDS.get(action) or _VERBS.get(action.rpartition(".")[2]) or _l("Changed"))


def kind_words(kind: str) -> str:
    """What kind of record it was done to."""
    return str(KIND_WORDS.get(kind, kind))


def field_words(name: str) -> str:
    """What a field is called where it has a name; else as it is kept."""
    return str(FIELD_WORDS.get(name, name))


def value_words(name: str, value: Any) -> str:
    """A value as text: a day as a day, a state by its word, a text in the reader's language."""
    match value:
        case None | "":
            return ""
        case dict() if value and value.keys() <= {"en", "bn", "ar"}:
            return LocalText.from_dict(value).in_(current_locale())[0]
        case dict() | list():
            return json.dumps(value, ensure_ascii=False)
        case str() if name == "status" and value in STATUS_WORDS:
            return str(STATUS_WORDS[value][2])
        case str() if name.endswith("_on"):
            return _day(value)
        case _:
            return str(value)


def _day(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def changes_between(
    old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> list[tuple[str, str, str]]:
    """(field, before, after) of an entry, in the words of the reader."""
    before, after = old or {}, new or {}
    return [
        (field_words(name), value_words(name, before.get(name)), value_words(name, after.get(name)))
        for name in dict.fromkeys([*before, *after])
    ]
