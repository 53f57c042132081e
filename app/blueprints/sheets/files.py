"""Registers of the past from a file: what would happen, line by line, then do it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from flask import flash, request
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.blueprints.sheets.forms import ImportForm, cells_again
from app.blueprints.sheets.views import blueprint
from app.domain.academics.queries import get_campus
from app.domain.attendance.importing.rules import import_mark
from app.domain.attendance.importing.services import import_file, look_at_file
from app.domain.attendance.importing.types import Fate, ImportMoved, Line, Outlook
from app.domain.kernel.access import Permission
from app.domain.kernel.errors import Refused
from app.integrations.tables import Table
from app.web.access import current_actor, requires
from app.web.forms import submitted
from app.web.htmx import render_page, see_other
from app.web.i18n import digits
from app.web.tables import FILES

_SHOWN: Final = 200
"""Lines on the page. What is refused comes first; of a file that is right one need not see every line."""

FATE_WORDS = {
    Fate.REFUSED: ("bad", "warn", _l("Refused")),
    Fate.CHANGED: ("warn", "pen", _l("Changed")),
    Fate.KEPT: ("info", "lock", _l("Differs, kept")),
    Fate.CREATED: ("ok", "plus", _l("New")),
    Fate.SKIPPED: ("mute", "go", _l("Skipped")),
    Fate.SAME: ("mute", "check", _l("As stored")),
}
"""(kind, icon, label), in the order in which lines are shown."""
_ORDER = {fate: place for place, fate in enumerate(FATE_WORDS)}


@blueprint.route("/import/<uuid:campus_id>/", methods=["GET", "POST"])
@requires(Permission.ATTENDANCE_REPORT)
def import_page(campus_id: UUID) -> Response:
    """Read registers of the past from a file or from pasted cells."""
    get_campus(current_actor(), campus_id, Permission.ATTENDANCE_REPORT)
    form, outlook, table, text, status = ImportForm(), None, None, "", 200
    if submitted(form):
        try:
            table, sent = form.read()
            text = cells_again(table)
            if request.form.get("do") == "apply":
                done = import_file(
                    current_actor(),
                    campus_id,
                    sent,
                    change_reason=form.change_reason,
                    seen=request.form.get("seen"),
                )
                return _imported(done)
            outlook = look_at_file(current_actor(), campus_id, sent, may_change=bool(form.may_change.data))
        except ImportMoved:
            flash(gettext("Something has changed since you looked. Look once more, then apply."), "warn")
            outlook = look_at_file(current_actor(), campus_id, sent, may_change=bool(form.may_change.data))
            status = 409
        except Refused as error:
            form.put_refusal(error)
    return _page(campus_id, form, outlook, table, text, 422 if form.problems else status)


def _imported(done: Outlook) -> Response:
    words = ngettext(
        "%(count)s mark stored.", "%(count)s marks stored.", done.writes, count=digits(done.writes)
    )
    flash(str(words), "ok")
    return see_other(request.path)


def _page(
    campus_id: UUID, form: ImportForm, outlook: Outlook | None, table: Table | None, text: str, status: int
) -> Response:
    lines = sorted(outlook.lines, key=lambda line: _ORDER[line.fate])[:_SHOWN] if outlook else []
    return render_page(
        "sheets/import.html",
        campus_id=campus_id,
        form=form,
        table=table,
        text=text,
        outlook=outlook,
        lines=lines,
        counts=_counts(outlook.lines) if outlook else [],
        seen=import_mark(outlook.lines) if outlook else "",
        fates=FATE_WORDS,
        files=FILES,
        status=status,
    )


def _counts(lines: Sequence[Line]) -> list[tuple[Fate, int]]:
    counted = Counter(line.fate for line in lines)
    return [(fate, counted[fate]) for fate in FATE_WORDS if counted[fate]]
