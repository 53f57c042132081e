"""Forms of the officer's desk."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice

from app.blueprints.admissions.words import BULK_WORDS
from app.domain.academics.queries import SectionView
from app.domain.admissions.desk.types import BulkAct, MilestoneDetails, Officer, Order
from app.domain.admissions.entry.types import Difference
from app.domain.admissions.types import ApplicationStatus
from app.web.editing import EditForm
from app.web.forms import (
    ChoiceField,
    ChoicesField,
    Form,
    KeyField,
    LineField,
    LocalTextField,
    NumberField,
    Required,
    TextField,
    VersionField,
)
from app.web.i18n import current_locale, local_plain

_MOST = 999_999


class DecideForm(Form):
    """A decision, why, and the version of the application that the officer had in view."""

    do = ChoiceField(_l("Decision"))
    reason = LineField(_l("Reason, for the letter to the family"), max_length=500)
    version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)

    def offer(self, decisions: Sequence[ApplicationStatus]) -> None:
        """Accept these decisions; whether one follows from the present state, the rules say."""
        self.do.choices = [SelectChoice(state.value, state.value) for state in decisions]


class RejectForm(Form):
    """Why there is no place, in words the family can read."""

    reason = TextField(
        _l("Reason, for the letter to the family"),
        [Required(_l("Write the reason. It goes into the letter to the family."))],
        max_length=500,
    )
    version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)


class FilterForm(Form):
    """A name for the filter in the address."""

    name = LineField(_l("Name of the filter"), [Required(_l("Give the filter a name."))], max_length=60)


class AssignForm(Form):
    """Who looks after an application."""

    officer_id = KeyField(_l("Officer"))

    def offer(self, officers: Sequence[Officer]) -> None:
        """Let one of them, or nobody, be chosen."""
        self.officer_id.choices = officer_choices(officers)


def officer_choices(officers: Sequence[Officer]) -> list[SelectChoice]:
    """Nobody, and each of them."""
    return [
        SelectChoice("", gettext("Nobody")),
        *(SelectChoice(str(each.id), local_plain(each.name)) for each in officers),
    ]


class TickForm(Form):
    """Whether a milestone is reached."""

    do = ChoiceField(_l("Milestone"), choices=[SelectChoice("on", "on"), SelectChoice("off", "off")])


class PairForm(Form):
    """What two applications are to each other; `open`: nobody has found out yet."""

    do = ChoiceField(
        _l("Possible second application"),
        choices=[SelectChoice(each, each) for each in ("dismissed", "sibling", "open")],
    )


class MergeForm(Form):
    """Which of two applications goes on, and both as the officer saw them."""

    keep = KeyField(_l("Which one goes on?"), [Required(_l("Choose the one that goes on."))])
    version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)
    other_version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)


class BulkForm(Form):
    """What is to be done to many applications."""

    act = ChoiceField(
        _l("What to do"), choices=[SelectChoice(act.value, words) for act, words in BULK_WORDS.items()]
    )
    text = TextField(_l("Reason for the families, or the note"), max_length=500)
    officer_id = KeyField(_l("Officer"))

    def offer(self, officers: Sequence[Officer]) -> None:
        """Let one of them, or nobody, be chosen."""
        self.officer_id.choices = officer_choices(officers)

    def order(self) -> Order:
        """What was chosen."""
        act = BulkAct(self.act.data)
        officer_id = self.officer_id.key if act is BulkAct.ASSIGN else None
        return Order(act, "" if act is BulkAct.ASSIGN else (self.text.data or "").strip(), officer_id)


class MilestoneForm(EditForm):
    """A milestone of a cycle."""

    name = LocalTextField(
        _l("Name"), [Required(_l("Write the name in one language at least."))], max_length=80
    )
    position = NumberField(_l("Place in the list"), [Required(_l("Write a whole number."))], least=1, most=99)

    def details(self) -> MilestoneDetails:
        """What was typed."""
        return MilestoneDetails(self.name.data, self.position.number or 1)


class NoteForm(Form):
    """A note for colleagues."""

    text = TextField(_l("New note"), [Required(_l("Write the note."))], max_length=2000)


class EnrolForm(Form):
    """The section a child is seated in."""

    section_id = KeyField(_l("Section"), [Required(_l("Choose a section."))])
    version = NumberField(_l("Version"), [Required(_l("Load the page again."))], least=1, most=_MOST)
    take = ChoicesField(_l("Take over from the application"), coerce=str)
    guardian_version = VersionField()

    def offer(self, sections: Sequence[SectionView], differences: Sequence[Difference]) -> None:
        """Let the officer choose among the sections of the class, and what to take over of the guardian."""
        locale = current_locale()
        self.take.choices = [(each.name, each.name) for each in differences]
        self.section_id.choices = [SelectChoice("", gettext("Choose a section"))] + [
            SelectChoice(str(section.id), section.name.in_(locale)[0] or section.code) for section in sections
        ]
