"""The queue under a filter as a file for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, request
from flask_babel import gettext

from app.blueprints.admissions.pages import kept, queue_filter
from app.blueprints.admissions.views import blueprint
from app.domain.academics.queries import class_labels
from app.domain.accounts.queries import list_user_names
from app.domain.admissions.desk.queries import list_desk_cycles
from app.domain.admissions.desk.services import take_out_queue
from app.domain.admissions.desk.types import FileRow
from app.domain.kernel.access import Permission
from app.domain.kernel.clock import today
from app.domain.kernel.dates import to_local
from app.domain.kernel.phones import format_mobile
from app.web.access import current_actor, requires
from app.web.i18n import local_plain
from app.web.proof import requires_recent
from app.web.spreadsheet import send_table
from app.web.words import status_label


@blueprint.route("/take-out", methods=["POST"])
@requires(Permission.APPLICATIONS_READ)
@requires_recent
def take_out() -> Response:
    """Everything the filter shows as a file, itself an entry of the audit log."""
    actor, asked = current_actor(), kept()
    wanted = queue_filter(actor, asked, list_desk_cycles(actor, today()))
    rows = take_out_queue(actor, wanted, asked)
    name = f"{gettext('Applications')} {today().isoformat()}"
    return send_table(request.form.get("suffix"), name, _table(rows))


def _table(rows: Sequence[FileRow]) -> Iterator[Sequence[object]]:
    classes = class_labels([key for key in {row.class_id for row in rows} if key])
    officers = list_user_names({row.officer_id for row in rows if row.officer_id})
    yield (
        gettext("Reference"),
        gettext("Child"),
        gettext("Date of birth"),
        gettext("Class"),
        gettext("State"),
        gettext("Sent"),
        gettext("Guardian"),
        gettext("Mobile number"),
        gettext("Assigned to"),
    )
    for row in rows:
        yield (
            row.reference,
            local_plain(row.child_name),
            row.born_on,
            local_plain(classes[row.class_id].name) if row.class_id else "",
            status_label(row.status.value),
            to_local(row.submitted_at).date(),
            local_plain(row.guardian_name),
            format_mobile(row.phone, "en"),
            local_plain(officers[row.officer_id]) if row.officer_id in officers else "",
        )
