"""Forms of the builder. Each makes the field or page that the rules put into the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectChoice, ValidationError

from app.blueprints.builder.words import KIND_WORDS
from app.domain.admissions.forms.rules import (
    ALWAYS_OPTIONAL,
    LONGEST_HELP,
    LONGEST_LABEL,
    MOST_CHOICES,
    NEEDED,
    same_choices,
)
from app.domain.admissions.forms.types import (
    BadDefinition,
    Condition,
    FieldKind,
    FormField,
    FormPage,
)
from app.domain.kernel.errors import InvalidValue
from app.domain.kernel.texts import LocalText, clean_line
from app.web.editing import EditForm
from app.web.errors import message_of
from app.web.forms import ChoiceField, ChoicesField, LocalTextField, Required, TextField

_BAR = "|"
_WITH_CHOICES = (FieldKind.ONE, FieldKind.SEVERAL)


class PageForm(EditForm):
    """The title of a page."""

    title = LocalTextField(_l("Title"), [Required(_l("Write the title."))], max_length=LONGEST_LABEL)

    def __init__(self, obj: FormPage | None = None, **kwargs: Any) -> None:
        super().__init__(obj=obj, **kwargs)

    def details(self) -> LocalText:
        """What was typed."""
        return self.title.data


class ChoicesText(TextField):
    """The answers of a question, one on each line: English, Bangla and Arabic parted by bars."""

    labels: tuple[LocalText, ...] = ()

    def pre_validate(self, form: Any) -> None:
        """Each line has at least one language, each of them one line of text."""
        super().pre_validate(form)
        found: list[LocalText] = []
        for line in (self.data or "").splitlines():
            if not line.strip():
                continue
            parts = line.split(_BAR)
            if len(parts) > 3:
                raise ValidationError(_l("Part the three languages of an answer by two bars."))
            try:
                cleaned = [clean_line(part, LONGEST_LABEL) for part in parts]
            except InvalidValue as error:
                raise ValidationError(message_of(error)) from error
            en, bn, ar = [*cleaned, "", ""][:3]
            found.append(LocalText(en, bn, ar))
        if found and (not all(found) or len(set(found)) < len(found) or not 2 <= len(found) <= MOST_CHOICES):
            raise ValidationError(message_of(BadDefinition("choices", most=MOST_CHOICES)))
        self.labels = tuple(found)


class WordsForm(EditForm):
    """How a question reads: for one of ours, what stands instead of our words."""

    label = LocalTextField(_l("Question"), max_length=LONGEST_LABEL)
    help = LocalTextField(_l("Help under the question"), max_length=LONGEST_HELP)

    hints = {"label": _l("Left empty: our own words, in all three languages.")}
    optional = frozenset({"label", "help"})

    def __init__(self, field: FormField, **kwargs: Any) -> None:
        self._field = field
        super().__init__(**kwargs)

    def details(self) -> FormField:
        """The field with what was typed."""
        return replace(self._field, label=self.label.data, help=self.help.data)


class CoreForm(WordsForm):
    """A question of ours that a school can do without."""

    required = BooleanField(_l("Must be answered"))

    def details(self) -> FormField:
        """The field with what was typed."""
        return replace(super().details(), required=bool(self.required.data))


class OwnForm(EditForm):
    """A question of the school."""

    kind = ChoiceField(_l("Kind of answer"), choices=[SelectChoice(*each) for each in KIND_WORDS.items()])
    label = LocalTextField(_l("Question"), [Required(_l("Write the question."))], max_length=LONGEST_LABEL)
    help = LocalTextField(_l("Help under the question"), max_length=LONGEST_HELP)
    answers = ChoicesText(_l("Answers to choose from"), max_length=12_000, render_kw={"rows": 5})
    required = BooleanField(_l("Must be answered"))
    office_only = BooleanField(_l("Only for the office: families never see it"))

    hints = {
        "answers": _l(
            "For one or any of several. One answer on each line: English | Bangla | Arabic. "
            "One that keeps its words keeps what families have answered."
        ),
    }
    optional = frozenset({"help", "answers"})

    def __init__(self, obj: FormField | None = None, **kwargs: Any) -> None:
        self._field = obj or FormField("", FieldKind.LINE)
        typed = "\n".join(
            f" {_BAR} ".join((each.label.en, each.label.bn, each.label.ar)) for each in self._field.choices
        )
        super().__init__(obj=obj, data={"answers": typed, "kind": self._field.kind.value}, **kwargs)

    def validate(self, extra_validators: Any = None) -> bool:
        """Answers to choose from are there exactly where the kind has them."""
        valid = super().validate(extra_validators)
        if valid and self.kind.data in _WITH_CHOICES and not self.answers.labels:
            self.answers.errors = [message_of(BadDefinition("choices", most=MOST_CHOICES))]
            return False
        return valid

    def details(self) -> FormField:
        """The field with what was typed."""
        kind = FieldKind(self.kind.data)
        labels = self.answers.labels if kind in _WITH_CHOICES else ()
        return replace(
            self._field,
            kind=kind,
            label=self.label.data,
            help=self.help.data,
            required=bool(self.required.data),
            office_only=bool(self.office_only.data),
            choices=same_choices(self._field.choices, labels),
        )


def form_for(field: FormField) -> type[EditForm]:
    """The form in which a field is changed."""
    if not field.is_core:
        return OwnForm
    return WordsForm if field.key in NEEDED | ALWAYS_OPTIONAL else CoreForm


class ConditionForm(EditForm):
    """The answers of another question for which this one is asked."""

    values = ChoicesField(_l("Asked only for these answers"), coerce=str)

    hints = {"values": _l("Tick none, and everybody is asked.")}

    def __init__(self, source: str, choices: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        self._source = source
        super().__init__(**kwargs)
        self.values.choices = list(choices)

    def details(self) -> Condition | None:
        """The condition, or None where nothing was ticked."""
        chosen = tuple(value for value, _ in self.values.choices if value in (self.values.data or ()))
        return Condition(self._source, chosen) if chosen else None
