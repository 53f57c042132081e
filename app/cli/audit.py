"""`flask audit chain`, `head` and `verify`: is the audit log what it was?"""

from __future__ import annotations

import time

import click

from app.cli.group import SchoolGroup
from app.domain.audit.queries import count_links, find_head
from app.domain.audit.queries import verify as find_faults
from app.domain.audit.services import chain_entries, write_anchor

audit = SchoolGroup("audit", help="The chain of the audit log.")


class Hash(click.ParamType[bytes]):
    """A hash as `flask audit head` prints it."""

    name = "hash"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        """The 32 bytes."""
        try:
            found = bytes.fromhex(str(value))
        except ValueError:
            found = b""
        if len(found) != 32:
            self.fail("A hash has 64 hexadecimal signs.", param, ctx)
        return found


@audit.command("chain")
def chain_command() -> None:
    """Chain the entries that wait. The job does so every five seconds; this is for a school without a worker."""
    click.echo(f"{chain_entries()} entries chained.")


@audit.command("head")
def head_command() -> None:
    """Print the number, the hash and the time of the last entry, to be kept outside this database."""
    head = write_anchor()
    if head is None:
        raise click.ClickException("The audit log is empty.")
    click.echo(f"{head.sequence} {head.hash.hex()} {head.at.isoformat()}")


@audit.command("verify")
@click.option(
    "--since-anchor", "anchor", type=Hash(), help="Begin at the entry with this hash; it must be there."
)
def verify_command(anchor: bytes | None) -> None:
    """Find changed, missing, moved and inserted entries and say which. Exit code 1 where there is one."""
    began, faults = time.perf_counter(), 0
    for finding in find_faults(anchor):
        faults += 1
        click.echo(str(finding))
    head = find_head()
    end = f", last hash {head.hash.hex()}" if head else ""
    click.echo(
        f"{count_links()} entries chained{end}. {faults} findings in {time.perf_counter() - began:.1f} s."
    )
    if faults:
        raise SystemExit(1)
