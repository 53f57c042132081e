"""With nginx in front the application says where a released file lies, and nginx sends it with the same seals."""

from __future__ import annotations

import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from app import create_app
from app.domain.admissions.queries import find_by_token, list_documents
from app.domain.admissions.types import DocumentKind
from ops.devtool.testing import find_nginx
from tests.support.applications import draft
from tests.support.live import live_server
from tests.support.processes import free_port, until

NGINX = find_nginx()
HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "files.md"


def locations(files: Path) -> str:
    """The lines that the how-to tells people to write."""
    found = re.search(r"```nginx\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1].replace("/srv/smart-academy/var/files/", f"{files}/")


@contextmanager
def nginx(to: str, files: Path, folder: Path) -> Iterator[str]:
    """nginx in front of the application at `to`; yields its address."""
    assert NGINX
    port = free_port()
    temporary = "\n".join(
        f"{name}_temp_path {folder};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/error;
        events {{}}
        http {{ access_log off; {temporary}
          server {{ listen 127.0.0.1:{port};
            {locations(files)}
            location / {{ proxy_pass {to}; proxy_set_header Host $http_host; }} }} }}
    """)
    server = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-e", folder / "error"])
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            fetch(f"{url}/en/admissions/")
        except OSError:
            return False
        return True

    try:
        until(answers)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def fetch(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask as a browser would."""
    assert urlsplit(url).hostname == "127.0.0.1"
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  # our own server
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # our own server
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


@pytest.mark.skipif(not NGINX, reason="nginx is not here, and ./dev test could not install it")
def test_nginx_sends_released_files_and_no_others(real_app: Flask, tmp_path: Path) -> None:
    app = create_app(real_app.config["SETTINGS"].model_copy(update={"files_accel": "/stored-files/"}))
    with app.app_context():
        token = draft()
        found = find_by_token(token)
        assert found is not None
        file = list_documents(found.id)[DocumentKind.PHOTO].file
    files, folder = app.config["SETTINGS"].sa_var / "files", tmp_path / "nginx"
    folder.mkdir()
    with live_server(app) as to, nginx(to, files, folder) as url:
        here = f"{url}/bn/apply/{token}/documents/photo"
        status, headers, data = fetch(here)
        assert (status, len(data), headers["Content-Type"]) == (200, file.file_size, "image/jpeg")
        assert headers["Content-Disposition"].startswith("inline; ")
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Cache-Control"] == "no-store"
        assert fetch(here, Range="bytes=2-5")[::2] == (206, data[2:6])
        assert fetch(here, Range="bytes=9999999-")[0] == 416
        assert fetch(f"{url}/stored-files/{file.storage_key}")[0] == 404
        assert fetch(f"{url}/bn/apply/{'x' * 43}/documents/photo")[0] == 404
