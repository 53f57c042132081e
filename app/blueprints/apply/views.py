"""Applying without an account: the form page by page behind a private link, and how far it is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, flash, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.apply.forms import FindForm, ReviewForm, documents_form
from app.blueprints.apply.limits import count_start, count_upload, find_counted, sending_counted
from app.blueprints.apply.pages import gap_problems, review_sections, status_trail, step_items, warnings_for
from app.blueprints.apply.words import DOCUMENT_WORDS, NEXT_WORDS
from app.domain.admissions.cycles.rules import papers_required
from app.domain.admissions.fees.queries import case_of
from app.domain.admissions.forms.queries import form_of
from app.domain.admissions.forms.resuming import SHARED, find_source
from app.domain.admissions.forms.rules import next_step, previous_step, steps_of
from app.domain.admissions.forms.types import FormDefinition, FormPage
from app.domain.admissions.lottery.queries import list_own_tickets
from app.domain.admissions.offers.queries import family_offer
from app.domain.admissions.queries import (
    find_asked,
    find_by_token,
    find_place_of,
    find_sent,
    list_documents,
    list_events,
    list_open_classes,
    list_places_of,
)
from app.domain.admissions.rules import TRANSITIONS, answers_of, find_gaps, papers_to_send, usable_papers
from app.domain.admissions.scores.queries import list_slots_of
from app.domain.admissions.services import (
    attach_document,
    remove_document,
    save_step,
    start_application,
    submit_application,
    withdraw_application,
)
from app.domain.admissions.types import (
    ApplicationsClosed,
    ApplicationStatus,
    ApplicationView,
    AskedPapers,
    DocumentKind,
    NotComplete,
    OpenClass,
    Step,
    papers_in_order,
)
from app.domain.files.types import FilesUnavailable, UploadRefused
from app.domain.kernel.access import Actor, visitor
from app.domain.kernel.dates import local_day
from app.domain.kernel.errors import N_, Conflict, Refused
from app.domain.kernel.ids import new_token
from app.domain.limits.types import TooMany
from app.web.access import client_address, public
from app.web.admission import SHIFT_WORDS, cycle_words, next_sentences
from app.web.admission_form import Asked, ask_page, control_of, plain_label, title_of
from app.web.errors import message_of, status_of
from app.web.forms import Form, submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import current_locale
from app.web.slips import slip_choices
from app.web.urls import absolute_url, status_link

blueprint = Blueprint("apply", __name__)

_KEY = re.compile(r"[A-Za-z0-9_-]{43}")
_PROOFS = "applications"
_MOST_PROOFS = 5
_LIKE = "like"
_NO_PAIR = N_("We find no application with this reference and this phone number. Check both and try again.")


def today() -> date:
    """The day it is at the school."""
    return local_day(datetime.now(UTC))


def family() -> Actor:
    """The family at the other end: nobody who is signed in."""
    return visitor(current_locale(), ip=client_address(), user_agent=request.user_agent.string or None)


def _token_for(key: str, cycle_id: UUID | None) -> str:
    """The private token of a draft, from the key its start button carried: a double click asks for the same one.

    The buttons of two cycles on one page begin two drafts. It is made with our secret, so that nobody can choose a
    token that can be guessed.
    """
    if not _KEY.fullmatch(key):
        key = new_token()
    secret = str(current_app.config["SECRET_KEY"]).encode()
    about = f"application {key} {cycle_id}" if cycle_id else f"application {key}"
    digest = hmac.new(secret, about.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def draft_link(token: str) -> str:
    return absolute_url("apply.resume", lang=current_locale(), token=token)


def own_draft(token: str) -> ApplicationView:
    """The application behind a private link; 404 where the link opens nothing."""
    application = find_by_token(token)
    if application is None:
        abort(404)
    return application


def remember(application: ApplicationView) -> str:
    """Let this browser see the status page, and return its address. A draft that has ended has none: to the door."""
    if not application.reference:
        flash(
            gettext(
                "The applications were closed, and this one was never sent. It can no longer be filled in."
            )
        )
        return url_for("apply.index", lang=current_locale())
    proofs = dict(session.get(_PROOFS, {}))
    proofs.pop(application.reference, None)
    proofs[application.reference] = str(application.id)
    session[_PROOFS] = dict(list(proofs.items())[-_MOST_PROOFS:])
    return url_for("apply.status", lang=current_locale(), reference=application.reference)


def proven(reference: str) -> ApplicationView | None:
    """The application that this browser has shown to be its own."""
    key = session.get(_PROOFS, {}).get(reference)
    return find_sent(UUID(key)) if key else None


# --- the door


@blueprint.route("/<lang:lang>/admissions/")
@public
def index(lang: str) -> Response:
    """What is open, for whom, what is needed, and the button that begins."""
    return render_page(
        "apply/index.html",
        cycles=_by_cycle(list_open_classes(today())),
        today=today(),
        key=new_token(),
        **cycle_words(),
    )


def _by_cycle(places: Iterable[OpenClass]) -> list[list[OpenClass]]:
    """The open classes of each cycle, in the order in which they come."""
    found: dict[UUID, list[OpenClass]] = {}
    for place in places:
        found.setdefault(place.cycle_id, []).append(place)
    return list(found.values())


@blueprint.route("/<lang:lang>/admissions/start", methods=["POST"])
@public
def start(lang: str) -> BaseResponse:
    """Begin a draft and go to its first page."""
    count_start(family())
    cycle_id = request.form.get("cycle", type=UUID)
    token = _token_for(request.form.get("key", ""), cycle_id)
    try:
        start_application(family(), token, lang, today(), cycle_id=cycle_id)
    except ApplicationsClosed:
        return render_page("apply/closed.html", status=422)
    application = own_draft(token)
    _keep_source(application)
    return see_other(step_url(token, steps_of(form_of(application))[0]))


def _keep_source(application: ApplicationView) -> None:
    """Remember of which earlier application this one is for another child, if this browser has shown that one."""
    earlier = proven(request.form.get("like", "")) or find_by_token(request.form.get("like_link", ""))
    if earlier and earlier.id != application.id:
        kept = {**session.get(_LIKE, {}), str(application.id): str(earlier.id)}
        session[_LIKE] = dict(list(kept.items())[-_MOST_PROOFS:])


def _source(application: ApplicationView, page: FormPage) -> ApplicationView | None:
    """The earlier application whose answers are offered on a page."""
    key = session.get(_LIKE, {}).get(str(application.id))
    asks = {field.key for field in page.asked} & {*SHARED}
    return find_source(UUID(key), application) if key and asks else None


# --- the form


@blueprint.route("/<lang:lang>/apply/<string:token>")
@public
def resume(lang: str, token: str) -> BaseResponse:
    """Come back by the private link: to the first page that needs something."""
    application = own_draft(token)
    if not application.is_draft:
        return see_other(remember(application))
    asked = find_asked(application)
    papers = usable_papers(list_documents(application.id))
    gaps = find_gaps(application, papers, asked.needed, form_of(application), asked.shifts)
    return see_other(step_url(token, gaps[0].step if gaps else Step.REVIEW))


def step_url(token: str, step: str) -> str:
    """The address of a page of the form."""
    if step in (Step.DOCUMENTS, Step.REVIEW):
        return url_for(f"apply.{step}", lang=current_locale(), token=token)
    return url_for("apply.answer", lang=current_locale(), token=token, step=step)


def _gone_on(application: ApplicationView, places: list[OpenClass]) -> BaseResponse | None:
    """The answer where there is no form to fill: the application was sent, or nothing is open."""
    if not application.is_draft:
        return see_other(remember(application))
    if not places:
        return render_page("apply/closed.html", status=422 if request.method == "POST" else 200)
    return None


def _step_page(
    template: str,
    token: str,
    step: str,
    application: ApplicationView,
    form: Form,
    *,
    status: int = 200,
    **more: Any,
) -> Response:
    whole = form_of(application)
    back = previous_step(whole, step)
    return render_page(
        template,
        form=form,
        token=token,
        step=step,
        title=title_of(whole, step),
        application=application,
        steps=step_items(whole, lambda each: step_url(token, each)),
        number=steps_of(whole).index(step) + 1,
        back_url=step_url(token, back) if back else None,
        action=step_url(token, step),
        status=422 if form.problems and status == 200 else status,
        **more,
    )


def _onward(token: str, form: FormDefinition, step: str) -> BaseResponse:
    """After a page is saved: the next one, or the page that says how to come back."""
    if request.form.get("do") == "later":
        return see_other(url_for("apply.saved", lang=current_locale(), token=token))
    return see_other(step_url(token, next_step(form, step)))


@blueprint.route("/<lang:lang>/apply/<string:token>/<string:step>", methods=["GET", "POST"])
@public
def answer(lang: str, token: str, step: str) -> BaseResponse:
    """One page of questions. What is in order is saved; "finish later" leaves out the rest and says so."""
    application, places = own_draft(token), list_open_classes(today())
    page = _page(application, step)
    if elsewhere := _gone_on(application, places):
        return elsewhere
    asked = _ask(application, page, places)
    later = request.form.get("do") == "later"
    if submitted(asked.form) or (asked.form.is_submitted() and later):
        try:
            kept = save_step(family(), token, step, asked.given(), today(), draft_link=draft_link(token))
        except Refused as error:
            asked.form.put_refusal(error)
        else:
            _tell_left_out(asked)
            return _onward(token, form_of(kept), step)
    return _step_page(
        "apply/answer.html",
        token,
        step,
        application,
        asked.form,
        asked=asked,
        like=_source(application, page),
    )


def _page(application: ApplicationView, step: str) -> FormPage:
    """A page of the application's form with something on it for families; 404 where there is none."""
    form = form_of(application)
    page = form.page(step)
    return page if page and step in steps_of(form) else abort(404)


def _ask(application: ApplicationView, page: FormPage, places: list[OpenClass]) -> Asked:
    place = find_place_of(application, places)
    # The family began in one of the open cycles: its classes come first.
    places = sorted(places, key=lambda each: each.cycle_id != application.cycle_id)
    quotas = next((each.terms.quotas for each in places if each.cycle_id == application.cycle_id), ())
    seat = str(place.seat_id) if place else ""
    return ask_page(form_of(application), page, answers_of(application), places, quotas, seat=seat)


def _tell_left_out(asked: Asked) -> None:
    """Name the answers that were typed and could not be kept."""
    left = [
        plain_label(field)
        for field in asked.fields.values()
        if (control := asked.form[control_of(field)]).errors and any(control.raw_data or ())
    ]
    if left:
        flash(
            gettext("Not saved yet; please correct: %(answers)s.", answers=gettext(", ").join(left)), "warn"
        )


@blueprint.route("/<lang:lang>/apply/<string:token>/documents", methods=["GET", "POST"])
@public
def documents(lang: str, token: str) -> BaseResponse:
    """The papers: send, replace, remove. A refused one says why, and the others are kept."""
    application = own_draft(token)
    if elsewhere := _gone_on(application, list_open_classes(today())):
        return elsewhere
    asked = find_asked(application)
    form, status = documents_form(asked.papers), 200
    if submitted(form):
        status = keep_papers(application, form, asked.papers, partial(attach_document, family(), token))
        if (removed := request.form.get("remove")) in asked.papers:
            remove_document(family(), token, DocumentKind(removed or ""))
            return see_other(step_url(token, Step.DOCUMENTS))
        if not form.problems:
            return _onward(token, form_of(application), Step.DOCUMENTS)
        application = own_draft(token)
    return _step_page(
        "apply/documents.html",
        token,
        Step.DOCUMENTS,
        application,
        form,
        status=status,
        **_papers_of(application, asked),
    )


def _papers_of(application: ApplicationView, asked: AskedPapers) -> dict[str, Any]:
    """The papers of a draft: what is there, what each is called, and which it cannot be sent without."""
    return {
        "papers": list_documents(application.id),
        "words": {kind: DOCUMENT_WORDS[kind] for kind in asked.papers},
        "needed": asked.needed,
    }


def keep_papers(
    application: ApplicationView,
    form: Form,
    asked: Iterable[DocumentKind],
    keep: Callable[[DocumentKind, bytes, str], None],
) -> int:
    """Keep each file that came, whatever becomes of the other. Returns the status of a page that must be shown."""
    status = 200
    for kind in asked:
        for upload in request.files.getlist(kind.value)[:1]:
            if upload.filename:
                try:
                    count_upload(family(), application.id)
                    keep(kind, upload.read(), upload.filename)
                except TooMany as error:
                    form.put_refusal(error)
                except UploadRefused as error:
                    form[kind.value].errors = [message_of(error)]
                except FilesUnavailable as error:
                    form[kind.value].errors = [message_of(error)]
                    status = status_of(error)
    return status


@blueprint.route("/<lang:lang>/apply/<string:token>/review", methods=["GET", "POST"])
@public
def review(lang: str, token: str) -> BaseResponse:
    """Everything on one page, what is missing, and the button that sends it."""
    application, places = own_draft(token), list_open_classes(today())
    if elsewhere := _gone_on(application, places):
        return elsewhere
    form, problems = ReviewForm(), None
    if request.form.get("do") == "later":
        return _onward(token, form_of(application), Step.REVIEW)
    if submitted(form):
        try:
            with sending_counted(family(), application):
                consent = bool(form.consent.data)
                submit_application(family(), token, consent=consent, today=today(), status_link=status_link)
        except NotComplete as error:
            problems = gap_problems(form_of(application), error.gaps)
        except Refused as error:
            form.put_refusal(error)
        else:
            return see_other(remember(own_draft(token)))
    return _review_page(token, application, places, form, problems)


def _review_page(
    token: str,
    application: ApplicationView,
    places: list[OpenClass],
    form: ReviewForm,
    problems: list[tuple[str | None, str]] | None,
) -> Response:
    papers, place = list_documents(application.id), find_place_of(application, places)
    asked, whole = find_asked(application), form_of(application)
    shifts = place.shifts if place else ()
    found = find_gaps(application, usable_papers(papers), asked.needed, whole, shifts)
    gaps = {gap.field for gap in found} | ({"seat"} if place is None else set())
    return _step_page(
        "apply/review.html",
        token,
        Step.REVIEW,
        application,
        form,
        status=422 if problems else 200,
        sections=review_sections(
            whole, application, place, papers, asked.papers, lambda each: step_url(token, each)
        ),
        gaps=gaps,
        problems=problems or form.problems,
        warnings=warnings_for(application),
    )


@blueprint.route("/<lang:lang>/apply/<string:token>/saved")
@public
def saved(lang: str, token: str) -> BaseResponse:
    """How to come back to a draft."""
    application = own_draft(token)
    if not application.is_draft:
        return see_other(remember(application))
    return render_page(
        "apply/saved.html", application=application, link=draft_link(token), token=token, key=new_token()
    )


# --- how far it is


@blueprint.route("/<lang:lang>/admissions/status", methods=["GET", "POST"])
@public
def find(lang: str) -> BaseResponse:
    """Ask for reference and phone. A pair that does not belong together never says which half is wrong."""
    form = FindForm(data={"reference": request.args.get("reference", "")[:40]})
    if submitted(form):
        try:
            application = find_counted(family(), form.reference.data or "", form.phone.data or "")
            if application:
                return see_other(remember(application))
            raise Refused(_NO_PAIR)
        except Refused as error:
            form.put_refusal(error)
    return render_page("apply/find.html", form=form, status=422 if form.problems else 200)


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>")
@public
def status(lang: str, reference: str) -> BaseResponse:
    """What happened, what comes next."""
    application = proven(reference)
    if application is None:
        return see_other(url_for("apply.find", lang=lang, reference=reference[:40]))
    return status_page(application)


def status_page(application: ApplicationView, form: Form | None = None, status: int = 200) -> Response:
    """The family's page of a sent application; with what is wrong with the papers it has just sent."""
    place = find_place_of(application, list_places_of(application.cycle_id))
    papers = list_documents(application.id)
    asked = papers_required(place, application.quota_ids) if place else ()
    wanted = papers_to_send(application.status, asked, papers)
    return render_page(
        "apply/status.html",
        application=application,
        papers=papers,
        shown=papers_in_order({*papers, *wanted}),
        wanted=wanted,
        form=form or documents_form(wanted),
        words=DOCUMENT_WORDS,
        trail=status_trail(list_events(application.id)),
        next_words=NEXT_WORDS[application.status],
        tickets=list_own_tickets(application.id),
        shifts=SHIFT_WORDS,
        offer=family_offer(application.id),
        next_sentences=next_sentences(application.status, place, today()),
        slips=slip_choices(application),
        slots=list_slots_of(application.id),
        may_withdraw=ApplicationStatus.WITHDRAWN in TRANSITIONS[application.status],
        status=status,
        fee_case=case_of(application.id),
        key=new_token(),
    )


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>/withdraw", methods=["GET", "POST"])
@public
def withdraw(lang: str, reference: str) -> BaseResponse:
    """Take the application back, after asking once more."""
    application = proven(reference)
    if application is None:
        return see_other(url_for("apply.find", lang=lang, reference=reference[:40]))
    back = url_for("apply.status", lang=lang, reference=reference)
    if request.method == "POST":
        try:
            withdraw_application(family(), application.id)
        except Conflict:
            flash(gettext("The application has moved on in the meantime and was not withdrawn."), "warn")
        else:
            flash(gettext("The application is withdrawn."), "ok")
        return see_other(back)
    return render_page("apply/withdraw.html", "question", application=application, back_url=back)
