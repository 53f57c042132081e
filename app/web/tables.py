"""Tables that somebody sends: a file or pasted cells, read within limits, or one sentence on why not."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import FileField

from app.domain.kernel.errors import N_, InvalidValue
from app.integrations.tables import BrokenTable, Limits, Problem, Table, read_table, read_text
from app.web.forms import Form, TextField

FILES: Final = ".xlsx,.csv,.txt,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What a browser offers to choose from."""


class UnreadableTable(InvalidValue):
    """A table that is not read, and what to do about it. The codes are those of `Problem`."""

    field = "file"
    messages = {
        Problem.EMPTY: N_("There is nothing in this table."),
        Problem.BIG: N_("This file is too large. Copy the rows you need into a new table."),
        Problem.MANY: N_("The table has more than %(most)s rows. Divide it."),
        Problem.WIDE: N_("The table has more than %(most)s columns. Copy those you need into a new table."),
        Problem.LONG: N_("Cell %(cell)s holds more than %(most)s characters."),
        Problem.LOCKED: N_("This file is locked with a password. Save it without one."),
        Problem.MACROS: N_("This file holds macros, which are not opened here. Save it as .xlsx."),
        Problem.OLD: N_("This is an old workbook (.xls). Save it as .xlsx or as CSV."),
        Problem.KIND: N_("This file is neither a workbook (.xlsx) nor CSV."),
        Problem.BROKEN: N_("This file is damaged. Save it once more, as .xlsx or as CSV."),
        Problem.LETTERS: N_("The letters of this file cannot be read. Save it as .xlsx, or as CSV in UTF-8."),
        Problem.FORMULA: N_(
            "Cell %(cell)s holds a formula without its result. Open the file, save it once more and send it again."
        ),
        Problem.PRECISE: N_(
            "The number in cell %(cell)s has more than 15 digits, and the spreadsheet has lost the last of them. "
            "Make the column text and type it again."
        ),
        Problem.SHEET: N_("The workbook has no sheet called %(sheet)s."),
    }


class CellsField(TextField):
    """Cells of a spreadsheet as they were pasted: the tabs between them stay."""

    def pre_validate(self, form: Any) -> None:
        """What no page can show is dropped; how much it may be is asked when it is read."""
        self.data = "".join(char for char in self.data or "" if char.isprintable() or char in "\t\r\n")


class TableForm(Form):
    """A table as a file, or as cells copied from a spreadsheet. A form says in `limits` how much."""

    file = FileField(_l("File (Excel or CSV)"))
    text = CellsField(_l("or cells copied from a spreadsheet"), render_kw={"rows": 6})

    optional = frozenset({"file", "text"})
    limits = Limits()

    def table(self) -> Table:
        """What was sent; the file where there are both. Raises UnreadableTable."""
        sent = self.file.data
        try:
            if isinstance(sent, FileStorage) and sent.filename:
                return read_table(sent.stream.read(self.limits.bytes + 1), self.limits)
            return read_text(self.text.data or "", self.limits)
        except BrokenTable as error:
            raise UnreadableTable(error.problem, **error.told) from error
