"""Every route of the site: what it asks for, whose things it names, and so who gets which answer.

One line a route. `tests/checks/test_matrix.py` asks each of them as everybody of the cast, with things of the
own campus and family and with foreign ones; a route without a line here fails.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule

from app.domain.accounts.factors.models import Passkey
from app.domain.accounts.models import Session
from app.domain.attendance.rules import control_keys
from app.domain.kernel import clock
from app.domain.kernel.access import ROLE_PERMISSIONS, Permission
from app.domain.kernel.ids import hash_token
from app.uow import session
from tests.support.cast import CAST, Member, key
from tests.support.twins import DAY, PAGE, add_twins, twin

P = Permission
SHOWN = frozenset({200})
MOVED = frozenset({303})
ANSWERED = frozenset({200, 303, 400, 409, 422})
"""What an empty form may be answered with by a route that took it up."""
SIGN_IN, FORBIDDEN, ABSENT = frozenset({303}), frozenset({403}), frozenset({404})


class Whose(Enum):
    """To whom the things in an address belong."""

    NOBODY = "no thing is named"
    SCHOOL = "the whole school"
    CAMPUS = "one campus"
    FAMILY = "the children's family"
    MARKER = "the teacher who is named to mark it"
    ACCOUNT = "the account that is signed in"
    TOKEN = "whoever holds the link"


@dataclass(frozen=True)
class Route:
    """What is expected of one route."""

    needs: Permission | None
    """None: everybody may ask."""
    whose: Whose = Whose.NOBODY
    named: tuple[tuple[str, str], ...] = ()
    """Parameter and the table of the thing it names; `=text` for a plain value."""
    shown: frozenset[int] = SHOWN
    """The answers to a GET of somebody who may."""
    done: frozenset[int] = ANSWERED
    """The answers to an empty form of somebody who may."""
    query: str = ""
    """What stands behind the address."""
    absent: frozenset[int] = ABSENT
    """The answers for things that are not there; another than 404 leads to a page that says so."""

    def values(self, campus: str, member: Member | None) -> dict[str, str | UUID]:
        """The parameters for the things of a campus; for an account's own things `main` is the own."""
        return {name: self._value(what, campus, member) for name, what in self.named}

    def _value(self, what: str, campus: str, member: Member | None) -> str | UUID:
        if what.startswith("="):
            return what[1:].format(campus=campus)
        if what == "controls":
            return control_keys([twin("enrolments", campus)])[0]
        if what in ("sessions", "passkeys"):
            stranger = CAST.dalia if member == CAST.ehsan else CAST.ehsan
            holder = member if member and campus == "main" else stranger
            return session_key(holder) if what == "sessions" else passkey_key(holder)
        return PAGE if what == "pages" else twin(what, campus)

    def expected(self, method: str, campus: str, member: Member | None) -> frozenset[int]:
        """The answers that are right."""
        right = self.shown if method == "GET" else self.done
        if self.needs is None:
            return self.absent if self.whose is Whose.TOKEN and campus == "river" else right
        if member is None:
            return SIGN_IN
        if self.needs not in ROLE_PERMISSIONS[member.role]:
            return FORBIDDEN
        return right if self._reaches(campus, member) else ABSENT

    def _reaches(self, campus: str, member: Member) -> bool:
        match self.whose:
            case Whose.CAMPUS:
                return member.campus is None or member.campus == campus
            case Whose.FAMILY:
                return member == CAST.dalia and campus == "main"
            case Whose.MARKER:
                return member == {"main": CAST.bashir, "river": CAST.gias}[campus]
            case Whose.ACCOUNT:
                return campus == "main"
            case _:
                return True


def session_key(member: Member) -> UUID:
    """The key of the device on which somebody of the cast is signed in besides."""
    return key(f"session {member.nick}")


def passkey_key(member: Member) -> UUID:
    """The key of the row of somebody's passkey."""
    return key(f"passkey {member.nick}")


def _of(needs: Permission, whose: Whose = Whose.CAMPUS, shown: frozenset[int] = SHOWN, **named: str) -> Route:
    return Route(needs, whose, tuple(named.items()), shown)


def _all(needs: Permission) -> Route:
    return Route(needs)


def _public(shown: frozenset[int] = SHOWN, **named: str) -> Route:
    return Route(None, Whose.NOBODY, (("lang", "=en"), *named.items()), shown)


def _link(shown: frozenset[int] = SHOWN, **named: str) -> Route:
    return Route(None, Whose.TOKEN, (("lang", "=en"), *named.items()), shown)


def _message() -> Route:
    named = {"kind": "=application.received", "channel": "=sms", "locale": "=en"}
    return Route(P.MESSAGES_EDIT, Whose.CAMPUS, (("campus_id", "campuses"), *named.items()))


def _unproven(shown: frozenset[int] = ABSENT, **named: str) -> Route:
    return Route(
        None, Whose.NOBODY, (("lang", "=en"), ("reference", "=TWIN-river"), *named.items()), shown, ABSENT
    )


def _drawn(shown: frozenset[int] = SHOWN) -> Route:
    return Route(None, Whose.SCHOOL, (("lang", "=en"), ("draw_id", "admission_draws")), shown)


def _paper(shown: frozenset[int], query: str = "", absent: frozenset[int] = ABSENT) -> Route:
    named = (("lang", "=en"), ("token", "=twin {campus}"), ("kind", "=photo"))
    return Route(None, Whose.TOKEN, named, shown, query=query, absent=absent)


_READ, _EDIT = P.ACADEMICS_READ, P.ACADEMICS_EDIT

ROUTES: dict[str, Route] = {
    # The school's structure.
    "academics.overview": _all(_READ),
    "academics.campuses": _all(_READ),
    "academics.campus": _of(_READ, campus_id="campuses"),
    "academics.add_campus_page": _all(P.CAMPUSES_EDIT),
    "academics.edit_campus": _of(P.CAMPUSES_EDIT, campus_id="campuses"),
    "academics.years": _all(_READ),
    "academics.add_year_page": _all(_EDIT),
    "academics.edit_year": _of(_EDIT, year_id="academic_years"),
    "academics.remove_year_page": _of(_EDIT, year_id="academic_years"),
    "academics.add_term_page": _of(_EDIT, year_id="academic_years"),
    "academics.edit_term": _of(_EDIT, term_id="terms"),
    "academics.remove_term_page": _of(_EDIT, term_id="terms"),
    "academics.classes": _all(_READ),
    "academics.class_page": _of(_READ, class_id="classes"),
    "academics.add_class_page": _all(_EDIT),
    "academics.edit_class": _of(_EDIT, class_id="classes"),
    "academics.remove_class_page": _of(_EDIT, class_id="classes"),
    "academics.subjects": _all(_READ),
    "academics.add_subject_page": _all(_EDIT),
    "academics.edit_subject": _of(_EDIT, subject_id="subjects"),
    "academics.remove_subject_page": _of(_EDIT, subject_id="subjects"),
    "academics.sections": _all(_READ),
    "academics.section": _of(_READ, section_id="sections"),
    "academics.add_section_page": _all(_EDIT),
    "academics.edit_section": _of(_EDIT, section_id="sections"),
    "academics.remove_section_page": _of(_EDIT, section_id="sections"),
    "academics.add_assignment_page": _of(_EDIT, section_id="sections"),
    "academics.remove_assignment_page": _of(_EDIT, assignment_id="teacher_subjects"),
    "timetable.index": _all(_READ),
    "timetable.bells": _all(_READ),
    "timetable.add_bell_page": _all(_EDIT),
    "timetable.edit_bell": _of(_EDIT, bell_id="bell_times"),
    "timetable.remove_bell_page": _of(_EDIT, bell_id="bell_times"),
    "timetable.week": _of(_READ, section_id="sections"),
    "timetable.edit_week": _of(_EDIT, section_id="sections"),
    "timetable.edit_lesson": _of(_EDIT, section_id="sections", weekday="=4", period="=1"),
    "timetable.teacher": _of(_READ, staff_id="staff"),
    "timetable.substitutes": _all(P.SUBSTITUTES_EDIT),
    "timetable.name": _all(P.SUBSTITUTES_EDIT),
    "timetable.take_back": _of(P.SUBSTITUTES_EDIT, substitute_id="timetable_substitutes"),
    "academics.calendar.month": _all(P.CALENDAR_READ),
    "academics.calendar.year": _all(P.CALENDAR_READ),
    "academics.calendar.add_entry_page": _all(P.CALENDAR_EDIT),
    "academics.calendar.edit_entry": _of(P.CALENDAR_EDIT, entry_id="calendar_entries"),
    "academics.calendar.remove_entry_page": _of(P.CALENDAR_EDIT, entry_id="calendar_entries"),
    # One's own account.
    "accounts.account": _all(P.ACCOUNT_MANAGE),
    "accounts.sign_out": _all(P.PORTAL_ENTER),
    "accounts.switch_language": _all(P.PORTAL_ENTER),
    "accounts.sign_out_others": _all(P.ACCOUNT_MANAGE),
    "accounts.sign_out_device": _of(P.ACCOUNT_MANAGE, Whose.ACCOUNT, session_id="sessions"),
    "accounts.sign_in": _public(frozenset({200, 303})),
    "accounts.choose_password": Route(
        None, Whose.NOBODY, (("lang", "=en"), ("token", "=no-such-link")), ABSENT, ABSENT
    ),
    "accounts.second_step": _public(MOVED),
    "accounts.passkey_sign_in": _public(),
    "accounts.passkey_question": _public(),
    "accounts.forgotten": _public(),
    "accounts.forgotten_sent": _public(),
    "accounts.confirm_email": Route(
        None, Whose.NOBODY, (("lang", "=en"), ("token", "=no-such-link")), ABSENT, ABSENT
    ),
    "accounts.change_password": _all(P.ACCOUNT_MANAGE),
    "accounts.change_email": _all(P.ACCOUNT_MANAGE),
    "accounts.change_phone": _all(P.ACCOUNT_MANAGE),
    "accounts.confirm_phone": Route(P.ACCOUNT_MANAGE, shown=MOVED, done=MOVED),
    "accounts.confirm": _all(P.ACCOUNT_MANAGE),
    "accounts.confirm_question": _all(P.ACCOUNT_MANAGE),
    "accounts.second_factor": _all(P.ACCOUNT_MANAGE),
    "accounts.begin_app": _all(P.ACCOUNT_MANAGE),
    # Nobody of the cast is setting up an app.
    "accounts.set_up_app": Route(P.ACCOUNT_MANAGE, shown=MOVED),
    "accounts.app_picture": Route(P.ACCOUNT_MANAGE, shown=ABSENT),
    "accounts.remove_app": Route(P.ACCOUNT_MANAGE, shown=ABSENT, done=ABSENT),
    "accounts.renew_codes": Route(P.ACCOUNT_MANAGE, done=ABSENT | ANSWERED),
    "accounts.new_passkey": _all(P.ACCOUNT_MANAGE),
    "accounts.new_passkey_question": _all(P.ACCOUNT_MANAGE),
    "accounts.add_passkey": _all(P.ACCOUNT_MANAGE),
    "accounts.rename_passkey": _of(P.ACCOUNT_MANAGE, Whose.ACCOUNT, passkey_id="passkeys"),
    "accounts.remove_passkey": _of(P.ACCOUNT_MANAGE, Whose.ACCOUNT, passkey_id="passkeys"),
    # Admission, at the desk and at home.
    "cycles.index": _all(P.APPLICATIONS_READ),
    "cycles.add": _all(P.CYCLES_EDIT),
    "cycles.cycle": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles"),
    "cycles.preview": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles"),
    "cycles.edit": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.edit_rules": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.copy": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.publish": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.close": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.remove": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.add_class_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.edit_class": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", seat_id="admission_seats"),
    "cycles.remove_class_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", seat_id="admission_seats"),
    "cycles.papers": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.add_paper": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.edit_paper": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", paper_id="admission_paper_kinds"),
    "cycles.remove_paper": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", paper_id="admission_paper_kinds"),
    "cycles.add_quota_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "cycles.edit_quota": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", quota_id="admission_quotas"),
    "cycles.remove_quota_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", quota_id="admission_quotas"),
    "offers.pools": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles"),
    "offers.pool": _of(P.APPLICATIONS_READ, seat_id="admission_seats"),
    "offers.order": _of(P.APPLICATIONS_DECIDE, seat_id="admission_seats"),
    "offers.offer": _of(P.APPLICATIONS_DECIDE, seat_id="admission_seats"),
    "entry.undo": _of(P.APPLICATIONS_ENROL, application_id="admission_applications", shown=frozenset({409})),
    "entry.several": _of(P.APPLICATIONS_ENROL, cycle_id="admission_cycles", class_id="classes"),
    "entry.numbers": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles"),
    "entry.numbers_file": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles"),
    "fees.day": _all(P.FEES_RECORD),
    "fees.case": _of(P.FEES_RECORD, application_id="admission_applications"),
    "fees.confirm": _of(P.FEES_CONFIRM, fee_id="application_fees"),
    "fees.cancel": _of(P.FEES_CONFIRM, fee_id="application_fees"),
    "fees.slip": _of(P.FEES_RECORD, fee_id="application_fees"),
    "builder.overview": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "builder.publish": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "builder.discard": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "builder.preview": _of(P.CYCLES_EDIT, lang="=en", cycle_id="admission_cycles", key="=child"),
    "builder.new_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "builder.edit_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=child"),
    "builder.drop_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=child"),
    "builder.shift_page": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=child"),
    "builder.new_field": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=child"),
    "builder.put_back": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=child"),
    "builder.edit_field": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=email"),
    "builder.drop_field": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=email"),
    "builder.shift_field": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=email"),
    "builder.condition": _of(P.CYCLES_EDIT, cycle_id="admission_cycles", key="=twin_question"),
    "admissions.queue": _all(P.APPLICATIONS_READ),
    "admissions.keep_filter": _all(P.APPLICATIONS_READ),
    "admissions.forget_filter": _all(P.APPLICATIONS_READ),
    "admissions.keys": _all(P.APPLICATIONS_READ),
    "admissions.take_out": _all(P.APPLICATIONS_READ),
    "admissions.bulk": _all(P.APPLICATIONS_DECIDE),
    "admissions.do_bulk": _all(P.APPLICATIONS_DECIDE),
    "admissions.batch": _of(P.APPLICATIONS_DECIDE, batch_id="admission_batches"),
    "admissions.undo": _of(P.APPLICATIONS_DECIDE, batch_id="admission_batches"),
    "admissions.milestones_of": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles"),
    "admissions.usual_milestones": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "admissions.new_milestone": _of(P.CYCLES_EDIT, cycle_id="admission_cycles"),
    "admissions.edit_milestone": _of(
        P.CYCLES_EDIT, cycle_id="admission_cycles", milestone_id="admission_milestones"
    ),
    "admissions.drop_milestone": _of(
        P.CYCLES_EDIT, cycle_id="admission_cycles", milestone_id="admission_milestones"
    ),
    "admissions.assign_officer": _of(P.APPLICATIONS_DECIDE, application_id="admission_applications"),
    "admissions.tick_milestone": _of(
        P.APPLICATIONS_DECIDE,
        application_id="admission_applications",
        milestone_id="admission_milestones",
    ),
    "admissions.settle": _of(
        P.APPLICATIONS_DECIDE, application_id="admission_applications", other_id="beside"
    ),
    "admissions.merge": _of(
        P.APPLICATIONS_DECIDE, application_id="admission_applications", other_id="beside"
    ),
    "admissions.record": _of(P.APPLICATIONS_READ, application_id="admission_applications"),
    "admissions.document": _of(P.APPLICATIONS_READ, application_id="admission_applications", kind="=photo"),
    # The part of the record that asks again; as a page of its own it leads to the record.
    "admissions.papers": _of(
        P.APPLICATIONS_READ, shown=frozenset({200, 303}), application_id="admission_applications"
    ),
    # Its form asks nothing of the office.
    "admissions.answers": _of(P.APPLICATIONS_DECIDE, shown=MOVED, application_id="admission_applications"),
    "admissions.note": _of(P.APPLICATIONS_READ, application_id="admission_applications"),
    "admissions.decide": _of(P.APPLICATIONS_DECIDE, application_id="admission_applications"),
    "admissions.reject": _of(P.APPLICATIONS_DECIDE, application_id="admission_applications"),
    # An application that was sent and not decided is not enrolled yet.
    "admissions.enrol": _of(
        P.APPLICATIONS_ENROL, shown=frozenset({409}), application_id="admission_applications"
    ),
    "draws.office": _all(P.APPLICATIONS_READ),
    "draws.steps": _of(P.APPLICATIONS_READ, draw_id="admission_draws"),
    "draws.fix": _of(P.APPLICATIONS_DECIDE, seat_id="admission_seats"),
    "draws.announce": _of(P.APPLICATIONS_DECIDE, draw_id="admission_draws"),
    # A draw whose list is only fixed is not held.
    "draws.hold": _of(P.APPLICATIONS_DECIDE, shown=MOVED, draw_id="admission_draws"),
    "draws.cancel": _of(P.APPLICATIONS_DECIDE, draw_id="admission_draws"),
    "draws.index": _public(),
    "draws.script": _public(),
    # The twins' slips no longer say what is so: they lead to the record.
    "admissions.slip": _of(
        P.APPLICATIONS_READ, shown=MOVED, application_id="admission_applications", code="=TWIN"
    ),
    "admissions.presence": _of(P.APPLICATIONS_READ, application_id="admission_applications"),
    "admissions.print_slip": _of(P.APPLICATIONS_READ, application_id="admission_applications"),
    "messages.index": _all(P.MESSAGES_EDIT),
    "messages.message": _message(),
    "messages.reset": _message(),
    "check.index": _public(),
    # What a class's score is made of. The twins' part is marked by the teacher, so the office gives no marks in it.
    "scores.overview": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles", seat_id="admission_seats"),
    "scores.add_part_page": _of(
        P.APPLICATIONS_DECIDE, cycle_id="admission_cycles", seat_id="admission_seats"
    ),
    "scores.ties": _of(P.APPLICATIONS_DECIDE, cycle_id="admission_cycles", seat_id="admission_seats"),
    "scores.merit": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles", seat_id="admission_seats"),
    "scores.merit_file": _of(P.APPLICATIONS_READ, cycle_id="admission_cycles", seat_id="admission_seats"),
    "scores.publish": _of(P.APPLICATIONS_DECIDE, cycle_id="admission_cycles", seat_id="admission_seats"),
    "scores.edit_part": _of(P.APPLICATIONS_DECIDE, part_id="admission_score_parts"),
    "scores.remove_part_page": _of(P.APPLICATIONS_DECIDE, part_id="admission_score_parts"),
    "scores.markers": _of(P.APPLICATIONS_DECIDE, part_id="admission_score_parts"),
    "scores.mine": _all(P.APPLICATIONS_SCORE),
    "scores.marks": _of(P.APPLICATIONS_SCORE, Whose.MARKER, part_id="admission_score_parts"),
    "scores.sheet_to_fill": _of(P.APPLICATIONS_DECIDE, part_id="admission_score_parts"),
    "scores.import_page": _of(P.APPLICATIONS_DECIDE, part_id="admission_score_parts"),
    "scores.slots": _of(P.APPLICATIONS_READ, part_id="admission_score_parts"),
    "scores.slot": _of(P.APPLICATIONS_READ, part_id="admission_score_parts", slot_id="admission_score_slots"),
    "scores.add_slot_page": _of(P.APPLICATIONS_DECIDE, part_id="admission_score_parts"),
    "scores.edit_slot": _of(
        P.APPLICATIONS_DECIDE, part_id="admission_score_parts", slot_id="admission_score_slots"
    ),
    "scores.remove_slot_page": _of(
        P.APPLICATIONS_DECIDE, part_id="admission_score_parts", slot_id="admission_score_slots"
    ),
    "scores.seats": _of(P.APPLICATIONS_DECIDE, part_id="admission_score_parts"),
    "scores.move": _of(
        P.APPLICATIONS_DECIDE, part_id="admission_score_parts", application_id="admission_applications"
    ),
    "draws.draw": _drawn(),
    "draws.tickets": _drawn(),
    "draws.result": _drawn(ABSENT),
    "apply.index": _public(),
    "apply.start": _public(),
    "apply.find": _public(),
    "apply.ask_code": _public(),
    "apply.enter_code": _public(MOVED),
    "apply.mine": _public(MOVED),
    # Without a proven number it leads to where one is proven, whoever asks.
    "apply.reopen": Route(
        None,
        Whose.TOKEN,
        (("lang", "=en"), ("application_id", "admission_applications")),
        done=MOVED,
        absent=MOVED,
    ),
    "apply.same": _link(token="=twin {campus}"),
    "apply.resume": _link(MOVED, token="=twin {campus}"),
    "apply.answer": _link(MOVED, token="=twin {campus}", step="=child"),
    "apply.documents": _link(MOVED, token="=twin {campus}"),
    "apply.document": _link(token="=twin {campus}", kind="=photo"),
    # Without script it leads to the page of the papers, whoever asks.
    "apply.paper_state": _paper(frozenset({200, 303}), absent=frozenset({303, 404})),
    # An application that was sent takes no more papers.
    "apply.pieces": _paper(frozenset({422}), "mark=m&size=3&offset=0"),
    "apply.finish": _paper(frozenset(), "mark=m&size=3&name=photo.jpg"),
    "apply.review": _link(MOVED, token="=twin {campus}"),
    "apply.saved": _link(MOVED, token="=twin {campus}"),
    "apply.status": _public(MOVED, reference="=TWIN-river"),
    "apply.withdraw": _public(MOVED, reference="=TWIN-river"),
    "apply.accept": _public(MOVED, reference="=TWIN-river"),
    "apply.decline": _public(MOVED, reference="=TWIN-river"),
    # Nobody has shown that the application is theirs: what asks leads to where that is done, what acts finds nothing.
    "apply.slip": _public(MOVED, reference="=TWIN-river", code="=TWIN"),
    "apply.print_slip": _unproven(),
    "apply.send_papers": _unproven(),
    "apply.sent_paper": _unproven(MOVED | ABSENT, kind="=photo"),
    "apply.sent_pieces": _unproven(kind="=photo"),
    "apply.finish_sent": _unproven(kind="=photo"),
    # What watches over the school and its installation.
    "audit.entries": _all(P.AUDIT_READ),
    "audit.export": _all(P.AUDIT_EXPORT),
    "audit.record": _of(P.AUDIT_READ, kind="=student", record_id="students"),
    "jobs.overview": _all(P.JOBS_MANAGE),
    # A message that waits is not set aside.
    "jobs.retry": _of(P.JOBS_MANAGE, message_id="outbox_messages"),
    "jobs.ask_retry_alike": _of(P.JOBS_MANAGE, shown=frozenset({409}), message_id="outbox_messages"),
    "jobs.retry_all_alike": _of(P.JOBS_MANAGE, message_id="outbox_messages"),
    "jobs.drop": _of(P.JOBS_MANAGE, message_id="outbox_messages"),
    "jobs.go_on": Route(P.JOBS_MANAGE, named=(("channel", "=mail"),)),
    "vitals.security_txt": Route(None),
    "vitals.readyz": Route(None, shown=frozenset({200, 503})),
    "vitals.metrics": Route(None),
    # Attendance.
    "attendance.now": Route(P.REGISTERS_READ, shown=MOVED),
    "attendance.registers": _all(P.REGISTERS_READ),
    "attendance.register_today": _of(P.REGISTERS_READ, section_id="sections"),
    "attendance.register": _of(P.REGISTERS_READ, section_id="sections", on=f"={DAY.isoformat()}"),
    "attendance.marks": _of(P.REGISTERS_READ, section_id="sections", on=f"={DAY.isoformat()}"),
    "attendance.worker": Route(None),
    "attendance.offline": _public(),
    "attendance.pupil": _of(
        P.REGISTERS_READ, section_id="sections", on=f"={DAY.isoformat()}", key="controls"
    ),
    "attendance.rules": _of(P.ATTENDANCE_REPORT, campus_id="campuses"),
    "attendance.month": _of(P.REGISTERS_READ, section_id="sections"),
    # Sheets, locks and files of registers; check-in.
    "sheets.of_section": _of(P.REGISTERS_READ, section_id="sections", suffix="=csv"),
    "sheets.of_class": _of(P.ATTENDANCE_REPORT, class_id="classes", suffix="=csv"),
    "sheets.months": _all(P.ATTENDANCE_REPORT),
    "sheets.month": _of(P.ATTENDANCE_REPORT, campus_id="campuses", first="=2026-10-01"),
    "sheets.lock": _of(P.ATTENDANCE_REPORT, campus_id="campuses", first="=2026-10-01"),
    "sheets.unlock": _of(P.ATTENDANCE_REPORT, campus_id="campuses", first="=2026-10-01"),
    "sheets.import_page": _of(P.ATTENDANCE_REPORT, campus_id="campuses"),
    "checkin.own": Route(P.OWN_RECORD_READ),
    "checkin.section": _of(P.REGISTERS_TAKE, section_id="sections"),
    "checkin.window": _of(P.REGISTERS_TAKE, window_id="checkin_windows"),
    "checkin.close": _of(P.REGISTERS_TAKE, window_id="checkin_windows"),
    "checkin.absent": _of(P.REGISTERS_TAKE, window_id="checkin_windows"),
    "checkin.strike": _of(P.REGISTERS_TAKE, window_id="checkin_windows", entry_id="checkin_entries"),
    "board.board": _all(P.ATTENDANCE_REPORT),
    "board.live": _all(P.ATTENDANCE_REPORT),
    "board.remind": _of(P.ATTENDANCE_REPORT, campus_id="campuses"),
    "board.here": _all(P.ATTENDANCE_REPORT),
    "board.here_print": _all(P.ATTENDANCE_REPORT),
    "board.away": _all(P.ATTENDANCE_REPORT),
    "board.away_file": _all(P.ATTENDANCE_REPORT),
    "board.report": _all(P.ATTENDANCE_REPORT),
    "board.report_file": _all(P.ATTENDANCE_REPORT),
    "board.concerns": _all(P.REGISTERS_READ),
    "board.look_now": _of(P.ATTENDANCE_REPORT, campus_id="campuses"),
    "board.concern": _of(P.REGISTERS_READ, concern_id="attendance_concerns"),
    "board.note_concern": _of(P.REGISTERS_READ, concern_id="attendance_concerns"),
    "board.give_concern": _of(P.REGISTERS_READ, concern_id="attendance_concerns"),
    "board.close_concern": _of(P.REGISTERS_READ, concern_id="attendance_concerns"),
    # The site, behind and in front.
    "cms.pages": _all(P.SITE_EDIT),
    "cms.new_page": _all(P.SITE_EDIT),
    "cms.page": _of(P.SITE_EDIT, Whose.SCHOOL, page_id="pages"),
    "cms.publish_page": _of(P.SITE_EDIT, Whose.SCHOOL, page_id="pages"),
    "cms.unpublish_page": _of(P.SITE_EDIT, Whose.SCHOOL, page_id="pages"),
    "cms.notices": _all(P.SITE_EDIT),
    "cms.new_notice": _all(P.SITE_EDIT),
    "cms.notice": _of(P.SITE_EDIT, notice_id="notices"),
    "cms.publish_notice": _of(P.SITE_EDIT, notice_id="notices"),
    "cms.unpublish_notice": _of(P.SITE_EDIT, notice_id="notices"),
    "site.home": _public(),
    "site.notices": _public(),
    "site.notice": _public(ABSENT, slug="=draft-main"),
    "site.page": _public(slug="=twins"),
    "site.search": _public(),
    "site.root": Route(None, shown=frozenset({302, 303})),
    "site.healthz": Route(None),
    "site.robots": Route(None),
    "site.sitemap": Route(None),
    # Families.
    "family.children": _all(P.FAMILY_READ),
    "family.month": _of(P.FAMILY_READ, Whose.FAMILY, student_id="students"),
    "family.record": _of(P.FAMILY_READ, Whose.FAMILY, student_id="students"),
    "family.ask": _all(P.LEAVE_ASK),
    "family.leaves": _all(P.LEAVE_ASK),
    "family.leave": _of(P.LEAVE_ASK, Whose.FAMILY, case_id="leave_cases"),
    "family.withdraw": _of(P.LEAVE_ASK, Whose.FAMILY, case_id="leave_cases"),
    "family.shorten": _of(P.LEAVE_ASK, Whose.FAMILY, case_id="leave_cases"),
    "family.notices": _all(P.LEAVE_ASK),
    "leave.waiting": _all(P.LEAVE_ANSWER),
    "leave.answer": _all(P.LEAVE_ANSWER),
    "leave.undo": _all(P.LEAVE_ANSWER),
    "leave.paper": _of(P.LEAVE_ANSWER, case_id="leave_cases"),
    "family.my_record": _all(P.OWN_RECORD_READ),
    "family.my_facts": _all(P.OWN_RECORD_READ),
    # Families and students go on to their own pages.
    "home.index": Route(P.PORTAL_ENTER, shown=frozenset({200, 303})),
    # People.
    "people.students": _all(P.STUDENTS_READ),
    "people.add_student": _all(P.STUDENTS_EDIT),
    "people.paper": _of(P.STUDENTS_EDIT, student_id="students", paper_id="student_papers"),
    "people.student": _of(P.STUDENTS_READ, student_id="students"),
    "people.edit_student": _of(P.STUDENTS_EDIT, student_id="students"),
    "people.change_status": _of(P.STUDENTS_EDIT, student_id="students"),
    "people.link_guardian": _of(P.GUARDIANS_EDIT, student_id="students"),
    "people.unlink_guardian": _of(P.GUARDIANS_EDIT, student_id="students", guardian_id="guardians"),
    "people.call_first": _of(P.GUARDIANS_EDIT, student_id="students", guardian_id="guardians"),
    "people.guardians": _all(P.GUARDIANS_READ),
    "people.add_guardian": _all(P.GUARDIANS_EDIT),
    "people.guardian": _of(P.GUARDIANS_READ, guardian_id="guardians"),
    "people.edit_guardian": _of(P.GUARDIANS_EDIT, guardian_id="guardians"),
    "people.invite_guardian": _of(P.GUARDIANS_EDIT, guardian_id="guardians"),
    "people.suspend_guardian": _of(P.USERS_EDIT, guardian_id="guardians"),
    "people.reactivate_guardian": _of(P.USERS_EDIT, guardian_id="guardians"),
    "people.staff": _all(P.STAFF_READ),
    "people.add_staff": _all(P.STAFF_EDIT),
    "people.staff_member": _of(P.STAFF_READ, staff_id="staff"),
    "people.edit_staff": _of(P.STAFF_EDIT, staff_id="staff"),
    "people.open_account": _of(P.USERS_EDIT, shown=frozenset({200, 303}), staff_id="staff"),
    "people.invite_staff": _of(P.USERS_EDIT, staff_id="staff"),
    "people.suspend_staff": _of(P.USERS_EDIT, staff_id="staff"),
    "people.reactivate_staff": _of(P.USERS_EDIT, staff_id="staff"),
    "people.give_role": _of(P.USERS_EDIT, staff_id="staff"),
    # A role that is not named is not held.
    "people.take_back_role": Route(P.USERS_EDIT, Whose.CAMPUS, (("staff_id", "staff"),), done=ABSENT),
}

EVERYBODY: tuple[Member | None, ...] = (None, *CAST.everybody)


def rules(app: Flask) -> list[Rule]:
    """Every route but that of the assets."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def address(rule: Rule, values: Mapping[str, object]) -> str:
    """The address of a route with these parameters."""
    known = {name: value for name, value in values.items() if name in rule.arguments}
    if "on" in known:
        known["on"] = date.fromisoformat(str(known["on"]))
    built = rule.build(known)
    assert built is not None, rule.rule
    return str(built[1])


@contextmanager
def school_with_twins() -> Iterator[None]:
    """Twins of everything, a second device for everybody, on the morning of a school day."""
    with clock.stopped_at(datetime(2026, 11, 22, 2, 42, tzinfo=UTC)):
        add_twins()
        add_devices()
        yield


def add_devices() -> None:
    """Everybody of the cast is signed in on a second device, and has a passkey."""
    for member in CAST.everybody:
        session().add(
            Session(
                id=session_key(member),
                user_id=member.user_id,
                token_hash=hash_token(f"device of {member.nick}"),
                expires_at=datetime.now(UTC) + timedelta(days=1),
            )
        )
        session().add(
            Passkey(
                id=passkey_key(member),
                user_id=member.user_id,
                credential_id=member.nick.encode(),
                public_key=b"-",
                sign_count=0,
                name="Phone",
            )
        )
    session().commit()
