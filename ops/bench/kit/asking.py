"""What the server costs: times of one keep-alive client, SQL statements, requests a second."""

from __future__ import annotations

import http.client
import re
import shutil
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

WARM_UP = 5
TIMES = 100
SIGN_IN = "/en/sign-in"


@dataclass(frozen=True)
class Times:
    """Milliseconds of many answers."""

    median: float
    p95: float


class Client:
    """One person's client: cookies, compression, and the connection kept where the server keeps it."""

    def __init__(self, url: str, cookies: str = "") -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self.headers = {"Accept-Encoding": "gzip", "Accept": "text/html"}
        self.cookies = SimpleCookie(cookies)
        self.led_to = ""
        """Where the last answer led."""

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, bytes, int]:
        """Ask once and keep the cookies. Returns the status, the answer's body and its bytes with the headers."""
        response, content = self._send(method, path, body, headers)
        kept = sum(len(name) + len(value) + 4 for name, value in response.getheaders())
        return response.status, content, len(content) + kept + len("HTTP/1.1 200 OK\r\n\r\n")

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask once and read the whole answer. Raises AssertionError for anything but 200."""
        response, _ = self._send("GET", path, None, headers)
        assert response.status == 200, f"{path}: {response.status}"  # noqa: S101 - a measurement of errors is none
        return response

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        cookies = "; ".join(f"{each.key}={each.value}" for each in self.cookies.values())
        sent = self.headers | headers | ({"Cookie": cookies} if cookies else {})
        self.connection.request(method, path, body, sent)
        response = self.connection.getresponse()
        content = response.read()
        self.led_to = response.headers.get("Location", "")
        for line in response.headers.get_all("Set-Cookie", ()):
            self.cookies.load(line)
        return response, content

    def sign_in(self, identifier: str, password: str) -> None:
        """Through the door as a browser without script goes. Raises AssertionError where it stays shut."""
        _, page, _ = self.ask("GET", SIGN_IN, **{"Accept-Encoding": "identity"})
        token = re.search(rb'name="csrf_token" value="([^"]+)"', page)
        given = {
            "csrf_token": token.group(1).decode() if token else "",
            "identifier": identifier,
            "password": password,
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, _ = self.ask("POST", SIGN_IN, urlencode(given), **kind)
        assert status == 303, f"{identifier} was not let in: {status}"  # noqa: S101 - as above

    def statements(self, path: str) -> int:
        """How many SQL statements the page takes, asked for the second time."""
        self.get(path)
        return int(self.get(path, **{"X-Count-Statements": "1"}).headers["X-Count-Statements"])

    def times(self, path: str, count: int = TIMES) -> Times:
        """5 requests to warm up, then 100, or `count`, with a watch."""
        for _ in range(WARM_UP):
            self.get(path)
        taken = []
        for _ in range(count):
            start = time.perf_counter()
            self.get(path)
            taken.append((time.perf_counter() - start) * 1000)
        return Times(statistics.median(taken), statistics.quantiles(taken, n=20)[18])


def sign_ins_a_second(url: str, accounts: list[tuple[str, str]], clients: int) -> float:
    """How many of these accounts sign in within a second: several clients, each through both requests of the door."""
    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(Client(url).sign_in, *account) for account in accounts]:
            done.result()
    return len(accounts) / (time.perf_counter() - started)


def requests_a_second(url: str, cookies: str, *, seconds: int = 5) -> float | None:
    """What wrk reaches with 8 connections; None where wrk is not installed."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return None
    headers = ["-H", "Accept-Encoding: gzip", "-H", f"Cookie: {cookies}"]
    done = subprocess.run(
        [wrk, "-t2", "-c8", f"-d{seconds}s", *headers, url], capture_output=True, text=True, check=True
    )
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    return float(found.group(1)) if found else None
