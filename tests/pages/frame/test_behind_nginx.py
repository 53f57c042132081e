"""The real servers: gunicorn by itself, and behind nginx with the lines of `docs/how-to/behind-nginx.md`.

What a client claims about itself is not believed, one request is never two, and an unknown name gets nothing.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.audit.models import AuditEntry
from app.uow import session
from ops.devtool.testing import find_nginx
from tests.support.cast import CAST
from tests.support.processes import ROOT, environment, free_port, until

NGINX = find_nginx()
HOW_TO = ROOT / "docs" / "how-to" / "behind-nginx.md"
NAME = "school.example"
CLAIMED = "203.0.113.9"

needs_nginx = pytest.mark.skipif(not NGINX, reason="nginx is not here, and ./dev test could not install it")


@dataclass
class Answer:
    """The first answer on a connection, and how many came."""

    status: int
    headers: dict[str, str]
    body: str
    answers: int


def say(port: int, request: str) -> Answer | None:
    """Send these bytes and read until the other side closes or falls silent. None: closed without a word."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(request.encode("latin-1"))
        line.settimeout(1.5)
        heard = b""
        try:
            while part := line.recv(65536):
                heard += part
        except (TimeoutError, ConnectionResetError):
            pass
    text = heard.decode("utf-8", "replace")
    if not text:
        return None
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    return Answer(int(first.split()[1]), headers, body, len(re.findall(r"HTTP/1\.[01] \d\d\d", text)))


def get(port: int, path: str, *more: str, host: str = NAME, method: str = "GET") -> Answer | None:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *more]
    return say(port, "\r\n".join(lines) + "\r\n\r\n")


@contextmanager
def running(command: list[str], ready: object, env: dict[str, str] | None = None) -> Iterator[None]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(ready)  # type: ignore[arg-type]  # a function without arguments
        yield
    finally:
        process.terminate()
        process.wait(20)


def answers(port: int) -> bool:
    try:
        return get(port, "/healthz") is not None
    except OSError:
        return False


def gunicorn(app: Flask, bind: str, var: Path, **more: str) -> tuple[list[str], dict[str, str]]:
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", bind, "--workers", "1"]
    command += ["--no-control-socket", "--graceful-timeout", "1", "--umask", "0"]
    env = environment(app.config["SETTINGS"], SA_VAR=str(var), BASE_URL=f"https://{NAME}", **more)
    return command, env


def nginx_conf(folder: Path, port: int) -> str:
    """The lines of the how-to, on a port without TLS."""
    found = re.search(r"```nginx\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    lines = re.sub(r"\n\s*ssl_[^\n]*", "", found[1])
    lines = lines.replace("listen 443 ssl http2", f"listen 127.0.0.1:{port}")
    lines = lines.replace("/run/smart-academy/app.sock", f"{folder}/app.sock")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder};" for kind in kinds)
    return (
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error;\n"
        f"events {{}}\nhttp {{ access_log off; {temporary}\n{lines} }}\n"
    )


@pytest.fixture
def bare(real_app: Flask, tmp_path: Path) -> Iterator[int]:
    """gunicorn on a port of its own, which no proxy stands in front of."""
    port = free_port()
    command, env = gunicorn(real_app, f"127.0.0.1:{port}", tmp_path / "bare")
    with running(command, lambda: answers(port), env):
        yield port


@pytest.fixture
def proxied(real_app: Flask, tmp_path: Path) -> Iterator[int]:
    """nginx in front of gunicorn on a socket."""
    port, folder = free_port(), tmp_path / "nginx"
    folder.mkdir()
    (folder / "nginx.conf").write_text(nginx_conf(folder, port))
    command, env = gunicorn(real_app, f"unix:{folder}/app.sock", tmp_path / "proxied", TRUSTED_PROXIES="1")
    with ExitStack() as stack:
        stack.enter_context(running(command, (folder / "app.sock").exists, env))
        front = [str(NGINX), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error")]
        stack.enter_context(running(front, lambda: answers(port)))
        until(lambda: (get(port, "/healthz") or Answer(0, {}, "", 0)).status == 200)
        yield port


CLAIMS = (
    f"X-Forwarded-For: {CLAIMED}",
    f"X-Real-IP: {CLAIMED}",
    f"Forwarded: for={CLAIMED};host=evil.example",
    f"X-Client-IP: {CLAIMED}",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: http",
)
INNER = "GET /smuggled HTTP/1.1\r\nHost: school.example\r\n\r\n"
CHUNKS = "0\r\n\r\n"


def post(*lines: str, body: str) -> str:
    return "\r\n".join(["POST /en/sign-in HTTP/1.1", f"Host: {NAME}", *lines, "", ""]) + body


PROBES = {
    "length and chunks": post(
        f"Content-Length: {len(CHUNKS + INNER)}", "Transfer-Encoding: chunked", body=CHUNKS + INNER
    ),
    "chunks and length": post("Transfer-Encoding: chunked", "Content-Length: 4", body=CHUNKS + INNER),
    "two lengths": post("Content-Length: 0", f"Content-Length: {len(INNER)}", body=INNER),
    "a list of lengths": post(f"Content-Length: 0, {len(INNER)}", body=INNER),
    "a length with a sign": post("Content-Length: +0", body=INNER),
    "another coding": post("Transfer-Encoding: xchunked", body=CHUNKS + INNER),
    "chunked not last": post("Transfer-Encoding: chunked, identity", body=CHUNKS + INNER),
    "a space before the colon": post("Transfer-Encoding : chunked", "Content-Length: 5", body=CHUNKS + INNER),
    "a folded line": post(
        "X-Long: a", " Transfer-Encoding: chunked", "Content-Length: 5", body=CHUNKS + INNER
    ),
    "a bad chunk": post("Transfer-Encoding: chunked", body="0x5\r\nabcde\r\n" + CHUNKS + INNER),
}


def _tries(port: int) -> dict[str, object]:
    """The probes that were not refused, or that were taken for more than one request."""
    wrong: dict[str, object] = {}
    for name, probe in PROBES.items():
        answer = say(port, probe)
        if answer is not None and (answer.status not in {400, 501} or answer.answers != 1):
            wrong[name] = (answer.status, answer.answers)
    return wrong


def _recorded_address(app: Flask, port: int) -> str:
    """From where a refused sign-in came, as the audit log has it."""
    page = get(port, "/en/sign-in")
    assert page is not None and page.status == 200, page
    cookie = page.headers["set-cookie"].partition(";")[0]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.body)
    assert token
    form = urlencode({"csrf_token": token[1], "identifier": CAST.bashir.email, "password": "wrong-password"})
    answer = say(
        port,
        post(
            "Content-Type: application/x-www-form-urlencoded",
            f"Cookie: {cookie}",
            f"Content-Length: {len(form)}",
            "Connection: close",
            *CLAIMS,
            body=form,
        ),
    )
    assert answer is not None and answer.status == 422 and "evil.example" not in answer.body
    with app.app_context():
        found = select(AuditEntry.ip_address).where(AuditEntry.action == "session.refused")
        return str(session().scalars(found).one())


def test_gunicorn_alone_believes_no_claims_and_takes_one_request_for_one(real_app: Flask, bare: int) -> None:
    assert _recorded_address(real_app, bare) == "127.0.0.1"
    assert _tries(bare) == {}
    answer = get(bare, "/metrics", CLAIMS[0])
    assert answer is not None and answer.status == 404


@needs_nginx
def test_behind_nginx_the_address_is_the_one_nginx_saw(real_app: Flask, proxied: int) -> None:
    assert _recorded_address(real_app, proxied) == "127.0.0.1"
    assert _tries(proxied) == {}
    _an_unknown_name_gets_nothing(proxied)
    _what_is_not_for_everybody_is_not_there(proxied)
    _errors_of_nginx_bind_to_tls_too(proxied)


def _an_unknown_name_gets_nothing(port: int) -> None:
    assert get(port, "/en/sign-in", host="evil.example") is None
    assert get(port, "/en/sign-in", host="127.0.0.1") is None
    both = say(port, f"GET /en/ HTTP/1.1\r\nHost: {NAME}\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert both is not None and both.status == 400


def _what_is_not_for_everybody_is_not_there(port: int) -> None:
    for path in ("/metrics", "/.git/config", "/.env", "/stored-files/x", "/wsgi.py", "/docs/"):
        answer = get(port, path)
        assert answer is not None and answer.status == 404, path
    well_known = get(port, "/.well-known/security.txt")
    assert well_known is not None and well_known.status == 200
    traced = get(port, "/en/", "X-Echo: canary", method="TRACE")
    assert traced is not None and traced.status == 405 and "canary" not in traced.body


def _errors_of_nginx_bind_to_tls_too(port: int) -> None:
    large = say(port, post("Content-Length: 99999999", "Connection: close", body=""))
    asked = [get(port, "/metrics"), get(port, "/en/sign-in"), get(port, "/en/none"), large]
    for answer, status in zip(asked, (404, 200, 404, 413), strict=True):
        assert answer is not None and answer.status == status
        assert answer.headers["strict-transport-security"].startswith("max-age=63072000"), status
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["server"] == "nginx"
