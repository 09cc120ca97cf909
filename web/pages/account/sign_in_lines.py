"""Lines of the access journal about accounts: sign-ins, failures, changed factors (ASVS 16.3)."""

from uuid import UUID

from fastapi import Request

from pixflow.access_journal.line import Line, What, micros
from web.accounts import sign_in
from web.accounts.types import Membership
from web.desk.signed_in import site_of
from web.hosting.host import Host


def write(request: Request, what: What, account: UUID | None) -> None:
    """Writes a line in every structure where an account is a member; none for an unknown one."""
    for membership in sign_in.open_memberships(site_of(request).store, account) if account else ():
        write_there(request, what, membership)


def write_there(request: Request, what: What, membership: Membership, how: str = "") -> None:
    """Writes a line in one structure; `how` is said after its page. Raises the errors of its store: nobody enters."""
    host: Host = request.app.state.host
    if served := host.at(membership.structure):
        page = f"{request.method} {request.scope['route'].path} {how}".rstrip()
        line = Line(micros(served.engine.clock()), what, page, membership.account, membership.member)
        served.journal.write(line, served.today())
