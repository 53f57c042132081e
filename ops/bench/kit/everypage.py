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
    "cycle_id": "SELECT id FROM admission_cycles WHERE campus_id = :campus_id ORDER BY opens_on DESC LIMIT 1",
    "seat_id": "SELECT id FROM admission_seats WHERE cycle_id = :cycle_id ORDER BY id LIMIT 1",
    "quota_id": "SELECT id FROM admission_quotas WHERE cycle_id = :cycle_id ORDER BY id LIMIT 1",
    "term_id": "SELECT id FROM terms WHERE academic_year_id = :year_id ORDER BY starts_on LIMIT 1",
    "entry_id": "SELECT id FROM calendar_entries WHERE campus_id = :campus_id ORDER BY starts_on LIMIT 1",
    "on": "SELECT max(date) FROM attendance_registers WHERE section_id = :section_id",
    "guardian_id": "SELECT id FROM guardians WHERE person_id = :answered_for_by",
    "student_id": "SELECT l.student_id FROM student_guardians l JOIN enrolments e ON e.student_id = l.student_id"
    " WHERE l.guardian_id = :guardian_id AND e.section_id = :section_id",
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

_LETTER = {"kind": "application.received", "channel": "mail", "locale": "en"}

OWN_VALUES: dict[str, dict[str, str]] = {
    "admissions.document": {"kind": "photo"},
    "apply.document": {"kind": "photo"},
    "apply.answer": {"token": DRAFT, "step": "guardian"},
    "apply.documents": {"token": DRAFT},
    "apply.review": {"token": DRAFT},
    "apply.saved": {"token": DRAFT},
    "audit.record": {"kind": "student"},
    **{key: {"key": "child"} for key in ("builder.drop_page", "builder.edit_page", "builder.new_field")},
    **{key: {"key": "email"} for key in ("builder.drop_field", "builder.edit_field")},
    "builder.preview": {"key": "child"},
    **dict.fromkeys(("messages.message", "messages.reset"), _LETTER),
    "site.notice": {"slug": ":notice_slug"},
    "site.page": {"slug": ":page_slug"},
}
"""Where a parameter means something else on one page; with a colon one of the facts."""

ASKED = dict.fromkeys(("draws.fix", "offers.pool"), "shift=morning")
"""What must be asked of a page: the seats of the demo's classes are given shift by shift."""

VARIANTS: dict[str, tuple[str, ...]] = {
    "attendance.registers": ("campus=MYM&class=5",),
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

_NO_SCORE = "no class of the demo has a score"

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
    "admissions.batch": "nobody of the demo school has done anything to many at once",
    "admissions.drop_milestone": "no cycle of the demo school has milestones",
    "admissions.edit_milestone": "no cycle of the demo school has milestones",
    "admissions.enrol": "only for an application that was accepted",
    "admissions.papers": "a part of the record",
    "admissions.presence": "a part of the record",
    "admissions.slip": "a file, and nobody of the demo has printed one",
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
    "builder.condition": "the demo's forms have no question of their own",
    "builder.publish": "the demo's forms are as they come",
    "draws.announce": "the demo draws no seats",
    "draws.cancel": "the demo draws no seats",
    "draws.draw": "the demo draws no seats",
    "draws.hold": "the demo draws no seats",
    "draws.result": "the demo draws no seats",
    "draws.steps": "the demo draws no seats",
    "draws.tickets": "the demo draws no seats",
    "scores.add_slot_page": _NO_SCORE,
    "scores.edit_part": _NO_SCORE,
    "scores.edit_slot": _NO_SCORE,
    "entry.numbers_file": "a file, of the same statements as the page",
    "scores.import_page": _NO_SCORE,
    "scores.markers": _NO_SCORE,
    "scores.marks": _NO_SCORE,
    "scores.merit_file": "a file, of the same statements as the list",
    "scores.move": _NO_SCORE,
    "scores.remove_part_page": _NO_SCORE,
    "scores.remove_slot_page": _NO_SCORE,
    "scores.sheet_to_fill": _NO_SCORE,
    "scores.slot": _NO_SCORE,
    "scores.slots": _NO_SCORE,
    "entry.undo": "only for an application that was enrolled",
    "fees.cancel": "nobody of the demo has paid for an application",
    "fees.slip": "nobody of the demo has paid for an application",
    "jobs.ask_retry_alike": "only for a message that was set aside",
    "jobs.drop": "only for a message that was set aside",
    "offers.offer": "no order of the demo is published",
    "offers.order": "the demo's seats are drawn, not given in the order of sending",
    "people.open_account": "everybody who works at the demo school has an account",
    "people.paper": "only in the file of somebody who came by an application",
    "site.root": "leads on to the home page",
    "vitals.metrics": "told only to Prometheus, and never through a proxy",
}
"""Addresses without a page that could be measured, and why."""


GO_ON = {"home.index": {"guardian", "student"}}
"""Who is led on from a page to one of their own."""


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
            if role in GO_ON.get(rule.endpoint, ()):
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
