"""Slips of an application as files: what stands on them, in the language of the family, and the answer."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Response, abort
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l

from app.domain.academics.types import Shift
from app.domain.admissions.letters import paper_name
from app.domain.admissions.queries import find_place_of, list_documents, list_places_of
from app.domain.admissions.rules import usable_papers
from app.domain.admissions.slips.queries import given_of
from app.domain.admissions.slips.rules import slips_for, spaced_code
from app.domain.admissions.slips.types import Given, Offered, Seating, SlipKind, SlipView
from app.domain.admissions.types import ApplicationStatus, ApplicationView, OpenClass, papers_in_order
from app.domain.kernel.dates import format_date, format_moment, format_time, local_day
from app.domain.kernel.digits import to_local_digits
from app.domain.kernel.phones import format_mobile
from app.integrations.pdf import NotSet, typeset
from app.web.admission import SHIFT_WORDS, next_sentences
from app.web.files import disposition
from app.web.urls import absolute_url

SLIP_WORDS: dict[SlipKind, object] = {
    SlipKind.ACKNOWLEDGEMENT: _l("Acknowledgement of the application"),
    SlipKind.ADMIT_CARD: _l("Admit card"),
    SlipKind.OFFER_LETTER: _l("Offer of a place"),
}

Fact = dict[str, Any]


def slip_choices(application: ApplicationView) -> list[tuple[SlipKind, object]]:
    """(kind, word) of the slips that can be printed now."""
    return [(kind, SLIP_WORDS[kind]) for kind in slips_for(application.status, given_of(application).seating)]


def check_link(locale: str, code: str = "") -> str:
    """The address at which anybody checks a slip; with a code it shows the answer at once."""
    return absolute_url("check.index", lang=locale, **({"code": code} if code else {}))


def send_slip(application: ApplicationView, slip: SlipView, locale: str) -> Response:
    """Answer with the PDF of a slip that is valid, in one of our languages; 503 where it cannot be set."""
    with force_locale(locale):
        data = slip_data(application, slip, locale, given_of(application))
    try:
        response = Response(typeset("slip", data, slip.issued_at), content_type="application/pdf")
    except NotSet:
        abort(503)
    name = f"{data['title']} {application.reference}.pdf"
    response.headers["Content-Disposition"] = disposition("attachment", name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _fact(label: object, text: str, *, ltr: bool = False) -> Fact:
    return {"label": str(label), "text": text, "ltr": ltr}


def slip_data(application: ApplicationView, slip: SlipView, locale: str, given: Given) -> dict[str, Any]:
    """What stands on a slip, in the language that is spoken now."""
    place = find_place_of(application, list_places_of(application.cycle_id))
    child = application.child_name.in_(locale)[0]
    today = local_day(datetime.now(UTC))
    intro, card, facts, points = [], [], _facts(application, place, child, locale), []
    match slip.kind:
        case SlipKind.ACKNOWLEDGEMENT:
            intro = [gettext("Smart Academy has received this application.")]
            facts += _sent_facts(application, locale)
            points = _what_next(application, place, today)
        case SlipKind.ADMIT_CARD if given.seating:
            card = _seat_facts(given.seating, locale)
            points = [gettext("Bring this card, on paper or on a phone.")]
        case SlipKind.OFFER_LETTER:
            offered = given.offered or Offered()
            intro = [
                gettext(
                    "There is a place for the child. Come to the school office with the"
                    " birth certificate to complete the enrolment."
                )
            ]
            facts += _offer_facts(offered.shift or application.shift)
            card = _deadline_facts(offered.answer_by, locale)
    return {
        "lang": locale,
        "school": gettext("Smart Academy"),
        "campus": place.campus_name.in_(locale)[0] if place else "",
        "title": str(SLIP_WORDS[slip.kind]),
        "reference": application.reference,
        "intro": [str(words) for words in intro],
        "card": card,
        "facts": facts,
        "points_title": gettext("What comes next"),
        "points": [str(words) for words in points],
        "check": _check(slip, locale),
    }


def _facts(application: ApplicationView, place: OpenClass | None, child: str, locale: str) -> list[Fact]:
    facts = [
        _fact(gettext("Application number"), application.reference or "", ltr=True),
        _fact(gettext("Name of the child"), child),
    ]
    if application.born_on:
        facts.append(_fact(gettext("Date of birth"), format_date(application.born_on, locale)))
    if place:
        facts.append(_fact(gettext("Class"), place.class_name.in_(locale)[0]))
        facts.append(_fact(gettext("School year"), to_local_digits(place.year_name, locale)))
    return facts


def _sent_facts(application: ApplicationView, locale: str) -> list[Fact]:
    facts = [_fact(gettext("Guardian"), application.guardian_name.in_(locale)[0])]
    if application.phone:
        facts.append(_fact(gettext("Mobile number"), format_mobile(application.phone, locale), ltr=True))
    if application.submitted_at:
        facts.append(_fact(gettext("Sent"), format_moment(application.submitted_at, locale)))
    papers = usable_papers(list_documents(application.id))
    names = [paper_name(kind, locale) for kind in papers_in_order(papers)]
    if names:
        facts.append(_fact(gettext("Documents"), gettext(", ").join(names)))
    return facts


def _seat_facts(seating: Seating, locale: str) -> list[Fact]:
    facts = [
        _fact(gettext("Day"), format_date(seating.starts_at, locale, "weekday")),
        _fact(gettext("Time"), format_time(seating.starts_at, locale)),
        _fact(gettext("Place"), seating.place.in_(locale)[0]),
    ]
    return [*facts, _fact(gettext("Seat"), seating.seat)] if seating.seat else facts


def _offer_facts(shift: Shift | None) -> list[Fact]:
    return [_fact(gettext("Shift"), str(SHIFT_WORDS[shift]))] if shift else []


def _deadline_facts(answer_by: date | None, locale: str) -> list[Fact]:
    return [_fact(gettext("Answer by"), format_date(answer_by, locale, "weekday"))] if answer_by else []


def _what_next(application: ApplicationView, place: OpenClass | None, today: date) -> list[str]:
    said = next_sentences(application.status, place, today)
    if application.status is ApplicationStatus.SUBMITTED:
        said.append(gettext("We write to you when there is a decision. There is nothing you have to do now."))
    return said


def _check(slip: SlipView, locale: str) -> dict[str, str]:
    picture = io.BytesIO()
    link = check_link(locale, slip.code)
    segno.make(link, micro=False, error="m").save(picture, kind="svg", border=1, light="#fff", xmldecl=False)
    door = urlsplit(check_link(locale))
    day = format_date(local_day(slip.issued_at), locale)
    return {
        "words": gettext("Anybody can check this paper with its code, or with the picture beside it."),
        "code": spaced_code(slip.code),
        "address": door.netloc + door.path,
        "issued": gettext("Issued on %(day)s.", day=day),
        "picture": picture.getvalue().decode(),
    }


__all__ = ["SLIP_WORDS", "check_link", "send_slip", "slip_choices"]
