"""The application behind its proxy; nothing else."""

from werkzeug.middleware.proxy_fix import ProxyFix

from app import create_app
from app.web.logging import configure_logging

configure_logging()
app = create_app()
_proxies = app.config["SETTINGS"].trusted_proxies
if _proxies:
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=_proxies, x_proto=_proxies)  # type: ignore[method-assign]  # middleware is put in this way
