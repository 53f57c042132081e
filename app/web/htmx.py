"""The only file that knows an HX- header.

One view, one URL, both answers: the named block for a partial request, else the whole page.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, make_response, redirect, render_template, request
from jinja2.environment import Template, TemplateModule
from jinja2.runtime import Context
from jinja2_fragments.flask import render_block
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

_REDIRECTS = {301, 302, 303, 307, 308}


class PageTemplate(Template):
    """A template whose macros are made once.

    Jinja compares the names of all globals at each import, to notice templates with globals of their own. There
    are none here, and a page imports four times.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        if self._module is None:
            self._module = self.make_module()
        return self._module


def is_partial() -> bool:
    """Whether htmx asks for a part of the page. A history restore asks for `full` and gets a page."""
    return request.headers.get("HX-Request-Type") == "partial"


def render_page(template: str, block: str | None = None, *, status: int = 200, **context: Any) -> Response:
    """Answer with `block` of the template when a part is asked for, else with the whole page."""
    if block and is_partial():
        return make_response(render_block(template, block, **context), status)
    return make_response(render_template(template, **context), status)


def see_other(location: str) -> BaseResponse:
    """Success of a POST: 303, so that the browser fetches the next page with GET. Nobody reads its body."""
    response = redirect(location, 303)
    response.set_data(b"")
    return response


def instead_of_page(response: Response) -> Response:
    """Let a whole page that answers a partial request take the place of the one that asked."""
    if is_partial():
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#main"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def retarget_to_message(response: Response) -> Response:
    """Send an error that answers a partial request to the page's message region, never into a table."""
    if is_partial():
        response.headers["HX-Retarget"] = "#page-message"
        response.headers["HX-Reswap"] = "innerHTML"
    return response


def _forget_host(response: Response) -> None:
    """Lead to the address with its slash under whatever name the reader knows us by.

    The router names the host, which is what the request says it is and may be anybody's.
    """
    parts = urlsplit(response.headers["Location"])
    response.headers["Location"] = urlunsplit(("", "", "/" + parts.path.lstrip("/"), parts.query, ""))
    response.set_data(b"")


def init_htmx(app: Flask) -> None:
    """Turn a redirect that answers a partial request into one the whole page follows."""
    app.jinja_env.template_class = PageTemplate

    @app.after_request
    def _finish(response: Response) -> Response:
        if isinstance(request.routing_exception, RequestRedirect):
            _forget_host(response)
        if request.endpoint != "static" and request.method != "POST":  # nobody keeps what a POST answered
            response.vary.add("HX-Request-Type")
        if is_partial() and response.status_code in _REDIRECTS:
            location = response.headers.pop("Location")
            response.headers["HX-Redirect"] = location
            response.status_code = 204
            response.set_data(b"")
        return response
