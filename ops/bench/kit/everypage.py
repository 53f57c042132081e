"""Every page that somebody can open, from the application's own list of addresses.

A new page joins by itself when the things in its address are known here; otherwise it is reported as missed
until somebody says what stands in its address, or why it is not measured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from app.domain.kernel.access import ROLE_PERMISSIONS, Permission, Role
from app.domain.kernel.ids import hash_token
from app.web.access import PUBLIC, declared_access

READERS = (
    (Role.ADMIN,),
    (Role.PRINCIPAL, Role.ADMISSIONS_OFFICER, Role.EDITOR, Role.ACCOUNTANT),
    (Role.TEACHER,),
    (Role.GUARDIAN,),
    (Role.STUDENT,),
)
"""Who reads differently as the walls see it: of each group the first who may open a page."""

SENT, DRAFT = "measured-sent-application", "measured-draft"
"""The tokens of the private links that `prepare` lays on two applications."""

FACTS = {
    "taught_by": "SELECT person_id FROM users WHERE email = :teacher",
    "answered_for_by": "SELECT person_id FROM users WHERE phone = :guardian",
    "staff_id": "SELECT id FROM staff WHERE person_id = :taught_by",
    "section_id": "SELECT s.id FROM sections s JOIN academic_years y ON y.id = s.academic_year_id"
    " WHERE y.is_current AND s.class_teacher_id = :staff_id",
    "campus_id": "SELECT campus_id FROM sections WHERE id = :section_id",
    "year_id": "SELECT academic_year_id FROM sections WHERE id = :section_id",
    "class_id": "SELECT class_id FROM sections WHERE id = :section_id",
    "assignment_id": "SELECT id FROM teacher_subjects WHERE section_id = :section_id ORDER BY id LIMIT 1",
    "subject_id": "SELECT subject_id FROM teacher_subjects WHERE id = :assignment_id",
    "bell_id": "SELECT b.id FROM bell_times b JOIN sections s ON s.campus_id = b.campus_id AND s.shift = b.shift"
    " WHERE s.id = :section_id ORDER BY b.period LIMIT 1",
    "cycle_id": "SELECT id FROM admission_cycles WHERE campus_id = :campus_id ORDER BY opens_on DESC LIMIT 1",
    "seat_id": "SELECT id FROM admission_seats WHERE cycle_id = :cycle_id ORDER BY id LIMIT 1",
    "milestone_id": "SELECT id FROM admission_milestones WHERE cycle_id = :cycle_id ORDER BY position LIMIT 1",
    "draw_id": "SELECT id FROM admission_draws WHERE campus_id = :campus_id AND state = 'drawn' LIMIT 1",
    "announced_id": "SELECT id FROM admission_draws WHERE campus_id = :campus_id AND state = 'announced' LIMIT 1",
    "drawn_seat_id": "SELECT seat_id FROM admission_draws WHERE id = :draw_id",
    "scored_seat_id": "SELECT seat_id FROM admission_score_parts WHERE campus_id = :campus_id ORDER BY id LIMIT 1",
    "scored_cycle_id": "SELECT cycle_id FROM admission_seats WHERE id = :scored_seat_id",
    "part_id": "SELECT p.id FROM admission_score_parts p WHERE p.seat_id = :scored_seat_id AND NOT EXISTS"
    " (SELECT FROM admission_score_markers m WHERE m.part_id = p.id)",
    "slot_id": "SELECT id FROM admission_score_slots WHERE part_id = :part_id ORDER BY starts_at LIMIT 1",
    "seated_id": "SELECT application_id FROM admission_score_sittings WHERE slot_id = :slot_id ORDER BY id LIMIT 1",
    "batch_id": "SELECT id FROM admission_batches WHERE campus_id = :campus_id ORDER BY at LIMIT 1",
    "accepted_id": "SELECT id FROM admission_applications WHERE campus_id = :campus_id AND status = 'accepted'"
    " ORDER BY id LIMIT 1",
    "quota_id": "SELECT id FROM admission_quotas WHERE cycle_id = :cycle_id ORDER BY id LIMIT 1",
    "term_id": "SELECT id FROM terms WHERE academic_year_id = :year_id ORDER BY starts_on LIMIT 1",
    "entry_id": "SELECT id FROM calendar_entries WHERE campus_id = :campus_id ORDER BY starts_on LIMIT 1",
    "on": "SELECT max(date) FROM attendance_registers WHERE section_id = :section_id",
    "first": "SELECT date_trunc('month', max(date))::date FROM attendance_registers WHERE section_id = :section_id",
    "guardian_id": "SELECT id FROM guardians WHERE person_id = :answered_for_by",
    "student_id": "SELECT l.student_id FROM student_guardians l JOIN enrolments e ON e.student_id = l.student_id"
    " WHERE l.guardian_id = :guardian_id AND e.section_id = :section_id",
    "case_id": "SELECT id FROM leave_cases WHERE student_id = :student_id ORDER BY id LIMIT 1",
    "control_key": "SELECT right(rtrim(translate(encode(decode(replace(id::text, '-', ''), 'hex'), 'base64'),"
    " '+/', '-_'), '='), 4) FROM enrolments WHERE section_id = :section_id AND student_id = :student_id",
    "record_id": "SELECT cast(:student_id AS uuid)",
    "application_id": "SELECT a.id FROM admission_applications a WHERE a.campus_id = :campus_id"
    " AND a.status = 'submitted' AND EXISTS (SELECT FROM application_documents d WHERE d.application_id = a.id)"
    " ORDER BY a.id LIMIT 1",
    "other_id": "SELECT a.id FROM admission_applications a JOIN admission_applications b ON b.cycle_id = a.cycle_id"
    " WHERE b.id = :application_id AND a.id <> b.id AND a.status <> 'draft' ORDER BY a.id LIMIT 1",
    "draft_id": "SELECT id FROM admission_applications WHERE status = 'draft' AND class_id IS NOT NULL"
    " ORDER BY id LIMIT 1",
    "reference": "SELECT reference FROM admission_applications WHERE id = :application_id",
    "notice_id": "SELECT id FROM notices WHERE is_published AND campus_id IS NULL ORDER BY id LIMIT 1",
    "notice_slug": "SELECT slug FROM notices WHERE id = :notice_id",
    "page_id": "SELECT id FROM pages WHERE is_published ORDER BY id LIMIT 1",
    "page_slug": "SELECT slug FROM pages WHERE id = :page_id",
}
"""What stands in an address, by the name of its parameter: things of the people who can sign in. Each may ask
with what was found before it, and with the logins by role."""

_SCORED = {"cycle_id": ":scored_cycle_id", "seat_id": ":scored_seat_id"}
_ANNOUNCED = {"draw_id": ":announced_id"}
_LETTER = {"kind": "application.received", "channel": "mail", "locale": "en"}

OWN_VALUES: dict[str, dict[str, str]] = {
    "admissions.document": {"kind": "photo"},
    "admissions.enrol": {"application_id": ":accepted_id"},
    "apply.document": {"kind": "photo"},
    "apply.answer": {"token": DRAFT, "step": "guardian"},
    "apply.documents": {"token": DRAFT},
    "apply.review": {"token": DRAFT},
    "apply.saved": {"token": DRAFT},
    "attendance.pupil": {"key": ":control_key"},
    "audit.record": {"kind": "student"},
    **{key: {"key": "child"} for key in ("builder.drop_page", "builder.edit_page", "builder.new_field")},
    **{key: {"key": "email"} for key in ("builder.drop_field", "builder.edit_field")},
    "builder.preview": {"key": "child"},
    **dict.fromkeys(("draws.announce", "draws.cancel", "draws.hold"), _ANNOUNCED),
    **dict.fromkeys(("messages.message", "messages.reset"), _LETTER),
    **dict.fromkeys(("scores.add_part_page", "scores.merit", "scores.overview", "scores.ties"), _SCORED),
    "offers.offer": {"seat_id": ":drawn_seat_id"},
    "scores.move": {"application_id": ":seated_id"},
    "timetable.edit_lesson": {"weekday": "7", "period": "1"},
    "site.notice": {"slug": ":notice_slug"},
    "site.page": {"slug": ":page_slug"},
}
"""Where a parameter means something else on one page; with a colon one of the facts."""

ASKED = dict.fromkeys(("draws.fix", "offers.pool"), "shift=morning")
"""What must be asked of a page: the seats of the demo's classes are given shift by shift."""

VARIANTS: dict[str, tuple[str, ...]] = {
    "attendance.registers": ("campus=MYM&class=5",),
    "board.away": ("show=late",),
    "board.report": ("below=75", "by=sections", "by=subjects", "by=months", "by=runs"),
    "people.students": ("q=rahman", "q=S26-00042", "q=01700000", "q=4711", "page=9"),
    "people.guardians": ("q=islam", "page=9"),
    "people.staff": ("q=begum",),
    "admissions.queue": (
        "q=ahmed",
        "status=submitted",
        "page=4",
        "cycle=all",
        "officer=mine",
        "doubt=second",
        "doubt=family",
        "papers=open",
    ),
    "audit.entries": ("kind=student", "action=student.added"),
    "site.search": ("q=school",),
    "academics.sections": ("q=7",),
    "jobs.overview": ("state=sent",),
}
"""What people ask of a page besides opening it."""

NOT_MEASURED = {
    "static": "files of the build, served by nginx",
    "accounts.app_picture": "nobody is setting up an app",
    "accounts.set_up_app": "nobody is setting up an app",
    "accounts.remove_app": "nobody of the demo has an app",
    "accounts.remove_passkey": "nobody of the demo has a passkey",
    "accounts.new_passkey": "a browser asks for passkeys, and only at a name",
    "accounts.passkey_sign_in": "a browser asks for passkeys, and only at a name",
    "accounts.second_step": "only on the way in of an account with two steps",
    "accounts.choose_password": "only behind a link that works once",
    "accounts.confirm_email": "only behind a link that works once",
    "accounts.confirm_phone": "only while a code is on its way",
    "admissions.answers": "no form of the demo asks the office anything",
    "admissions.papers": "a part of the record",
    "admissions.presence": "a part of the record",
    "admissions.slip": "a file, and nobody of the demo has printed one",
    "leave.paper": "a file, and no family of the demo has sent one",
    "apply.accept": "nobody who is measured has an offer",
    "apply.decline": "nobody who is measured has an offer",
    "apply.enter_code": "only while a code is on its way",
    "apply.mine": "only after a code was entered",
    "apply.resume": "leads on to the status",
    "apply.sent_paper": "a part of the status, while a paper is checked",
    "apply.sent_pieces": "only while a paper is on its way",
    "apply.slip": "a file, and nobody of the demo has printed one",
    "apply.paper_state": "a part of the page of the papers",
    "apply.pieces": "only while a paper is on its way",
    "apply.withdraw": "only a form is sent there",
    "board.away_file": "a file, of the same statements as the page",
    "board.concern": "whose concerns there are differs from day to day",
    "board.live": "a part of the board",
    "board.report_file": "a file, of the same statements as the page",
    "attendance.now": "leads on to a register",
    "builder.condition": "the demo's forms have no question of their own",
    "builder.publish": "the demo's forms are as they come",
    "checkin.window": "nobody of the demo has opened check-in",
    "checkin.strike": "nobody of the demo has opened check-in",
    "sheets.of_class": "a file, of the same statements for any number of sections",
    "sheets.of_section": "a file, of the same statements as the month",
    "sheets.lock": "only a month that is over is locked",
    "sheets.unlock": "no month of the demo is locked",
    "cycles.edit_paper": "no campus of the demo has papers of its own",
    "cycles.remove_paper": "no campus of the demo has papers of its own",
    "entry.numbers_file": "a file, of the same statements as the page",
    "scores.merit_file": "a file, of the same statements as the list",
    "scores.sheet_to_fill": "a file, of the same statements as a look at an import",
    "entry.undo": "only for an application that was enrolled",
    "fees.cancel": "nobody of the demo has paid for an application",
    "fees.slip": "nobody of the demo has paid for an application",
    "jobs.ask_retry_alike": "only for a message that was set aside",
    "jobs.drop": "only for a message that was set aside",
    "offers.order": "the demo's seats are drawn, not given in the order of sending",
    "people.open_account": "everybody who works at the demo school has an account",
    "people.paper": "only in the file of somebody who came by an application",
    "site.root": "leads on to the home page",
    "vitals.metrics": "told only to Prometheus, and never through a proxy",
}
"""Addresses without a page that could be measured, and why."""


GO_ON = {"home.index": {"guardian", "student"}}
"""Who is led on from a page to one of their own."""

OF_OTHERS = {"scores.marks": {"teacher"}}
"""Who may open such pages, and not the one whose address is known here: its marks the office gives."""


@dataclass(frozen=True)
class Page:
    """An address as one reader opens it. `path` None: nobody has said what stands in it."""

    name: str
    role: str | None
    path: str | None


def prepare(connection: Connection, logins: dict[str, str]) -> dict[str, Any]:
    """Find what stands in addresses, and lay a private link that is known on a sent application and on a draft."""
    facts: dict[str, Any] = dict(logins)
    for name, statement in FACTS.items():
        facts[name] = connection.execute(text(statement), facts).scalars().first()
    lay = text("UPDATE admission_applications SET token_hash = :hash WHERE id = :key")
    for token, key in ((SENT, "application_id"), (DRAFT, "draft_id")):
        connection.execute(lay, {"hash": hash_token(token), "key": facts[key]})
    return facts | {"lang": "en", "token": SENT}


def every_page(app: Flask, facts: dict[str, Any]) -> Iterator[Page]:
    """Each page with each of its readers."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.endpoint):
        if "GET" not in (rule.methods or ()) or rule.endpoint in NOT_MEASURED:
            continue
        with app.app_context():
            access = declared_access(rule.endpoint)
        values = {name: _value(rule.endpoint, name, facts) for name in rule.arguments}
        path = None
        if None not in values.values():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
            path += f"?{ASKED[rule.endpoint]}" if rule.endpoint in ASKED else ""
        for role in _readers(access):
            if role in GO_ON.get(rule.endpoint, ()) or role in OF_OTHERS.get(rule.endpoint, ()):
                continue
            yield Page(rule.endpoint, role, path)
            for query in VARIANTS.get(rule.endpoint, ()) if path else ():
                yield Page(f"{rule.endpoint}?{query}", role, f"{path}?{query}")


def _value(endpoint: str, name: str, facts: dict[str, Any]) -> Any:
    own = OWN_VALUES.get(endpoint, {}).get(name, f":{name}")
    return facts.get(own[1:]) if own.startswith(":") else own


def _readers(access: Permission | str | None) -> list[str | None]:
    if access == PUBLIC:
        return [None]
    able = [next((role for role in group if access in ROLE_PERMISSIONS[role]), None) for group in READERS]
    return [role.value for role in able if role]
