"""The application as a server runs it: two sync workers on a socket behind nginx with gzip."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ops.browse.installation import Installation, free_port
from ops.devtool import demo
from ops.devtool.console import ROOT, Failure
from ops.devtool.processes import Supervisor
from ops.devtool.testing import ensure_nginx, find_nginx

WORKERS = 2
"""As many as cores: more workers, or threads, made the 95th percentile worse."""

_NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
worker_rlimit_nofile 4096;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  gzip on;
  gzip_comp_level 5;
  gzip_min_length 400;
  gzip_proxied any;
  gzip_types text/css text/plain application/javascript application/json image/svg+xml;
  upstream app {{ server unix:{folder}/app.sock; }}
  server {{
    listen {host}:{port}{secure};
    location / {{
      proxy_pass http://app;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


def _nginx(supervisor: Supervisor) -> str:
    ensure_nginx(supervisor)
    found = find_nginx()
    if found is None:
        raise Failure("Times are measured behind nginx, which is missing: install the package nginx-light.")
    return found


@contextmanager
def proxied(
    school: Installation, application: str = "ops.browse.wsgi:app", *, secured: bool = False
) -> Iterator[str]:
    """The address of the school, or of another application, behind nginx, until the block ends.

    `secured`: as families reach it, with TLS and HTTP/2, under a certificate nobody has signed.
    """
    port = free_port()
    with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-", dir="/tmp") as name:
        folder = Path(name)
        # nginx's workers are another user, and must reach the socket.
        folder.chmod(0o755)
        config = folder / "nginx.conf"
        config.write_text(
            _NGINX.format(
                folder=folder, host=demo.HOST, port=port, secure=_certificate(folder) if secured else ""
            )
        )
        scheme = "https" if secured else "http"
        env = (
            os.environ
            | school.environment
            | {"TRUSTED_PROXIES": "1", "BASE_URL": f"{scheme}://{demo.HOST}:{port}"}
        )
        bound = f"unix:{folder}/app.sock"
        gunicorn = [
            *(sys.executable, "-m", "gunicorn", application, "--bind", bound),
            *("--workers", str(WORKERS), "--no-control-socket", "--umask", "0"),
        ]
        log = school.var / "log"
        supervisor.spawn("The web server", gunicorn, env=env, cwd=ROOT, log=log / f"proxied-{port}.log")
        nginx = [_nginx(supervisor), "-e", "stderr", "-p", str(folder), "-c", str(config)]
        supervisor.spawn("nginx", nginx, env=env, cwd=ROOT, log=log / f"nginx-{port}.log")
        supervisor.wait_for(lambda: _answers(port, secured=secured), "nginx", demo.START_SECONDS)
        yield f"{scheme}://{demo.HOST}:{port}"


def _answers(port: int, *, secured: bool) -> bool:
    if not secured:
        return demo.is_healthy(port)
    with suppress(OSError), socket.create_connection((demo.HOST, port), timeout=1):
        return True
    return False


def _certificate(folder: Path) -> str:
    """What the server's `listen` says more, for a certificate made for this hour."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, demo.HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(demo.HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(secret)
    return f" ssl http2;\n    ssl_certificate {folder}/certificate.pem;\n    ssl_certificate_key {folder}/key.pem"
