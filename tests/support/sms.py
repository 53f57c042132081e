"""A real HTTP server that speaks BulkSMSBD's protocol, keeps what it accepts, and can misbehave."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

KEY, SENDER = "only-for-tests", "8809600000000"


class GatewayServer:
    """What the gateway received. `code` is its answer; the other fields make it misbehave."""

    def __init__(self) -> None:
        self.texts: list[dict[str, str]] = []
        self.code: int | None = None
        """None: it answers as the real one does to what it was sent."""
        self.status = 200
        self.body: bytes | None = None
        self.headers: dict[str, str] = {}
        self.drops = False
        """Accepts the text and closes the connection without an answer."""
        self.drips = False
        """Begins to answer and never ends."""
        self.asked: list[str] = []
        self.goes_on = threading.Event()
        self.url = ""

    def judge(self, fields: dict[str, str]) -> int:
        """The code of the answer."""
        if self.code is not None:
            return self.code
        number = fields.get("number", "")
        if fields.get("api_key") != KEY:
            return 1011
        if fields.get("senderid") != SENDER:
            return 1002
        if not fields.get("message"):
            return 1003
        return 202 if number.startswith("8801") and number.isdigit() and len(number) == 13 else 1001


def _answer(code: int) -> bytes:
    accepted = "SMS Submitted Successfully" if code == 202 else ""
    said = {"response_code": code, "success_message": accepted, "error_message": "" if accepted else "no"}
    return json.dumps(said).encode()


@contextmanager
def sms_gateway() -> Iterator[GatewayServer]:
    """A server on a free port of the loopback."""
    gateway = GatewayServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            gateway.asked.append(self.path)
            fields = {name: values[0] for name, values in parse_qs(asked).items()}
            code = gateway.judge(fields)
            if code == 202:
                gateway.texts.append(fields)
            if gateway.drops:
                self.close_connection = True
                return
            body = gateway.body if gateway.body is not None else _answer(code)
            self.send_response(gateway.status)
            for name, value in gateway.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + (1000 if gateway.drips else 0)))
            self.end_headers()
            self.wfile.write(body)
            if gateway.drips:
                while not gateway.goes_on.wait(0.05):
                    self.wfile.write(b" ")
                    self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that has gone is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.goes_on.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
