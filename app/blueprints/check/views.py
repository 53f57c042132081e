"""Whether a paper is ours and still says what is so, for whoever holds it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext as _l

from app.domain.admissions.slips.queries import check_code
from app.domain.admissions.slips.rules import parse_code, spaced_code
from app.domain.admissions.slips.types import Checked, CodeError, SlipState
from app.domain.kernel.access import visitor
from app.domain.limits.rules import network_of
from app.domain.limits.services import give_back, take
from app.domain.limits.types import Limit
from app.web.access import client_address, public
from app.web.errors import message_of
from app.web.htmx import render_page
from app.web.slips import SLIP_WORDS

blueprint = Blueprint("check", __name__)

_LENGTH = 40

STATE_WORDS: dict[SlipState, tuple[str, object]] = {
    SlipState.VALID: ("ok", _l("Smart Academy has issued this paper, and it is valid.")),
    SlipState.REPLACED: (
        "warn",
        _l("Smart Academy has issued this paper, but what it says has changed since. Ask for a new one."),
    ),
    SlipState.WITHDRAWN: ("bad", _l("Smart Academy has issued this paper, but it is no longer valid.")),
}
_UNKNOWN = _l("Smart Academy has issued no paper with this code. Compare the code sign by sign.")


@blueprint.route("/<lang:lang>/check/")
@public
def index(lang: str) -> Response:
    """Ask for a code, and say whether we have issued a paper with it."""
    typed = request.args.get("code", "")[:_LENGTH]
    found, problem, status = _looked_up(lang, typed) if typed.strip() else (None, None, 200)
    return render_page(
        "check/index.html",
        typed=spaced_code(parse_code(typed)) if found else typed,
        found=found,
        state=STATE_WORDS[found.state] if found else None,
        problem=problem,
        words=SLIP_WORDS,
        status=status,
    )


def _looked_up(lang: str, typed: str) -> tuple[Checked | None, object, int]:
    """(the slip, or what is wrong with the code, status). Codes that are none are counted. Raises TooMany."""
    reader = visitor(lang, ip=client_address(), user_agent=request.user_agent.string or None)
    counted = (Limit.WRONG_SLIP_ADDRESS, network_of(reader.ip))
    take(reader, counted)
    try:
        found = check_code(parse_code(typed))
    except CodeError as error:
        return None, message_of(error), 422
    if found is None:
        return None, _UNKNOWN, 404
    give_back(counted)
    return found, None, 200
