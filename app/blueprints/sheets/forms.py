"""Forms of months and of files of registers."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField

from app.domain.attendance.importing.rules import read_table
from app.domain.attendance.importing.types import ChangeNeedsReason, Sent
from app.domain.attendance.sheets.types import MonthState
from app.integrations.tables import Limits, Problem, Table, as_text
from app.web.editing import EditForm
from app.web.forms import LineField, Required
from app.web.i18n import digits
from app.web.tables import TableForm, UnreadableTable

MOST_ROWS: Final = 10_000
"""Of a file on the page; the command takes more."""
_MOST_AGAIN: Final = 900_000
"""Bytes that the second press sends once more: a form takes a million."""


class ReasonForm(EditForm):
    """Why a month is locked or opened."""

    reason = LineField(_l("Reason"), [Required(_l("Say why. It is kept in the audit log."))], max_length=200)

    def __init__(self, state: MonthState, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if state.missing and state.locked is None:
            self.hints = {"reason": _missing(state)}  # type: ignore[misc]  # said of this month only

    def details(self) -> str:
        """What was typed."""
        return str(self.reason.data)


def _missing(state: MonthState) -> str:
    return str(
        ngettext(
            "%(count)s register of this month is missing and cannot be taken afterwards.",
            "%(count)s registers of this month are missing and cannot be taken afterwards.",
            state.missing,
            count=digits(state.missing),
        )
    )


class ImportForm(TableForm):
    """A file of registers, or cells pasted from a spreadsheet."""

    may_change = BooleanField(_l("Change marks that are stored already"))
    reason = LineField(_l("Reason for the changes"), max_length=200)

    hints = {
        "file": _l("One mark a line, or the sheet of a month."),
        "text": _l("The first line names the columns."),
        "reason": _l("Needed only where stored marks are changed. It stands in the history of each of them."),
    }
    optional = frozenset({"file", "text", "may_change", "reason"})
    limits = Limits(rows=MOST_ROWS)

    def read(self) -> tuple[Table, list[Sent]]:
        """What was sent, and what can be made of each line. Raises UnreadableTable, BrokenFile, ChangeNeedsReason."""
        if self.change_reason == "":
            raise ChangeNeedsReason
        table = self.table()
        return table, read_table((row.line, row.cells) for row in table.rows)

    @property
    def change_reason(self) -> str | None:
        """Why stored marks are changed; None where they are kept."""
        return str(self.reason.data or "") if self.may_change.data else None


def cells_again(table: Table) -> str:
    """A table as cells to paste, each on its line: what the second press sends. Raises UnreadableTable."""
    columns = max(2, max(len(row.cells) for row in table.rows))
    text = as_text(table.rows, columns=columns, longest=200)
    if len(text.encode()) > _MOST_AGAIN:
        raise UnreadableTable(Problem.BIG)
    return text


__all__ = ["ImportForm", "ReasonForm", "cells_again"]
