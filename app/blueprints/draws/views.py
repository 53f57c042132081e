"""Draws for everybody: what is known at each stage, the files, and the way to check them. No person is named."""

from __future__ import annotations

import shlex
from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, current_app, request

from app.blueprints.draws.words import STATE_WORDS, place_words, quota_words
from app.domain.admissions.lottery.queries import (
    count_claims,
    find_draw,
    find_ticket,
    list_draws,
    list_of,
    result_of,
)
from app.domain.admissions.lottery.types import DrawView, TicketView
from app.domain.kernel.digits import to_ascii_digits
from app.web.access import public
from app.web.admission import SHIFT_WORDS
from app.web.headers import shareable
from app.web.htmx import render_page

blueprint = Blueprint("draws", __name__)

SCRIPT = Path("docs", "lottery", "check_draw.py")
_LONGEST_NUMBER = 7


@blueprint.route("/<lang:lang>/draws/")
@public
@shareable
def index(lang: str) -> Response:
    """Every draw, also those that were cancelled, the last one first."""
    return render_page("draws/index.html", draws=list_draws(), states=STATE_WORDS, shifts=SHIFT_WORDS)


@blueprint.route("/<lang:lang>/draws/check-draw.py")
@public
@shareable
def script(lang: str) -> Response:
    """The program with which anybody holds a draw again."""
    source = Path(current_app.root_path).parent.joinpath(SCRIPT).read_text(encoding="utf-8")
    return _file(source, SCRIPT.name)


@blueprint.route("/<lang:lang>/draws/<uuid:draw_id>")
@public
@shareable
def draw(lang: str, draw_id: UUID) -> Response:
    """One draw as far as it is, one ticket of it where a number is asked for, and how to check it."""
    found = find_draw(draw_id)
    asked = request.args.get("ticket", "").replace("\x00", "").strip()[:20]
    return render_page(
        "draws/draw.html",
        draw=found,
        claims=count_claims(draw_id),
        asked=asked,
        ticket=_ticket_asked(found, asked),
        command=_command(found),
        states=STATE_WORDS,
        shifts=SHIFT_WORDS,
        quota_words=quota_words,
        place_words=place_words,
    )


def _ticket_asked(draw: DrawView, asked: str) -> TicketView | None:
    digits = to_ascii_digits(asked)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER):
        return None
    return find_ticket(draw.id, int(digits))


def _command(draw: DrawView) -> str:
    """What to type to hold the draw again; empty before it is held."""
    values = (draw.list_hash, draw.commitment, draw.secret, draw.public_value)
    if not all(values):
        return ""
    return shlex.join(["python3", SCRIPT.name, f"draw-{draw.number}-list.txt", *map(str, values)])


@blueprint.route("/<lang:lang>/draws/<uuid:draw_id>/list.txt")
@public
@shareable
def tickets(lang: str, draw_id: UUID) -> Response:
    """The list as it was fixed, byte for byte."""
    found = find_draw(draw_id)
    return _file(list_of(found), f"draw-{found.number}-list.txt")


@blueprint.route("/<lang:lang>/draws/<uuid:draw_id>/result.txt")
@public
@shareable
def result(lang: str, draw_id: UUID) -> Response:
    """The result, byte for byte as the program prints it."""
    found = find_draw(draw_id)
    return _file(result_of(found), f"draw-{found.number}-result.txt")


def _file(text: str, name: str) -> Response:
    response = Response(text, mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
