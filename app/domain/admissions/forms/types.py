"""What a form is made of, and what can be wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.kernel.errors import N_, InvalidValue, Refused
from app.domain.kernel.texts import LocalText

NO_TEXT: Final = LocalText()


class FieldKind(StrEnum):
    """What a field takes. `core` is one that every form knows and that has a column of its own."""

    CORE = "core"
    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    ONE = "one"
    SEVERAL = "several"
    PHONE = "phone"
    NID = "nid"
    BIRTH_REGISTRATION = "birth_registration"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that a field offers."""

    key: str
    label: LocalText


@dataclass(frozen=True, slots=True)
class Condition:
    """A field is asked only where another one has one of these answers."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormField:
    """A question. Of a core field label and help are the school's own words, empty where ours stay."""

    key: str
    kind: FieldKind = FieldKind.CORE
    label: LocalText = NO_TEXT
    help: LocalText = NO_TEXT
    required: bool = False
    office_only: bool = False
    """Shown and filled at the office, never told to families."""
    condition: Condition | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def is_core(self) -> bool:
        """Whether it has a column of its own."""
        return self.kind is FieldKind.CORE


@dataclass(frozen=True, slots=True)
class FormPage:
    """A page of questions. An empty title stands for our words, on the pages that we know."""

    key: str
    title: LocalText = NO_TEXT
    fields: tuple[FormField, ...] = ()

    @property
    def asked(self) -> tuple[FormField, ...]:
        """The fields that families may see at all."""
        return tuple(field for field in self.fields if not field.office_only)


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """The pages of a form in their order. The papers and the page that sends follow by themselves."""

    pages: tuple[FormPage, ...]

    @property
    def fields(self) -> tuple[FormField, ...]:
        """Every field, in the order in which they are asked."""
        return tuple(field for page in self.pages for field in page.fields)

    def page(self, key: str) -> FormPage | None:
        """A page by its key."""
        return next((page for page in self.pages if page.key == key), None)

    def field(self, key: str) -> FormField | None:
        """A field by its key."""
        return next((field for field in self.fields if field.key == key), None)

    def page_of(self, key: str) -> FormPage | None:
        """The page on which a field stands."""
        return next((page for page in self.pages if any(field.key == key for field in page.fields)), None)


class Lack(StrEnum):
    """What is missing before a form can be published."""

    TITLE = "title"
    LABEL = "label"
    CHOICES = "choices"
    EMPTY_PAGE = "empty_page"
    CONDITION_LATER = "condition_later"
    CONDITION_OFFICE = "condition_office"
    CONDITION_VALUES = "condition_values"


@dataclass(frozen=True, slots=True)
class FormLack:
    """Something missing: what, on which page or in which field, in which languages."""

    what: Lack
    page: str | None = None
    field: str | None = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormState:
    """The form of a cycle as its builder sees it."""

    cycle_id: UUID
    version: int
    """Of the form's row, for changes; 0 where nobody has begun to build."""
    draft: FormDefinition | None
    published: FormDefinition | None
    number: int
    """Of the published version; 0 is the form that comes with the product."""
    published_at: datetime | None

    @property
    def shown(self) -> FormDefinition | None:
        """What the builder works on: the draft, or else what is in force; None is the default form."""
        return self.draft or self.published


class BadDefinition(InvalidValue):
    """What is stored or sent is no form. The codes name the rule that it breaks."""

    messages = {
        "shape": N_("This is not a form."),
        "key": N_("This name of a field or page is taken or cannot be used."),
        "pages": N_("A form has 1 to %(most)s pages."),
        "fields": N_("A form has at most %(most)s fields."),
        "core": N_("The school cannot do without this field."),
        "choices": N_("Give 2 to %(most)s answers, each on a line of its own and each only once."),
        "text": N_("This text is too long: at most %(max)s characters."),
        "condition": N_("A condition asks for a field of this form and its answers."),
    }


class BadAnswer(InvalidValue):
    """An answer that the field does not take."""

    messages = {"answer": N_("Choose one of the answers offered.")}


class FormNotReady(Refused):
    """The form cannot be published: something is missing."""

    message = N_("The form is not complete yet.")

    def __init__(self, lacks: Sequence[FormLack]) -> None:
        super().__init__()
        self.lacks = list(lacks)


class PageNotEmpty(Refused):
    """A page that still holds fields is not removed with them."""

    message = N_("Move the fields of this page first. Only an empty page can be removed.")
