"""The papers of an application one by one: how each stands, its file, and the pieces it comes in over a bad line.

Of a draft for whoever has the private link; of a sent application for whoever has shown that it is theirs, and then
only those that are missing or were refused.
"""

from __future__ import annotations

import re
from functools import partial
from uuid import UUID

from flask import Response, abort, flash, jsonify, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from app.blueprints.apply.forms import documents_form
from app.blueprints.apply.limits import count_upload
from app.blueprints.apply.views import blueprint, family, keep_papers, own_draft, proven, status_page
from app.blueprints.apply.words import DOCUMENT_WORDS
from app.domain.admissions.queries import find_asked, list_documents
from app.domain.admissions.rules import papers_to_send
from app.domain.admissions.services import add_paper_piece, finish_paper, paper_pieces_kept, send_paper
from app.domain.admissions.types import ApplicationView, DocumentKind, DocumentView
from app.domain.files.services import PIECE_BYTES
from app.domain.files.types import FilesUnavailable, PieceOutOfPlace
from app.domain.kernel.errors import DomainError, Forbidden, NotFound
from app.web.access import public
from app.web.errors import message_of, status_of
from app.web.files import send_wanted_size
from app.web.forms import submitted
from app.web.htmx import is_partial, render_page, see_other

_MARK_LENGTH = 200
_CODE = re.compile(r"[a-z][a-z_0-9]{1,23}")


def _kind(text: str) -> DocumentKind:
    """A kind of paper by its code; whether anybody asks for it, whoever takes it looks."""
    return DocumentKind(text) if _CODE.fullmatch(text) else abort(404)


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
    return _pieces(token, _kind(kind))


def _pieces(of: str | UUID, kind: DocumentKind) -> BaseResponse | tuple[Response, int]:
    try:
        if request.method == "GET":
            return jsonify(offset=paper_pieces_kept(of, kind, _mark()))
        size, offset, mark, data = _number("size"), _number("offset"), _mark(), _body()
        if offset == 0:
            count_upload(family(), of if isinstance(of, UUID) else own_draft(of).id)
        here = add_paper_piece(of, kind, mark, size, offset, data)
    except DomainError as error:
        return _refused(error)
    return jsonify(offset=here)


@blueprint.route("/<lang:lang>/apply/<string:token>/documents/<string:kind>/finish", methods=["POST"])
@public
def finish(lang: str, token: str, kind: str) -> BaseResponse | tuple[Response, int]:
    """Keep a paper whose pieces are all here, and answer with how it stands."""
    return _finish(token, _kind(kind)) or _state(token, kind)


def _finish(of: str | UUID, kind: DocumentKind) -> tuple[Response, int] | None:
    try:
        name = request.args.get("name", "")[:255]
        finish_paper(family(), of, kind, _mark(), _number("size"), name)
    except DomainError as error:
        return _refused(error)
    return None


# --- of a sent application


def _own(reference: str) -> ApplicationView:
    """The sent application that this browser has shown to be its own; else 404."""
    return proven(reference) or abort(404)


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>/papers", methods=["POST"])
@public
def send_papers(lang: str, reference: str) -> BaseResponse:
    """Take the papers that were missing or refused, as a form sends them."""
    application = _own(reference)
    documents = list_documents(application.id)
    kinds = papers_to_send(application.status, find_asked(application).needed, documents)
    form = documents_form(kinds)
    if not submitted(form):
        return status_page(application, form, 422)
    status = keep_papers(application, form, kinds, partial(send_paper, family(), application.id))
    if form.problems:
        return status_page(application, form, 422 if status == 200 else status)
    if any(upload.filename for upload in request.files.values()):
        flash(gettext("Thank you, the paper has arrived and is being checked."), "ok")
    return see_other(url_for("apply.status", lang=lang, reference=reference))


@blueprint.route("/<lang:lang>/admissions/status/<string:reference>/papers/<string:kind>")
@public
def sent_paper(lang: str, reference: str, kind: str) -> BaseResponse:
    """How a paper stands: the part of the status page that asks again. Without script, the page itself."""
    if not is_partial():
        return see_other(url_for("apply.status", lang=lang, reference=reference))
    return _sent_state(_own(reference), _kind(kind))


def _sent_state(application: ApplicationView, kind: DocumentKind) -> Response:
    documents = list_documents(application.id)
    wanted = papers_to_send(application.status, find_asked(application).needed, documents)
    if kind not in wanted and kind not in documents and not kind.is_built_in:
        abort(404)
    return render_page(
        "apply/_sent_paper.html",
        "state",
        application=application,
        kind=kind,
        paper=documents.get(kind),
        form=documents_form([kind] if kind in wanted else []),
        word=DOCUMENT_WORDS[kind],
    )


@blueprint.route(
    "/<lang:lang>/admissions/status/<string:reference>/papers/<string:kind>/pieces", methods=["GET", "POST"]
)
@public
def sent_pieces(lang: str, reference: str, kind: str) -> BaseResponse | tuple[Response, int]:
    """Where a paper of a sent application has come to; and its next piece."""
    return _pieces(_own(reference).id, _kind(kind))


@blueprint.route(
    "/<lang:lang>/admissions/status/<string:reference>/papers/<string:kind>/finish", methods=["POST"]
)
@public
def finish_sent(lang: str, reference: str, kind: str) -> BaseResponse | tuple[Response, int]:
    """Keep a paper of a sent application whose pieces are all here, and answer with how it stands."""
    application = _own(reference)
    return _finish(application.id, _kind(kind)) or _sent_state(application, _kind(kind))
