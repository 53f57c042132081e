"""The application as it is measured and photographed: on a moment that stands still, and counting.

A request that carries `X-Count-Statements` is answered with the number of SQL statements it took, in a header
of the same name; other requests get exactly what everybody gets. Nothing of this is in the application.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from app import create_app
from app.domain.kernel import clock
from ops.browse.installation import STOPPED_AT

_standing = ExitStack()
"""Never closed: the moment stands still as long as the process lives."""
if os.environ.get(STOPPED_AT):
    _standing.enter_context(clock.stopped_at(datetime.fromisoformat(os.environ[STOPPED_AT])))


class Counting:
    """Counts the statements of each request in the thread that answers it."""

    def __init__(self, answer: Callable[..., Iterable[bytes]]) -> None:
        self.answer = answer
        self.count = threading.local()
        event.listen(Engine, "before_cursor_execute", self._note)

    def _note(self, *_: object) -> None:
        self.count.statements = getattr(self.count, "statements", 0) + 1

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as the application does, with the count where it was asked for."""
        if "HTTP_X_COUNT_STATEMENTS" not in environ:
            return self.answer(environ, start_response)
        self.count.statements = 0

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(
                status, [*headers, ("X-Count-Statements", str(self.count.statements))], *rest
            )

        return self.answer(environ, start)


app = create_app()
app.wsgi_app = Counting(app.wsgi_app)  # type: ignore[method-assign]  # middleware is put in this way
