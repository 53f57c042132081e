"""The application as a server runs it: two sync workers on a socket behind nginx with gzip."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
    listen {host}:{port};
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
def proxied(school: Installation, application: str = "ops.browse.wsgi:app") -> Iterator[str]:
    """The address of the school, or of another application, behind nginx, until the block ends."""
    port = free_port()
    with Supervisor() as supervisor, tempfile.TemporaryDirectory(prefix="sa-", dir="/tmp") as name:
        folder = Path(name)
        # nginx's workers are another user, and must reach the socket.
        folder.chmod(0o755)
        config = folder / "nginx.conf"
        config.write_text(_NGINX.format(folder=folder, host=demo.HOST, port=port))
        env = (
            os.environ
            | school.environment
            | {"TRUSTED_PROXIES": "1", "BASE_URL": f"http://{demo.HOST}:{port}"}
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
        supervisor.wait_for(lambda: demo.is_healthy(port), "nginx", demo.START_SECONDS)
        yield f"http://{demo.HOST}:{port}"
