"""A form that creates something does so once, however often it is sent.

A view that creates says `@creates`. Its form carries `once_field()`, a key that is new in every answer; the key is
asked about before the view runs and told afterwards. Every other route that takes a POST stands in `BY_NATURE` with
the reason why sending it twice does no harm. A check fails on a route that is in neither place.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, abort, current_app, flash, g, request, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as BaseResponse

from app.db import new_id
from app.domain.idempotency.services import begin, finish, release
from app.domain.idempotency.types import Answer, Sending
from app.uow import act_is_over, let_go
from app.web.access import find_current_actor
from app.web.headers import ONCE_FIELD, creates_something, once_field
from app.web.htmx import see_other

log = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])

_KEY = re.compile(r"[A-Za-z0-9_-]{22}")

_SENT = "sent"
_OVER = "over"
"""Where the browser's signed cookie keeps the attempt that ended without the database, see `_over`."""
_VERSION = "brings the version it saw; on a later one it is refused"
_SAME = "sets what it names; the second time it is so already"
_GONE = "removes one record by its key; the second time there is none"
_ASKED = "asks a new question; one that nobody answers ends by itself"
_LATEST = "makes a new link and ends the one before, so that one works"

BY_NATURE = MappingProxyType(
    {
        "academics.calendar.edit_entry": _VERSION,
        "academics.calendar.remove_entry_page": _GONE,
        "academics.edit_campus": _VERSION,
        "academics.edit_class": _VERSION,
        "academics.edit_section": _VERSION,
        "academics.edit_subject": _VERSION,
        "academics.edit_term": _VERSION,
        "academics.edit_year": _VERSION,
        "academics.remove_assignment_page": _GONE,
        "academics.remove_class_page": _GONE,
        "academics.remove_section_page": _GONE,
        "academics.remove_subject_page": _GONE,
        "academics.remove_term_page": _GONE,
        "academics.remove_year_page": _GONE,
        "accounts.add_passkey": "answers a question that is asked once",
        "accounts.begin_app": "makes a new secret and forgets the one that was never confirmed",
        "accounts.change_email": _LATEST,
        "accounts.change_password": _SAME,
        "accounts.change_phone": "sends a new code and ends the one before, so that one works",
        "accounts.choose_password": "spends the one-time link",
        "accounts.confirm": "a proof lasts from the last time it was given",
        "accounts.confirm_email": "spends the one-time link",
        "accounts.confirm_phone": "spends the code",
        "accounts.confirm_question": _ASKED,
        "accounts.forgotten": _LATEST,
        "accounts.new_passkey_question": _ASKED,
        "accounts.passkey_question": _ASKED,
        "accounts.passkey_sign_in": "answers a question that is asked once",
        "accounts.remove_app": _GONE,
        "accounts.remove_passkey": _GONE,
        "accounts.rename_passkey": _SAME,
        "accounts.renew_codes": "makes new codes and ends those before",
        "accounts.second_step": "spends the half-open sign-in",
        "accounts.set_up_app": "a code is accepted once",
        "accounts.sign_in": "ends the session this browser had",
        "accounts.sign_out": _GONE,
        "accounts.sign_out_device": _GONE,
        "accounts.sign_out_others": _GONE,
        "accounts.switch_language": _SAME,
        "admissions.answers": _VERSION,
        "admissions.assign_officer": _SAME,
        "admissions.bulk": "shows what would happen and changes nothing",
        "admissions.decide": _VERSION,
        "admissions.drop_milestone": _GONE,
        "admissions.edit_milestone": _VERSION,
        "admissions.enrol": _VERSION,
        "admissions.print_slip": "the same facts have one slip, by a unique constraint",
        "admissions.reject": _VERSION,
        "apply.accept": _SAME,
        "admissions.forget_filter": _GONE,
        "admissions.keys": _SAME,
        "admissions.merge": _VERSION,
        "admissions.settle": _SAME,
        "admissions.take_out": "reads; each file that is taken is one entry",
        "admissions.tick_milestone": _SAME,
        "admissions.undo": _SAME,
        "admissions.usual_milestones": "a cycle that has milestones keeps its own",
        "apply.answer": _SAME,
        "apply.decline": _SAME,
        "apply.ask_code": "sends a new code and ends the one before, so that one works",
        "apply.enter_code": "spends the code",
        "apply.reopen": _LATEST,
        "apply.same": _SAME,
        "apply.documents": "a paper takes the place of the one of its kind",
        "apply.find": "a search",
        "apply.finish": "a paper takes the place of the one of its kind",
        "apply.finish_sent": "a paper takes the place of the one of its kind",
        "apply.pieces": "a piece says where it begins; one that is there already is not put behind itself",
        "apply.print_slip": "the same facts have one slip, by a unique constraint",
        "apply.review": "an application has one reference; the second time it is told again",
        "apply.send_papers": "a paper that is there is not asked for again",
        "apply.sent_pieces": "a piece says where it begins; one that is there already is not put behind itself",
        "apply.start": "the key on the button names the draft, by a unique constraint",
        "apply.withdraw": _SAME,
        "timetable.edit_bell": _VERSION,
        "timetable.edit_lesson": _VERSION,
        "timetable.edit_week": _VERSION,
        "timetable.name": "names one person for one place; the same again changes nothing, another is refused",
        "timetable.remove_bell_page": _GONE,
        "timetable.take_back": _GONE,
        "attendance.marks": "each mark brings a key of its own; the second time it is known",
        "attendance.pupil": _VERSION,
        "attendance.register": _VERSION,
        "attendance.rules": _VERSION,
        "checkin.absent": _SAME,
        "checkin.close": _SAME,
        "checkin.own": "puts the pupil on the register once; the second time they stand there",
        "checkin.section": "opens one window; while it is open there is no second",
        "checkin.strike": _SAME,
        "sheets.import_page": "stores what differs; the second time nothing does",
        "sheets.lock": _SAME,
        "sheets.unlock": _GONE,
        "attendance.register_today": _VERSION,
        "audit.export": "reads; each file that is taken is one entry",
        "board.close_concern": "a concern that is closed is not closed again",
        "board.give_concern": _SAME,
        "board.look_now": "a child has one concern of a kind in a year, by a unique constraint",
        "board.remind": "once for a register and hour, by a unique constraint",
        "builder.condition": _VERSION,
        "builder.discard": _GONE,
        "builder.drop_field": _GONE,
        "builder.drop_page": _GONE,
        "builder.edit_field": _VERSION,
        "builder.edit_page": _VERSION,
        "builder.publish": _VERSION,
        "builder.put_back": _VERSION,
        "builder.shift_field": _VERSION,
        "builder.shift_page": _VERSION,
        "cms.notice": _VERSION,
        "cms.page": _VERSION,
        "cms.publish_notice": _SAME,
        "cms.publish_page": _SAME,
        "cms.unpublish_notice": _SAME,
        "cms.unpublish_page": _SAME,
        "cycles.close": _SAME,
        "cycles.edit": _VERSION,
        "cycles.edit_class": _VERSION,
        "cycles.edit_paper": _VERSION,
        "cycles.edit_quota": _VERSION,
        "cycles.edit_rules": _VERSION,
        "cycles.publish": _SAME,
        "cycles.remove": _GONE,
        "cycles.remove_class_page": _GONE,
        "cycles.remove_paper": _GONE,
        "cycles.remove_quota_page": _GONE,
        "draws.announce": _VERSION,
        "draws.cancel": _VERSION,
        "draws.hold": "a draw is held once; the second time its result is there already",
        "entry.several": _VERSION,
        "entry.undo": _VERSION,
        "family.notices": _SAME,
        "family.shorten": _SAME,
        "family.withdraw": _SAME,
        "fees.cancel": _SAME,
        "fees.confirm": _SAME,
        "jobs.drop": _SAME,
        "jobs.go_on": _SAME,
        "jobs.retry": _SAME,
        "jobs.retry_all_alike": _SAME,
        "leave.answer": "brings the versions it saw; a case that is answered is passed over",
        "leave.undo": "a case that waits again is passed over",
        "offers.offer": "brings the plan it saw; when that is done there is nothing left to offer",
        "offers.order": _SAME,
        "messages.message": _VERSION,
        "messages.reset": _GONE,
        "people.call_first": _SAME,
        "people.change_status": _SAME,
        "people.edit_guardian": _VERSION,
        "people.edit_staff": _VERSION,
        "people.edit_student": _VERSION,
        "people.give_role": "an account has a role at a campus once, by a unique constraint",
        "people.invite_guardian": _LATEST,
        "people.invite_staff": _LATEST,
        "people.link_guardian": "a guardian is linked to a student once, by a unique constraint",
        "people.open_account": "a person has one account, by a unique constraint",
        "people.reactivate_guardian": _SAME,
        "people.reactivate_staff": _SAME,
        "people.suspend_guardian": _SAME,
        "people.suspend_staff": _SAME,
        "people.take_back_role": _GONE,
        "people.unlink_guardian": _GONE,
        "scores.edit_part": _VERSION,
        "scores.edit_slot": _VERSION,
        "scores.import_page": "applies what was looked at; by then that is there already, and is looked at anew",
        "scores.markers": _VERSION,
        "scores.marks": _VERSION,
        "scores.move": _VERSION,
        "scores.publish": _SAME,
        "scores.remove_part_page": _GONE,
        "scores.remove_slot_page": _GONE,
        "scores.seats": "an applicant has one seat in a part, by a unique constraint",
        "scores.ties": _VERSION,
    }
)


def once_action(url: str | None = None) -> str:
    """Where a form that creates is sent: not quite to the address of its page.

    A browser forgets the page of an address it has sent something to, and going back would then fetch a new one
    with a new key.
    """
    here = url or (request.full_path if request.query_string else request.path)
    parts = urlsplit(here)
    if _SENT in parts.query.split("&"):
        return here
    return parts._replace(query="&".join(filter(None, [parts.query, _SENT]))).geturl()


def creates(view: View) -> View:
    """Mark a view whose POST creates something: its form carries a key."""
    view.__dict__["creates"] = True
    return view


def _owner() -> bytes:
    """Whose key it is: the account, or else the browser."""
    actor = find_current_actor()
    if actor is None:
        field = current_app.config["WTF_CSRF_FIELD_NAME"]
        if field not in session:
            generate_csrf()
        return hashlib.sha256(f"browser {session[field]}".encode()).digest()
    return hashlib.sha256(f"user {actor.user_id}".encode()).digest()


def _over() -> UUID | None:
    """The attempt of this browser that ended while the database could not be told; its key may be taken over."""
    try:
        return UUID(session.get(_OVER, ""))
    except ValueError:
        return None


def _digest() -> bytes:
    """What stands in the form, without what differs each time it is sent."""
    found = hashlib.sha256(request.full_path.encode("utf-8", "surrogatepass"))
    for name, value in sorted(request.form.items(multi=True)):
        if name not in {"csrf_token", ONCE_FIELD}:
            found.update(repr((name, value)).encode("utf-8", "surrogatepass"))
    for name, upload in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        found.update(repr((name, upload.filename)).encode("utf-8", "surrogatepass"))
        found.update(upload.stream.read())
        upload.stream.seek(0)
    return found.digest()


def _again(answer: Answer) -> BaseResponse:
    """The first answer once more, and what it said, where the browser did not get to read it."""
    if "_flashes" not in session:
        for kind, text in answer.messages:
            flash(text, kind)
    return see_other(answer.location)


def init_once(app: Flask) -> None:
    """Ask about the key before a view that creates, and tell it afterwards."""
    app.jinja_env.globals.update(
        once_field=once_field, once_action=once_action, creates_something=creates_something
    )

    @app.before_request
    def _ask() -> BaseResponse | None:
        if request.method != "POST" or not creates_something():
            return None
        key = request.form.get(ONCE_FIELD, "")
        if not _KEY.fullmatch(key):
            abort(400)
        sending = Sending(_owner(), key, str(request.endpoint), _digest(), new_id())
        let_go()  # whoever waits for the first answer holds no connection meanwhile
        try:
            answer = begin(sending, over=_over())
        except SQLAlchemyError:
            session[_OVER] = str(sending.attempt)
            raise
        session.pop(_OVER, None)
        if answer:
            return _again(answer)
        g.sending = sending
        return None

    @app.after_request
    def _tell(response: Response) -> Response:
        sending = g.pop("sending", None)
        if sending is None:
            return response
        # What is still written after the answer, such as that this device is in use, is no part of the act.
        act_is_over()
        let_go()
        try:
            if response.status_code == 303:
                said = tuple((str(kind), str(text)) for kind, text in session.get("_flashes", []))
                finish(sending, Answer(303, response.headers["Location"], said))
            else:
                release(sending)
        except SQLAlchemyError:
            # What the act was answered with is said all the same; only the key could not be told of it.
            log.warning("the end of a form could not be noted", exc_info=True)
            session[_OVER] = str(sending.attempt)
        return response
