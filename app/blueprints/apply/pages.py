"""What the family's pages show, put together from what the domain gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext
from markupsafe import Markup, escape

from app.blueprints.apply.words import DOCUMENT_WORDS, EVENT_WORDS
from app.domain.admissions.districts import district_name
from app.domain.admissions.forms.rules import asked_keys, steps_of
from app.domain.admissions.forms.types import FormDefinition
from app.domain.admissions.rules import answers_of, number_warnings
from app.domain.admissions.types import (
    ApplicationView,
    DocumentKind,
    DocumentView,
    EventKind,
    EventView,
    Gap,
    OpenClass,
    Step,
)
from app.domain.kernel.phones import format_mobile
from app.web.admission import SHIFT_WORDS
from app.web.admission_form import (
    GENDER_WORDS,
    RELATIONSHIP_WORDS,
    STEP_WORDS,
    label_by,
    label_of,
    own_answer,
    title_of,
)
from app.web.i18n import current_locale, day, digits, in_language, local, moment
from app.web.offers import offer_event_word
from app.web.words import status_label

StepUrl = Callable[[str], str]


@dataclass(frozen=True)
class Section:
    """The answers of one page, on the page that shows all."""

    step: str
    title: object
    url: str
    answers: list[tuple[str, object, object]]
    """(name, label, what was answered; empty where nothing was)."""


def step_items(form: FormDefinition, url: StepUrl) -> list[tuple[object, str]]:
    """The beads of the journey."""
    return [(title_of(form, step), url(step)) for step in steps_of(form)]


def gap_problems(form: FormDefinition, gaps: Iterable[Gap]) -> list[tuple[str | None, str]]:
    """What is missing, each leading to its line on the page."""
    return [
        (f"answer-{gap.field}", gettext("%(answer)s is missing.", answer=label_by(form, gap.field)))
        for gap in gaps
    ]


def review_sections(
    form: FormDefinition,
    application: ApplicationView,
    place: OpenClass | None,
    papers: Mapping[DocumentKind, DocumentView],
    asked: Iterable[DocumentKind],
    url: StepUrl,
) -> list[Section]:
    """Every answer, page by page; what is not asked of this child has no line."""
    shown = _shown(application, place)
    asked_of_child = asked_keys(form, answers_of(application))
    if not (place and place.shifts):
        asked_of_child -= {"shift"}
    sections = [
        Section(
            page.key,
            title_of(form, page.key),
            url(page.key),
            [
                (
                    field.key,
                    label_of(field),
                    shown[field.key]
                    if field.is_core
                    else own_answer(field, application.answers.get(field.key)),
                )
                for field in page.asked
                if field.key in asked_of_child
            ],
        )
        for page in form.pages
        if page.asked
    ]
    files: list[tuple[str, object, object]] = [
        (kind.value, DOCUMENT_WORDS[kind], papers[kind].file.file_name if kind in papers else "")
        for kind in asked
    ]
    return [*sections, Section(Step.DOCUMENTS, STEP_WORDS[Step.DOCUMENTS], url(Step.DOCUMENTS), files)]


def _shown(application: ApplicationView, place: OpenClass | None) -> dict[str, object]:
    """The answers as they are read."""
    locale = current_locale()
    shown: dict[str, object] = {name: value or "" for name, value in answers_of(application).items()}
    shown["seat"] = _place_words(place) if place else ""
    for script in ("bn", "en", "ar"):
        name = f"child_name_{script}"
        shown[name] = in_language(str(shown[name]), script) if shown[name] else ""
    if application.born_on:
        shown["born_on"] = day(application.born_on)
    if application.gender:
        shown["gender"] = GENDER_WORDS[application.gender]
    if application.shift:
        shown["shift"] = SHIFT_WORDS[application.shift]
    if application.relationship:
        shown["relationship"] = RELATIONSHIP_WORDS[application.relationship]
    if application.phone:
        shown["phone"] = Markup("<bdi>{}</bdi>").format(format_mobile(application.phone, locale))
    if application.email:
        shown["email"] = Markup("<bdi>{}</bdi>").format(application.email)
    if application.birth_registration_no:
        shown["birth_registration_no"] = Markup("<bdi>{}</bdi>").format(application.birth_registration_no)
    if application.district:
        shown["district"] = in_language(*district_name(application.district, locale))
    quotas = place.terms.quotas if place else ()
    claimed = [local(quota.name) for quota in quotas if quota.id in application.quota_ids]
    shown["quota_ids"] = escape(gettext(", ")).join(claimed)
    return shown


def _place_words(place: OpenClass) -> Markup:
    return Markup("{} · {} · {}").format(
        local(place.class_name), local(place.campus_name), digits(place.year_name)
    )


def warnings_for(application: ApplicationView) -> list[str]:
    """What the family should look at before sending. None of it stops them: papers are often wrong."""
    return [
        gettext(warning)
        for warning in number_warnings(application.birth_registration_no, application.born_on)
    ]


def status_trail(events: Iterable[EventView]) -> list[tuple[object, str, str]]:
    """What happened so far, as a trail; the last line is where it stands."""
    lines = []
    for event in events:
        undone = gettext("Enrolment taken back") if event.details.get("enrolment_undone") else None
        title = (
            undone
            or offer_event_word(event.details)
            or EVENT_WORDS.get(event.kind)
            or (status_label(event.to_status.value) if event.to_status else "")
        )
        text = moment(event.at)
        if event.note:
            reason = Markup('<span dir="auto">{}</span>').format(event.note)
            text = escape(gettext("%(when)s. %(reason)s")) % {"when": text, "reason": reason}
        if event.kind is EventKind.PAPER:
            text = f"{text} · {DOCUMENT_WORDS[DocumentKind(event.details['paper'])]}"
        lines.append((title, text, "done"))
    if lines:
        lines[-1] = (*lines[-1][:2], "now")
    return lines
