"""Pure rules of admissions: which step follows which, what must be answered, what deserves a second look."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from app.domain.academics.types import Shift
from app.domain.admissions.forms.rules import CORE, DEFAULT_FORM, asked_keys
from app.domain.admissions.forms.types import FormDefinition, FormField
from app.domain.admissions.types import (
    ApplicationStatus,
    ApplicationView,
    BornLater,
    DocumentKind,
    DocumentView,
    DuplicateReason,
    Gap,
    NotAllowedNow,
    NotPlausible,
    ReasonMissing,
    Step,
    papers_in_order,
)
from app.domain.kernel.dates import age_on
from app.domain.kernel.identity import WARNINGS, check_birth_registration

S = ApplicationStatus

TRANSITIONS: Final[Mapping[ApplicationStatus, frozenset[ApplicationStatus]]] = MappingProxyType(
    {
        S.DRAFT: frozenset({S.SUBMITTED, S.EXPIRED}),
        S.SUBMITTED: frozenset(
            {S.UNDER_REVIEW, S.SHORTLISTED, S.WAITLISTED, S.OFFERED, S.REJECTED, S.WITHDRAWN}
        ),
        S.UNDER_REVIEW: frozenset({S.SHORTLISTED, S.WAITLISTED, S.OFFERED, S.REJECTED, S.WITHDRAWN}),
        S.SHORTLISTED: frozenset({S.UNDER_REVIEW, S.WAITLISTED, S.OFFERED, S.REJECTED, S.WITHDRAWN}),
        S.WAITLISTED: frozenset({S.UNDER_REVIEW, S.SHORTLISTED, S.OFFERED, S.REJECTED, S.WITHDRAWN}),
        S.OFFERED: frozenset({S.ACCEPTED, S.ENROLLED, S.WAITLISTED, S.REJECTED, S.WITHDRAWN, S.EXPIRED}),
        S.ACCEPTED: frozenset({S.ENROLLED, S.WAITLISTED, S.REJECTED, S.WITHDRAWN, S.EXPIRED}),
        # A refusal can be looked at again; what the family took back or what became a student cannot.
        S.REJECTED: frozenset({S.UNDER_REVIEW}),
        S.EXPIRED: frozenset({S.UNDER_REVIEW}),
        S.WITHDRAWN: frozenset(),
        S.ENROLLED: frozenset(),
    }
)
"""What may follow what. Reading this table is reading the school's procedure."""

DECISIONS: Final = frozenset({S.UNDER_REVIEW, S.SHORTLISTED, S.WAITLISTED, S.OFFERED, S.REJECTED})
"""What an officer can decide. The other states come about by the family, by enrolment or by time."""

REASON_NEEDED: Final = frozenset({S.WAITLISTED, S.OFFERED, S.REJECTED})
"""Decisions that the family reads about and acts on."""

ENROLLABLE: Final = frozenset(state for state, onward in TRANSITIONS.items() if S.ENROLLED in onward)
IN_THE_QUEUE: Final = tuple(state for state in S if state is not S.DRAFT)
"""A draft is the family's own until it is sent."""

PAPERS_COUNT: Final = (S.SUBMITTED, S.UNDER_REVIEW, S.SHORTLISTED, S.WAITLISTED, S.OFFERED, S.ACCEPTED)
"""While an application stands so, the school still needs its papers."""

_OLDEST: Final = 25


def check_transition(now: ApplicationStatus, to: ApplicationStatus) -> None:
    """Raises NotAllowedNow where `to` does not follow from `now`."""
    if to not in TRANSITIONS[now]:
        raise NotAllowedNow(status=now.value)


def check_reason(to: ApplicationStatus, reason: str) -> None:
    """Raises ReasonMissing where the family is told something without being told why."""
    if to in REASON_NEEDED and not reason:
        raise ReasonMissing


def next_decisions(now: ApplicationStatus) -> list[ApplicationStatus]:
    """What an officer may decide now, in the order of the procedure."""
    return [state for state in S if state in DECISIONS & TRANSITIONS[now]]


def answers_of(application: ApplicationView) -> dict[str, Any]:
    """The answers by the names of the form's fields, those to the school's own questions among them."""
    answers = {name: getattr(application, name) for name in CORE if name not in {"seat", "guardian_name"}}
    answers["seat"] = application.class_id
    answers["guardian_name"] = (
        application.guardian_name_bn or application.guardian_name_en or application.guardian_name_ar
    )
    return {**(application.answers or {}), **answers}


def find_gaps(
    application: ApplicationView,
    documents: Collection[DocumentKind],
    asked: Collection[DocumentKind],
    form: FormDefinition = DEFAULT_FORM,
    shifts: Collection[Shift] = (),
) -> list[Gap]:
    """What is still to be answered before the application can be sent, in the order of the form.

    `documents` are the papers that are there, `asked` those that its cycle asks for, `shifts` those of its class.
    """
    answers = answers_of(application)
    due = asked_keys(form, answers)
    gaps = [
        Gap(page.key, field.key)
        for page in form.pages
        for field in page.fields
        if field.key in due
        and (field.required or (field.key == "shift" and shifts))
        and not _is_answered(answers, field)
    ]
    return gaps + [Gap(Step.DOCUMENTS, kind.value) for kind in asked if kind not in documents]


def _is_answered(answers: Mapping[str, Any], field: FormField) -> bool:
    value = answers.get(field.key)
    return bool(value) or value == 0  # a number may be none of something


def usable_papers(documents: Mapping[DocumentKind, DocumentView]) -> set[DocumentKind]:
    """The papers that count as sent: one still being checked does, one the check refused does not."""
    return {kind for kind, paper in documents.items() if not paper.file.is_refused}


def papers_to_send(
    status: ApplicationStatus, asked: Collection[DocumentKind], documents: Mapping[DocumentKind, DocumentView]
) -> list[DocumentKind]:
    """The papers that the family of a sent application still has to send: missing, or refused by the check.

    `asked` are those that it cannot do without.
    """
    if status not in PAPERS_COUNT:
        return []
    usable = usable_papers(documents)
    return [kind for kind in papers_in_order({*asked, *documents}) if kind not in usable]


def check_birth_date(born_on: date, today: date) -> None:
    """Raises BornLater, NotPlausible for a child who would be older than anybody at a school."""
    if born_on > today:
        raise BornLater
    age = age_on(born_on, today)
    if age > _OLDEST:
        raise NotPlausible(age=age)


def number_warnings(number: str | None, born_on: date | None) -> list[str]:
    """What somebody should look at in a stored birth registration number, as msgids."""
    return [WARNINGS[code] for code in check_birth_registration(number, born_on).warnings] if number else []


def script_of(name: str) -> str:
    """The language whose letters a name is mostly written in."""
    counts = dict.fromkeys(("bn", "ar", "en"), 0)
    for char in name:
        script = unicodedata.name(char, "").split(" ", 1)[0]
        language = {"BENGALI": "bn", "ARABIC": "ar", "LATIN": "en"}.get(script)
        if language:
            counts[language] += 1
    return max(counts, key=lambda language: counts[language]) if any(counts.values()) else "en"


def duplicate_reason(
    mine: ApplicationView, *, birth_no: str | None, born_on: date | None, names: Collection[str]
) -> DuplicateReason:
    """Why another application was found beside this one, the strongest reason there is."""
    if birth_no and birth_no == mine.birth_registration_no:
        return DuplicateReason.BIRTH_NUMBER
    own = {name.casefold() for name in mine.child_name.to_dict().values()}
    if born_on and born_on == mine.born_on and own & {name.casefold() for name in names if name}:
        return DuplicateReason.NAME_AND_BIRTH
    return DuplicateReason.PHONE
