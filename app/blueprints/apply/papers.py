"""The papers of a draft one by one: how each stands, its file, and the pieces it comes in over a bad line."""

from __future__ import annotations

from flask import Response, abort, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.apply.views import blueprint, family, own_draft
from app.blueprints.apply.words import DOCUMENT_WORDS
from app.domain.admissions.queries import list_documents
from app.domain.admissions.services import add_paper_piece, finish_paper, paper_pieces_kept
from app.domain.admissions.types import DocumentKind, DocumentView
from app.domain.files.services import PIECE_BYTES
from app.domain.files.types import FilesUnavailable, PieceOutOfPlace
from app.domain.kernel.errors import DomainError, Forbidden, NotFound
from app.web.access import public
from app.web.errors import message_of, status_of
from app.web.files import send_wanted_size
from app.web.htmx import is_partial, render_page, see_other

_MARK_LENGTH = 200


def _kind(text: str) -> DocumentKind:
    return next((kind for kind in DocumentKind if kind.value == text), None) or abort(404)


def _paper(token: str, kind: str) -> DocumentView:
    return list_documents(own_draft(token).id).get(_kind(kind)) or abort(404)


@blueprint.route("/<lang:lang>/apply/<string:token>/documents/<string:kind>")
@public
def document(lang: str, token: str, kind: str) -> Response:
    """A paper of the family's own draft, once it is released."""
    return send_wanted_size(_paper(token, kind).file)


@blueprint.route("/<lang:lang>/apply/<string:token>/documents/<string:kind>/state")
@public
def paper_state(lang: str, token: str, kind: str) -> BaseResponse:
    """How a paper stands: the part of the documents page that asks again. Without script, the page itself."""
    if not is_partial():
        return see_other(url_for("apply.documents", lang=lang, token=token))
    return _state(token, kind)


def _state(token: str, kind: str) -> Response:
    paper = _paper(token, kind)
    return render_page(
        "apply/_paper.html", "state", paper=paper, word=DOCUMENT_WORDS[paper.kind], token=token
    )


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else abort(400)


def _mark() -> str:
    mark = request.args.get("mark", "")
    return mark if 0 < len(mark) <= _MARK_LENGTH else abort(400)


def _body() -> bytes:
    """The piece. One that is too long, or does not say how long it is, is refused before a byte of it is read."""
    if request.content_length is None:
        abort(411)
    if request.content_length > PIECE_BYTES:
        abort(413)
    return request.get_data(cache=False)


def _refused(error: DomainError) -> tuple[Response, int]:
    """Why not, for the script that sends pieces: where to go on, or a sentence for the family."""
    match error:
        case PieceOutOfPlace():
            return jsonify(offset=error.offset), 409
        case FilesUnavailable():
            return jsonify(message=message_of(error)), status_of(error)
        case NotFound() | Forbidden():
            raise error
        case _:
            return jsonify(message=message_of(error)), 422


@blueprint.route("/<lang:lang>/apply/<string:token>/documents/<string:kind>/pieces", methods=["GET", "POST"])
@public
def pieces(lang: str, token: str, kind: str) -> BaseResponse | tuple[Response, int]:
    """Where a paper on its way has come to; and its next piece, which is the whole body."""
    try:
        if request.method == "GET":
            return jsonify(offset=paper_pieces_kept(token, _kind(kind), _mark()))
        size, offset = _number("size"), _number("offset")
        here = add_paper_piece(token, _kind(kind), _mark(), size, offset, _body())
    except DomainError as error:
        return _refused(error)
    return jsonify(offset=here)


@blueprint.route("/<lang:lang>/apply/<string:token>/documents/<string:kind>/finish", methods=["POST"])
@public
def finish(lang: str, token: str, kind: str) -> BaseResponse | tuple[Response, int]:
    """Keep a paper whose pieces are all here, and answer with how it stands."""
    name = request.args.get("name", "")[:255]
    try:
        finish_paper(family(), token, _kind(kind), _mark(), _number("size"), name)
    except DomainError as error:
        return _refused(error)
    return _state(token, kind)
