"""Pure rules of forms: the one place where a definition is read, what is asked of whom, how one is rearranged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from app.domain.academics.types import Shift
from app.domain.admissions.districts import DISTRICTS
from app.domain.admissions.forms.types import (
    BadAnswer,
    BadDefinition,
    Choice,
    Condition,
    FieldKind,
    FormDefinition,
    FormField,
    FormLack,
    FormPage,
    Lack,
    PageNotEmpty,
)
from app.domain.admissions.types import Step
from app.domain.kernel.errors import InvalidValue
from app.domain.kernel.identity import check_birth_registration, check_nid
from app.domain.kernel.phones import normalise_mobile
from app.domain.kernel.texts import LocalText, clean_line, clean_text
from app.domain.people.types import Gender, Relationship

MOST_PAGES: Final = 12
MOST_FIELDS: Final = 60
MOST_CHOICES: Final = 40
LONGEST_LABEL: Final = 120
LONGEST_HELP: Final = 300
LONGEST_LINE: Final = 200
LONGEST_TEXT: Final = 2000
MOST_NUMBER: Final = 999_999_999

_OPTIONAL: Final = ("child_name_ar", "email", "previous_school", "previous_class", "quota_ids", "shift")

DEFAULT_FORM: Final = FormDefinition(
    tuple(
        FormPage(step.value, fields=tuple(FormField(name, required=name not in _OPTIONAL) for name in names))
        for step, names in (
            (
                Step.CHILD,
                (
                    "seat",
                    "shift",
                    "child_name_bn",
                    "child_name_en",
                    "child_name_ar",
                    "born_on",
                    "gender",
                    "birth_registration_no",
                ),
            ),
            (Step.GUARDIAN, ("guardian_name", "relationship", "phone", "email")),
            (Step.ADDRESS, ("address", "district", "previous_school", "previous_class", "quota_ids")),
        )
    )
)
"""Version 0: what a school asks that has built no form of its own."""

CORE: Final = tuple(field.key for field in DEFAULT_FORM.fields)
"""The fields with columns of their own, in the order of the default form."""

NEEDED: Final = frozenset(
    {
        "seat",
        "shift",
        "child_name_bn",
        "child_name_en",
        "born_on",
        "gender",
        "guardian_name",
        "relationship",
        "phone",
    }
)
"""No form is without these: by them a child is ranked, reached and enrolled."""

ALWAYS_OPTIONAL: Final = frozenset({"shift", "quota_ids"})
"""Never required by a form: the first is where its class has several, the second says what applies."""

RESERVED: Final = frozenset(
    {*CORE, "do", "asked", "csrf_token", "once", "consent", "remove", "version", "key"}
)
RESERVED_PAGES: Final = frozenset({Step.DOCUMENTS.value, Step.REVIEW.value, "saved", "same"})
CORE_ANSWERS: Final[Mapping[str, tuple[str, ...] | None]] = MappingProxyType(
    {
        "seat": None,  # the classes of the school, by their keys
        "shift": tuple(Shift),
        "gender": tuple(Gender),
        "relationship": tuple(Relationship),
        "district": tuple(DISTRICTS),
    }
)
"""The core fields on which a condition can stand, and their answers."""

OWN_CHOICES: Final = frozenset({FieldKind.ONE, FieldKind.SEVERAL, FieldKind.YES_NO})
YES, NO = "yes", "no"

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LANGUAGES: Final = frozenset({"en", "bn", "ar"})


# --- reading and writing


def dump_definition(form: FormDefinition) -> dict[str, Any]:
    """A form as it is stored."""
    return {"pages": [_dump_page(page) for page in form.pages]}


def _dump_page(page: FormPage) -> dict[str, Any]:
    return {
        "key": page.key,
        "title": page.title.to_dict(),
        "fields": [_dump_field(field) for field in page.fields],
    }


def _dump_field(field: FormField) -> dict[str, Any]:
    stored: dict[str, Any] = {
        "key": field.key,
        "kind": field.kind.value,
        "label": field.label.to_dict(),
        "help": field.help.to_dict(),
        "required": field.required,
        "office_only": field.office_only,
    }
    if field.condition:
        stored["condition"] = {"field": field.condition.field, "values": list(field.condition.values)}
    if field.choices:
        stored["choices"] = [{"key": each.key, "label": each.label.to_dict()} for each in field.choices]
    return stored


def parse_definition(stored: Any) -> FormDefinition:
    """The form that is stored. Raises BadDefinition for anything that is not wholly one."""
    pages = _list(_object(stored, {"pages"})["pages"])
    if not 1 <= len(pages) <= MOST_PAGES:
        raise BadDefinition("pages", most=MOST_PAGES)
    form = FormDefinition(tuple(_page(each) for each in pages))
    return check_definition(form)


def check_definition(form: FormDefinition) -> FormDefinition:
    """The form, if it is one as a whole. Raises BadDefinition.

    A condition may still stand before the field it asks for: that is a draft, and only publishing refuses it.
    """
    if not 1 <= len(form.pages) <= MOST_PAGES:
        raise BadDefinition("pages", most=MOST_PAGES)
    if len(form.fields) > MOST_FIELDS:
        raise BadDefinition("fields", most=MOST_FIELDS)
    keys = [field.key for field in form.fields]
    pages = [page.key for page in form.pages]
    if len({*keys}) < len(keys) or len({*pages}) < len(pages) or RESERVED_PAGES & {*pages}:
        raise BadDefinition("key")
    if not {*keys} >= NEEDED:
        raise BadDefinition("core")
    for field in form.fields:
        _check_field(field)
    for field in form.fields:
        if field.condition:
            _check_condition(form, field.condition)
    return form


def _check_field(field: FormField) -> None:
    if not _KEY.fullmatch(field.key) or field.is_core != (field.key in CORE):
        raise BadDefinition("key")
    if not field.is_core and (field.key in RESERVED or field.key.startswith("own_")):
        raise BadDefinition("key")
    if field.is_core and (field.office_only or field.condition or field.choices):
        raise BadDefinition("shape")
    if field.key in ALWAYS_OPTIONAL and field.required:
        raise BadDefinition("core")
    if field.key in NEEDED - ALWAYS_OPTIONAL and not field.required:
        raise BadDefinition("core")
    takes_choices = field.kind in (FieldKind.ONE, FieldKind.SEVERAL)
    keys = [choice.key for choice in field.choices]
    if not takes_choices and keys:
        raise BadDefinition("choices", most=MOST_CHOICES)
    if len({*keys}) < len(keys) or len(keys) > MOST_CHOICES or not all(_KEY.fullmatch(key) for key in keys):
        raise BadDefinition("choices", most=MOST_CHOICES)
    if not all(choice.label for choice in field.choices):
        raise BadDefinition("choices", most=MOST_CHOICES)


def _check_condition(form: FormDefinition, condition: Condition) -> None:
    source = form.field(condition.field)
    if source is None or not condition.values or len(condition.values) > MOST_FIELDS:
        raise BadDefinition("condition")
    known = answers_offered(source)
    if known is None:
        if source.key != "seat" or not all(_UUID.fullmatch(value) for value in condition.values):
            raise BadDefinition("condition")
    elif len(set(condition.values)) < len(condition.values):
        raise BadDefinition("condition")


def answers_offered(field: FormField) -> tuple[str, ...] | None:
    """The answers on which a condition can stand, as they are stored; None where nothing is offered to name.

    The classes of a school are not in its form, so `seat` has None too, and takes their keys.
    """
    match field.kind:
        case FieldKind.CORE:
            return CORE_ANSWERS.get(field.key)
        case FieldKind.YES_NO:
            return (YES, NO)
        case FieldKind.ONE | FieldKind.SEVERAL:
            return tuple(choice.key for choice in field.choices)
        case _:
            return None


def can_decide(field: FormField) -> bool:
    """Whether other fields can depend on this one."""
    return field.kind in OWN_CHOICES or field.key in CORE_ANSWERS


def _object(value: Any, allowed: set[str], needed: set[str] | None = None) -> dict[str, Any]:
    least = allowed if needed is None else needed
    if not isinstance(value, dict) or not least <= value.keys() <= allowed:
        raise BadDefinition("shape")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadDefinition("shape")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadDefinition("shape")
    return value


def _key_of(value: Any) -> str:
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise BadDefinition("key")
    return value


def _text(value: Any, longest: int) -> LocalText:
    texts = _object(value, set(_LANGUAGES), set())
    if not all(isinstance(text, str) for text in texts.values()):
        raise BadDefinition("shape")
    if any(len(text) > longest for text in texts.values()):
        raise BadDefinition("text", max=longest)
    try:
        clean = all(clean_line(text) == text for text in texts.values())
    except InvalidValue as error:
        raise BadDefinition("shape") from error
    if not clean:
        raise BadDefinition("shape")
    return LocalText.from_dict(texts)


def _page(value: Any) -> FormPage:
    stored = _object(value, {"key", "title", "fields"})
    return FormPage(
        _key_of(stored["key"]),
        _text(stored["title"], LONGEST_LABEL),
        tuple(_field(each) for each in _list(stored["fields"])),
    )


def _field(value: Any) -> FormField:
    always = {"key", "kind", "label", "help", "required", "office_only"}
    stored = _object(value, always | {"condition", "choices"}, always)
    if stored["kind"] not in set(FieldKind):
        raise BadDefinition("shape")
    return FormField(
        _key_of(stored["key"]),
        FieldKind(stored["kind"]),
        _text(stored["label"], LONGEST_LABEL),
        _text(stored["help"], LONGEST_HELP),
        _flag(stored["required"]),
        _flag(stored["office_only"]),
        _condition(stored["condition"]) if "condition" in stored else None,
        tuple(_choice(each) for each in _list(stored.get("choices", []))),
    )


def _condition(value: Any) -> Condition:
    stored = _object(value, {"field", "values"})
    values = _list(stored["values"])
    if not all(isinstance(each, str) and 0 < len(each) <= LONGEST_LABEL for each in values):
        raise BadDefinition("shape")
    return Condition(_key_of(stored["field"]), tuple(values))


def _choice(value: Any) -> Choice:
    stored = _object(value, {"key", "label"})
    return Choice(_key_of(stored["key"]), _text(stored["label"], LONGEST_LABEL))


# --- what is asked


def words_of(value: Any) -> frozenset[str]:
    """An answer as conditions compare it."""
    if value is None or value == "":
        return frozenset()
    if isinstance(value, list | tuple | set | frozenset):
        return frozenset(str(each) for each in value)
    return frozenset({str(value)})


def asked_keys(form: FormDefinition, answers: Mapping[str, Any], *, office: bool = False) -> frozenset[str]:
    """The keys of the fields that these answers call for; those of the office only for the office.

    A field whose condition stands on one that is not asked itself, or comes later, is not asked.
    """
    asked: set[str] = set()
    for field in form.fields:
        if field.office_only and not office:
            continue
        rule = field.condition
        if rule and not (rule.field in asked and words_of(answers.get(rule.field)) & {*rule.values}):
            continue
        asked.add(field.key)
    return frozenset(asked)


def sources_on(page: FormPage) -> frozenset[str]:
    """The fields of a page on which others of the same page depend; of a class the shift does."""
    keys = {field.key for field in page.asked}
    found = {each.condition.field for each in page.asked if each.condition and each.condition.field in keys}
    return frozenset(found | ({"seat"} if {"seat", "shift"} <= keys else set()))


def steps_of(form: FormDefinition) -> list[str]:
    """The keys of all pages in their order, with the two that every form ends with.

    A page that families find nothing on is left out.
    """
    pages = [page.key for page in form.pages if page.asked]
    return [*pages, Step.DOCUMENTS.value, Step.REVIEW.value]


def next_step(form: FormDefinition, step: str) -> str:
    """The page after this one; the last stays, and one that the form does not have leads to its first."""
    steps = steps_of(form)
    return steps[min(steps.index(step) + 1, len(steps) - 1)] if step in steps else steps[0]


def previous_step(form: FormDefinition, step: str) -> str | None:
    """The page before this one."""
    steps = steps_of(form)
    place = steps.index(step)
    return steps[place - 1] if place else None


def clean_answer(field: FormField, value: Any) -> Any:
    """An answer to an own field as it is stored; None where there is none. Raises InvalidValue."""
    if value is None or value in ("", [], ()):
        return None
    return _TAKES[field.kind](field, value)


def _line(_: FormField, value: Any) -> str | None:
    return clean_line(_string(value), LONGEST_LINE) or None


def _lines(_: FormField, value: Any) -> str | None:
    return clean_text(_string(value), LONGEST_TEXT) or None


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise BadAnswer("answer")
    return value


def _number(_: FormField, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_NUMBER:
        raise BadAnswer("answer")
    return value


def _day(_: FormField, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(_string(value)).isoformat()
    except ValueError as error:
        raise BadAnswer("answer") from error


def _one(field: FormField, value: Any) -> str:
    if value not in (answers_offered(field) or ()):
        raise BadAnswer("answer")
    return _string(value)


def _several(field: FormField, value: Any) -> list[str]:
    offered = answers_offered(field) or ()
    if not isinstance(value, list | tuple) or not {*value} <= {*offered}:
        raise BadAnswer("answer")
    return [key for key in offered if key in value]


_TAKES: Final[Mapping[FieldKind, Callable[[FormField, Any], Any]]] = MappingProxyType(
    {
        FieldKind.LINE: _line,
        FieldKind.TEXT: _lines,
        FieldKind.NUMBER: _number,
        FieldKind.DATE: _day,
        FieldKind.YES_NO: _one,
        FieldKind.ONE: _one,
        FieldKind.SEVERAL: _several,
        FieldKind.PHONE: lambda _, value: normalise_mobile(_string(value)),
        FieldKind.NID: lambda _, value: check_nid(_string(value)).value,
        FieldKind.BIRTH_REGISTRATION: lambda _, value: check_birth_registration(_string(value)).value,
    }
)


def kept_answers(form: FormDefinition, core: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The own answers that a sent application keeps: those that were asked and that their fields take."""
    asked = asked_keys(form, {**own, **core})
    kept: dict[str, Any] = {}
    for field in form.fields:
        if field.is_core or field.key not in asked:
            continue
        try:
            value = clean_answer(field, own.get(field.key))
        except InvalidValue:
            continue  # a version before took it; this one does not, and asks again
        if value is not None:
            kept[field.key] = value
    return kept


def merged(
    form: FormDefinition, kept: Mapping[str, Any], given: Mapping[str, Any], *, office: bool
) -> dict[str, Any]:
    """The answers with those given put over them, as far as they are the office's to give, or the family's.

    Raises InvalidValue for an answer that a field does not take.
    """
    answers = dict(kept)
    for field in form.fields:
        if field.is_core or field.office_only is not office or field.key not in given:
            continue
        value = clean_answer(field, given[field.key])
        answers.pop(field.key, None)
        if value is not None:
            answers[field.key] = value
    return answers


# --- rearranging


def own_key(form: FormDefinition, label: LocalText) -> str:
    """A new key for a field or page with this label: its English words, or a number where there are none."""
    slug = re.sub(r"[^a-z0-9]+", "_", label.en.lower()).strip("_")[:30].rstrip("_")
    base = slug if _KEY.fullmatch(slug) and not slug.startswith("own_") else "field"
    taken = {*RESERVED, *RESERVED_PAGES, *(f.key for f in form.fields), *(p.key for p in form.pages)}
    taken |= {page.key for page in DEFAULT_FORM.pages}
    return next(
        key for number in range(1, 999) if (key := base if number == 1 else f"{base}_{number}") not in taken
    )


def add_page(form: FormDefinition, title: LocalText) -> FormDefinition:
    """The form with an empty page at its end."""
    return FormDefinition((*form.pages, FormPage(own_key(form, title), title)))


def name_page(form: FormDefinition, key: str, title: LocalText) -> FormDefinition:
    """The form with another title over one page."""
    return _each_page(form, lambda page: replace(page, title=title) if page.key == key else page)


def remove_page(form: FormDefinition, key: str) -> FormDefinition:
    """The form without an empty page. Raises PageNotEmpty."""
    page = form.page(key)
    if page and page.fields:
        raise PageNotEmpty
    return FormDefinition(tuple(each for each in form.pages if each.key != key))


def move_page(form: FormDefinition, key: str, *, up: bool) -> FormDefinition:
    """The form with a page one place earlier or later; at the border nothing changes."""
    pages = list(form.pages)
    place = next((n for n, page in enumerate(pages) if page.key == key), None)
    if place is None:
        return form
    other = place + (-1 if up else 1)
    if 0 <= other < len(pages):
        pages[place], pages[other] = pages[other], pages[place]
    return FormDefinition(tuple(pages))


def move_field(form: FormDefinition, key: str, *, up: bool) -> FormDefinition:
    """The form with a field one place earlier or later; over the border of a page it joins the next one there."""
    pages = [list(page.fields) for page in form.pages]
    here = next((n for n, page in enumerate(form.pages) if any(f.key == key for f in page.fields)), None)
    if here is None:
        return form
    fields = pages[here]
    place = next(n for n, field in enumerate(fields) if field.key == key)
    other = place + (-1 if up else 1)
    if 0 <= other < len(fields):
        fields[place], fields[other] = fields[other], fields[place]
    elif 0 <= (there := here + (-1 if up else 1)) < len(pages):
        field = fields.pop(place)
        pages[there].insert(len(pages[there]) if up else 0, field)
    return FormDefinition(
        tuple(replace(page, fields=tuple(own)) for page, own in zip(form.pages, pages, strict=True))
    )


def add_field(form: FormDefinition, page: str, field: FormField) -> FormDefinition:
    """The form with one more field at the end of a page."""
    return _each_page(
        form, lambda each: replace(each, fields=(*each.fields, field)) if each.key == page else each
    )


def change_field(form: FormDefinition, field: FormField) -> FormDefinition:
    """The form with another field under the same key."""
    return _each_page(
        form,
        lambda page: replace(page, fields=tuple(field if f.key == field.key else f for f in page.fields)),
    )


def remove_field(form: FormDefinition, key: str) -> FormDefinition:
    """The form without a field, and without the conditions that stood on it. Raises BadDefinition for a needed one."""
    if key in NEEDED:
        raise BadDefinition("core")

    def without(fields: Iterable[FormField]) -> tuple[FormField, ...]:
        return tuple(
            replace(field, condition=None) if field.condition and field.condition.field == key else field
            for field in fields
            if field.key != key
        )

    return _each_page(form, lambda page: replace(page, fields=without(page.fields)))


def left_out(form: FormDefinition) -> list[str]:
    """The core fields that the form does not have, to be put back."""
    there = {field.key for field in form.fields}
    return [key for key in CORE if key not in there]


def core_field(key: str) -> FormField:
    """A core field as the default form has it."""
    return next(field for field in DEFAULT_FORM.fields if field.key == key)


def same_choices(before: Iterable[Choice], labels: Iterable[LocalText]) -> tuple[Choice, ...]:
    """Choices with these labels: one that has kept a label keeps its key, so that answers given stay what they say."""
    old, found, used = list(before), [], set()
    for label in labels:
        known = next((each for each in old if each.key not in used and _alike(each.label, label)), None)
        key = known.key if known else ""
        used.add(key)
        found.append((key, label))
    free = (f"c{number}" for number in range(1, 999) if f"c{number}" not in {each.key for each in old})
    return tuple(Choice(key or next(free), label) for key, label in found)


def _alike(one: LocalText, other: LocalText) -> bool:
    return any(text and other.to_dict().get(code) == text for code, text in one.to_dict().items())


def _each_page(form: FormDefinition, change: Callable[[FormPage], FormPage]) -> FormDefinition:
    return FormDefinition(tuple(change(page) for page in form.pages))


def find_lacks(form: FormDefinition) -> list[FormLack]:
    """What keeps a form from being published, in the order of the form."""
    known = {page.key for page in DEFAULT_FORM.pages}
    lacks: list[FormLack] = []
    before: dict[str, FormField] = {}
    for page in form.pages:
        if page.title.missing and (page.title or page.key not in known):
            lacks.append(FormLack(Lack.TITLE, page.key, languages=page.title.missing))
        if not page.fields:
            lacks.append(FormLack(Lack.EMPTY_PAGE, page.key))
        for field in page.fields:
            lacks += [replace(lack, page=page.key, field=field.key) for lack in _field_lacks(field, before)]
            before[field.key] = field
    return lacks


def _field_lacks(field: FormField, before: Mapping[str, FormField]) -> list[FormLack]:
    texts = [field.label] if not field.is_core or field.label else []
    texts += [text for text in (field.help, *(each.label for each in field.choices)) if text]
    missing = tuple(code for code in ("bn", "en", "ar") if any(text.is_missing(code) for text in texts))
    lacks = [FormLack(Lack.LABEL, languages=missing)] if missing else []
    if field.kind in (FieldKind.ONE, FieldKind.SEVERAL) and len(field.choices) < 2:
        lacks.append(FormLack(Lack.CHOICES))
    if field.condition:
        source = before.get(field.condition.field)
        if source is None:
            lacks.append(FormLack(Lack.CONDITION_LATER))
        elif source.office_only and not field.office_only:
            lacks.append(FormLack(Lack.CONDITION_OFFICE))
        elif (offered := answers_offered(source)) is not None and not {*field.condition.values} <= {*offered}:
            lacks.append(FormLack(Lack.CONDITION_VALUES))
    return lacks
