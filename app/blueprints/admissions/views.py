"""The officer's desk: the queue, one application beside it, decisions, enrolment."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.admissions.answers import answers_card
from app.blueprints.admissions.entry import entry_context
from app.blueprints.admissions.forms import DecideForm, EnrolForm, NoteForm, RejectForm
from app.blueprints.admissions.pages import (
    audit_lines,
    here,
    history_lines,
    kept,
    known_guardian,
    officers_at,
    paper_lines,
    parts_of_record,
    presence,
    queue_context,
)
from app.blueprints.admissions.words import (
    DECISION_WORDS,
    DUPLICATE_WORDS,
    GENDER_WORDS,
    PAIR_WORDS,
    RELATIONSHIP_WORDS,
)
from app.domain.academics.queries import SectionView
from app.domain.admissions.desk.queries import list_duplicates, list_reached, list_settled
from app.domain.admissions.districts import district_name
from app.domain.admissions.entry.queries import check_application, sections_of, suggest_section
from app.domain.admissions.entry.types import Check
from app.domain.admissions.policies import may_decide, may_enrol
from app.domain.admissions.queries import (
    get_application,
    list_documents,
    list_events,
)
from app.domain.admissions.rules import (
    DECISIONS,
    ENROLLABLE,
    TRANSITIONS,
    next_decisions,
    number_warnings,
)
from app.domain.admissions.scores.queries import marks_of
from app.domain.admissions.services import add_note, decide_application, enrol_applicant
from app.domain.admissions.types import ApplicationStatus, ApplicationView, EventKind
from app.domain.audit.queries import list_entries_of
from app.domain.kernel.access import Permission
from app.domain.kernel.clock import today
from app.domain.kernel.dates import age_on
from app.domain.kernel.errors import Conflict, Refused
from app.web.access import current_actor, requires
from app.web.admission import own_papers
from app.web.entry import point_words
from app.web.files import send_wanted_size
from app.web.forms import submitted
from app.web.happenings import FIELD_WORDS
from app.web.htmx import is_partial, render_page, see_other
from app.web.i18n import current_locale
from app.web.once import creates
from app.web.slips import slip_choices
from app.web.urls import absolute_url, status_link

blueprint = Blueprint("admissions", __name__, url_prefix="/admissions/applications")


def invitation_link(locale: str, token: str) -> str:
    """The address at which a guardian chooses a password, for letters."""
    return absolute_url("accounts.choose_password", lang=locale, token=token)


@blueprint.route("/")
@requires(Permission.APPLICATIONS_READ)
def queue() -> Response:
    """Every application that was sent to the officer's campuses, newest first."""
    return render_page("admissions/queue.html", "list", **queue_context(current_actor(), kept()))


@blueprint.route("/<uuid:application_id>")
@requires(Permission.APPLICATIONS_READ)
def record(application_id: UUID) -> Response:
    """One application with its papers, family, notes and history, beside the queue."""
    application = get_application(current_actor(), application_id)
    return _record_page(application, DecideForm(data={"version": application.version}), NoteForm())


def _record_page(application: ApplicationView, decide: DecideForm, note: NoteForm) -> Response:
    actor, locale = current_actor(), current_locale()
    problems = [*decide.problems, *note.problems]
    events = list_events(application.id, notes=True)
    audited = actor.may(Permission.AUDIT_READ, application.campus_id)
    queue = queue_context(actor, kept(), application)
    documents = list_documents(application.id)
    return render_page(
        "admissions/record.html",
        application=application,
        form=decide,
        note_form=note,
        problems=problems,
        decisions=_decisions(application) if may_decide(actor, application) else [],
        may_reject=may_decide(actor, application)
        and ApplicationStatus.REJECTED in TRANSITIONS[application.status],
        may_enrol=may_enrol(actor, application) and application.status in ENROLLABLE,
        age=age_on(application.born_on, today()) if application.born_on else None,
        number_warnings=[
            gettext(text) for text in number_warnings(application.birth_registration_no, application.born_on)
        ],
        **answers_card(actor, application),
        district=district_name(application.district, locale) if application.district else None,
        documents=documents,
        duplicates=list_duplicates(actor, application),
        scores=marks_of(actor, application),
        may_decide_scores=may_decide(actor, application),
        settled=list_settled(actor, application.id),
        reached=list_reached(application),
        officers_here=officers_at(queue["officers"], application.campus_id),
        may_settle=may_decide(actor, application),
        me=actor.user_id if may_decide(actor, application) else None,
        parts=parts_of_record(audited=audited),
        guardian=known_guardian(actor, application),
        notes=[event for event in events if event.kind is EventKind.NOTE],
        history=history_lines(events),
        audit=audit_lines(list_entries_of("application", application.id)) if audited else None,
        slips=slip_choices(application),
        words={
            "documents": paper_lines(
                application,
                documents,
                own=any(each.has_own_papers for each in queue["cycles"] if each.id == application.cycle_id),
            ),
            "duplicates": DUPLICATE_WORDS,
            "gender": GENDER_WORDS,
            "relationship": RELATIONSHIP_WORDS,
            "pairs": PAIR_WORDS,
        },
        status=422 if problems else 200,
        **entry_context(actor, application),
        **queue,
        **presence(actor, application),
    )


def _decisions(application: ApplicationView) -> list[tuple[str, Any]]:
    """(value, words) of the buttons that follow from the present state."""
    allowed = next_decisions(application.status)
    return [(state.value, words) for state, words in DECISION_WORDS.items() if state in allowed]


@blueprint.route("/<uuid:application_id>/decide", methods=["POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def decide(application_id: UUID) -> BaseResponse:
    """Decide. A page that is out of date is answered with what happened since."""
    application = get_application(current_actor(), application_id, Permission.APPLICATIONS_DECIDE)
    form = DecideForm()
    form.offer([state for state in ApplicationStatus if state in DECISIONS])
    if submitted(form):
        to = ApplicationStatus(form.do.data)
        try:
            _decide(application_id, to, form.reason.data or "", form.version.number or 0)
        except Conflict:
            return _moved_on(application_id, form.version.number or 0)
        except Refused as error:
            form.put_refusal(error)
        else:
            return _decided(application_id)
    return _record_page(application, form, NoteForm(formdata=None))


def _decide(application_id: UUID, to: ApplicationStatus, reason: str, version: int) -> None:
    decide_application(
        current_actor(), application_id, to, reason=reason, version=version, status_link=status_link
    )


def _decided(application_id: UUID) -> BaseResponse:
    flash(gettext("Decided, and the family is told."), "ok")
    return see_other(here(application_id))


def _moved_on(application_id: UUID, version: int) -> Response:
    """409: what happened since the page was opened."""
    application = get_application(current_actor(), application_id)
    events = [event for event in list_events(application_id) if event.details.get("version", 0) > version]
    return render_page(
        "admissions/moved_on.html",
        application=application,
        history=history_lines(events),
        here=here(application_id),
        status=409,
    )


@blueprint.route("/<uuid:application_id>/reject", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_DECIDE)
def reject(application_id: UUID) -> BaseResponse:
    """Ask once more, with the reason, before a family is refused."""
    application = get_application(current_actor(), application_id, Permission.APPLICATIONS_DECIDE)
    form = RejectForm(data={"version": application.version})
    if submitted(form):
        try:
            _decide(
                application_id, ApplicationStatus.REJECTED, form.reason.data or "", form.version.number or 0
            )
        except Conflict:
            return _moved_on(application_id, form.version.number or 0)
        except Refused as error:
            form.put_refusal(error)
        else:
            return _decided(application_id)
    return render_page(
        "admissions/reject.html",
        "question",
        application=application,
        form=form,
        here=here(application_id),
        action=url_for("admissions.reject", application_id=application_id, **kept()),
        status=422 if form.problems else 200,
    )


@blueprint.route("/<uuid:application_id>/notes", methods=["POST"])
@requires(Permission.APPLICATIONS_READ)
@creates
def note(application_id: UUID) -> BaseResponse:
    """Add a note for colleagues."""
    application = get_application(current_actor(), application_id)
    form = NoteForm()
    if submitted(form):
        add_note(current_actor(), application_id, form.text.data or "")
        flash(gettext("Note added."), "ok")
        return see_other(here(application_id))
    empty = DecideForm(formdata=None, data={"version": application.version})
    return _record_page(application, empty, form)


@blueprint.route("/<uuid:application_id>/documents")
@requires(Permission.APPLICATIONS_READ)
def papers(application_id: UUID) -> BaseResponse:
    """How the papers stand: the part of the record that asks again. Without script, the record itself."""
    application = get_application(current_actor(), application_id)
    if not is_partial():
        return see_other(here(application_id))
    documents = list_documents(application.id)
    return render_page(
        "admissions/_papers.html",
        application=application,
        documents=documents,
        words={"documents": paper_lines(application, documents, own=bool(own_papers()))},
    )


@blueprint.route("/<uuid:application_id>/documents/<string:kind>")
@requires(Permission.APPLICATIONS_READ)
def document(application_id: UUID, kind: str) -> Response:
    """A paper of an application within reach."""
    papers = list_documents(get_application(current_actor(), application_id).id)
    paper = next((each for each in papers.values() if each.kind.value == kind), None) or abort(404)
    return send_wanted_size(paper.file)


@blueprint.route("/<uuid:application_id>/enrol", methods=["GET", "POST"])
@requires(Permission.APPLICATIONS_ENROL)
def enrol(application_id: UUID) -> BaseResponse:
    """Choose a section, see what will be made, and make it."""
    application = get_application(current_actor(), application_id, Permission.APPLICATIONS_ENROL)
    if application.status not in ENROLLABLE and request.method == "GET":
        return _moved_on(application_id, application.version)
    sections = sections_of(application)
    check = check_application(current_actor(), application, sections, today())
    form = EnrolForm(data={"version": application.version, "guardian_version": check.guardian_version})
    form.offer(sections, check.differences)
    if submitted(form):
        try:
            return _enrolled(application, form)
        except Conflict:
            return _moved_on(application_id, form.version.number or 0)
        except Refused as error:
            form.put_refusal(error)
    return _enrol_page(application, sections, check, form)


def _enrolled(application: ApplicationView, form: EnrolForm) -> BaseResponse:
    result = enrol_applicant(
        current_actor(),
        application.id,
        form.section_id.key or application.id,
        version=form.version.number or 0,
        today=today(),
        invitation_link=invitation_link,
        take=form.take.data or (),
        guardian_version=form.guardian_version.number,
    )
    flash(
        gettext(
            "Enrolled as %(number)s, roll number %(roll)s.", number=result.student_no, roll=result.roll_number
        ),
        "ok",
    )
    if result.invitation and not application.email:
        flash(
            gettext(
                "The guardian has no e-mail address. Hand over an invitation from the guardian's account."
            ),
            "warn",
        )
    return see_other(here(application.id))


def _enrol_page(
    application: ApplicationView, sections: list[SectionView], check: Check, form: EnrolForm
) -> Response:
    """The choice of a section; once one with a free seat is chosen, the question whether to do it."""
    wanted = None if form.problems else request.args.get("section")
    chosen = next((section for section in sections if str(section.id) == wanted and section.seats_free), None)
    return render_page(
        "admissions/enrol.html",
        application=application,
        sections=sections,
        chosen=None if check.stops else chosen,
        suggested=None if check.stops else suggest_section(application, sections),
        check=check,
        point_words=point_words,
        field_words=FIELD_WORDS,
        form=form,
        guardian=known_guardian(current_actor(), application),
        here=here(application.id),
        action=url_for("admissions.enrol", application_id=application.id, **kept()),
        kept=kept(),
        status=422 if form.problems else 200,
    )
