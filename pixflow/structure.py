"""One Mission locale: its name, sites, time zone and holiday calendar."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from pixflow import working_days
from pixflow.actor import CLOCK, OPERATOR
from pixflow.decision import EVERYBODY, NOBODY, READINGS_READERS, REFERENT, REFERENT_AND_MANAGER, decision
from pixflow.events.base import Event, Recorded
from pixflow.events.structure import (
    BackupRestored,
    ErasuresAllowed,
    JournalSealed,
    KeyRotated,
    ListIssued,
    ListPage,
    Motive,
    OrganisationAccepted,
    OrganisationWithdrawn,
    PortfolioMapped,
    ProgramStarted,
    ReadingsIssued,
    RegisterBegun,
    RotationMotive,
    ShortcutOpened,
    SiteLocated,
    StructureOpened,
    TeamConfirmed,
)
from pixflow.folding import Stamp, once_a_day
from pixflow.identity import normalise
from pixflow.refused import Refused, required


class Organisation(Struct, frozen=True):
    """An organisation of Pix Orga that is the structure's own, with who accepted it and the day."""

    name: str
    by: str
    on: date


class Structure(Struct, frozen=True):
    """The state of the structure. `sealed` is the last day whose access journal is sealed.

    `addresses` are those of sites, as papers say them. `confirmed` is the last confirmation of the whole team,
    `portfolios` are the fields chosen for the columns of portfolios, by a digest of their titles. `register` is the
    epoch that the register began last.
    """

    version: int = 0
    name: str = ""
    sites: tuple[str, ...] = ()
    addresses: dict[str, str] = {}
    zone: str = "Europe/Paris"
    calendar: str = "FR"
    pixflow: str = ""
    demonstration: bool = False
    sealed: date | None = None
    opened: date | None = None
    confirmed: Stamp | None = None
    portfolios: dict[str, tuple[tuple[int, str], ...]] = {}
    shortcuts: dict[str, date] = {}
    organisations: tuple[Organisation, ...] = ()
    restores: tuple[tuple[UUID, int], ...] = ()
    register: int = 0

    def owns(self, organisation: str) -> bool:
        """Tells if an organisation is the structure's own, however its name is written."""
        return normalise(organisation) in {normalise(one.name) for one in self.organisations}


def evolve(state: Structure, recorded: Recorded) -> Structure:
    version = recorded.originator_version
    match recorded.event:
        case StructureOpened() as opened:
            return Structure(
                version,
                opened.name,
                opened.sites,
                zone=opened.zone,
                calendar=opened.calendar,
                demonstration=opened.demonstration,
                opened=opened.on,
            )
        case ProgramStarted(pixflow=pixflow):
            return replace(state, version=version, pixflow=pixflow)
        case JournalSealed(day=day):
            return replace(state, version=version, sealed=day)
        case SiteLocated(site=site, address=address):
            return replace(state, version=version, addresses={**state.addresses, site: address})
        case TeamConfirmed(on=on):
            return replace(state, version=version, confirmed=Stamp(on, version))
        case PortfolioMapped(header=header, columns=columns):
            return replace(state, version=version, portfolios={**state.portfolios, header: columns})
        case ShortcutOpened(site=site, on=on):
            return replace(state, version=version, shortcuts={**state.shortcuts, site: on})
        case OrganisationAccepted(name=name, on=on):
            own = (*state.organisations, Organisation(name, recorded.by, on))
            return replace(state, version=version, organisations=own)
        case OrganisationWithdrawn(name=name):
            own = tuple(one for one in state.organisations if one.name != name)
            return replace(state, version=version, organisations=own)
        case BackupRestored(kept=kept):
            return replace(state, version=version, restores=(*state.restores, (recorded.command, kept)))
        case RegisterBegun(epoch=epoch):
            return replace(state, version=version, register=epoch)
    return replace(state, version=version)


@decision("open_structure", NOBODY, system=(OPERATOR,))
def open_structure(
    structure: Structure,
    *,
    name: str,
    sites: tuple[str, ...],
    zone: str,
    calendar: str,
    on: date,
    demonstration: bool = False,
) -> list[Event]:
    """Opens the structure: the Mission locale begins to use pixflow, or to try it in a demonstration."""
    if structure.version:
        return []
    if calendar not in working_days.CODES:
        raise Refused("unknown-calendar", calendar=calendar)
    try:
        working_days.Calendar(calendar, zone)
    except ValueError:
        raise Refused("unknown-zone", zone=zone) from None
    if not sites:
        raise Refused("required", field="sites")
    name = required(name, "name")
    return [StructureOpened(name=name, sites=sites, zone=zone, calendar=calendar, on=on, demonstration=demonstration)]


@decision("start_program", NOBODY, system=(OPERATOR,))
def start_program(structure: Structure, *, pixflow: str) -> list[Event]:
    """Records that this version of the program serves the structure."""
    return [] if structure.pixflow == pixflow else [ProgramStarted(pixflow=pixflow)]


@decision("record_rotation", NOBODY, system=(OPERATOR,))
def record_rotation(structure: Structure, *, motive: RotationMotive, keys: int, backups: int, on: date) -> list[Event]:
    """Records that another key of the structure wraps its ring key."""
    return [KeyRotated(motive=motive, keys=keys, backups=backups, on=on)]


@decision("record_restore", NOBODY, system=(OPERATOR,))
def record_restore(
    structure: Structure, *, kept: int, lost: int | None, backup: str, made: datetime, motive: Motive, on: date
) -> list[Event]:
    """Records that a backup took the place of the events."""
    return [BackupRestored(kept=kept, lost=lost, backup=backup, made=made, motive=motive, on=on)]


@decision("allow_erasures", NOBODY, system=(OPERATOR,))
def allow_erasures(structure: Structure, *, count: int, on: date) -> list[Event]:
    """Allows so many erasures more than usual, within 24 hours."""
    return [ErasuresAllowed(count=count, on=on)]


@decision("seal_journal", NOBODY, system=(CLOCK,))
def seal_journal(structure: Structure, *, day: date, heads: tuple[str, ...], lines: int) -> list[Event]:
    """Records the access journal of a day that is over."""
    if structure.sealed and day <= structure.sealed:
        return []
    return [JournalSealed(day=day, heads=heads, lines=lines)]


@decision("begin_register", NOBODY, system=(CLOCK,))
def begin_register(structure: Structure, *, epoch: int, kept: int, on: date) -> list[Event]:
    """Records that the register of all facts begins, or begins anew after a restore or a loss."""
    return [RegisterBegun(epoch=epoch, kept=kept, on=on)] if epoch > structure.register else []


@decision("map_portfolio", REFERENT_AND_MANAGER, system=(OPERATOR,))
def map_portfolio(structure: Structure, *, header: str, columns: tuple[tuple[int, str], ...], on: date) -> list[Event]:
    """Remembers the fields chosen for the columns of a portfolio, by a digest of their titles."""
    if structure.portfolios.get(header, ()) == columns:
        return []
    return [PortfolioMapped(header=header, columns=columns, on=on)]


@decision("accept_organisation", REFERENT)
def accept_organisation(structure: Structure, *, organisation: str, accepted: str | None, on: date) -> list[Event]:
    """Accepts the organisation that an export names. `accepted` is the name that a person accepted in words.

    Whoever imports the first export accepts its organisation. Raises Refused("other-organisation") for another one.
    """
    if structure.owns(organisation):
        return []
    if structure.organisations and accepted != organisation:
        raise Refused("other-organisation", organisation=organisation)
    return [OrganisationAccepted(name=organisation, on=on)]


@decision("withdraw_organisation", REFERENT)
def withdraw_organisation(structure: Structure, *, organisation: str, on: date) -> list[Event]:
    """Withdraws an organisation that only an export taken back named."""
    named = any(one.name == organisation for one in structure.organisations)
    return [OrganisationWithdrawn(name=organisation, on=on)] if named else []


@decision("locate_sites", REFERENT_AND_MANAGER, system=(OPERATOR,))
def locate_sites(structure: Structure, *, addresses: Mapping[str, str], on: date) -> list[Event]:
    """Records the addresses of sites, those that changed. Raises Refused("unknown-site")."""
    if not addresses.keys() <= set(structure.sites):
        raise Refused("unknown-site")
    said = {site: " ".join(address.split()) for site, address in addresses.items()}
    return [
        SiteLocated(site=site, address=address, on=on)
        for site, address in said.items()
        if address != structure.addresses.get(site, "")
    ]


@decision("note_shortcut", NOBODY, system=(CLOCK,))
def note_shortcut(structure: Structure, *, site: str, on: date) -> list[Event]:
    """Records that a computer of a site opened the page of the tests, once a day; an unknown site is all sites."""
    site = site if site in structure.sites else ""
    return [] if structure.shortcuts.get(site) == on else [ShortcutOpened(site=site, on=on)]


@decision("issue_readings", READINGS_READERS, reauthentication="always")
def issue_readings(
    structure: Structure, *, first: date, last: date, people: int, actor: str, on: date, history: Sequence[Recorded]
) -> list[Event]:
    """Records that the actor takes the file of who looked at whom, when it names anybody."""
    return once_a_day(ReadingsIssued(first=first, last=last, people=people, on=on), actor, history) if people else []


@decision("issue_list", EVERYBODY, reauthentication="many")
def issue_list(
    structure: Structure,
    *,
    page: ListPage,
    filters: tuple[tuple[str, str], ...],
    rows: int,
    people: int,
    digest: str,
    actor: str,
    on: date,
    history: Sequence[Recorded],
) -> list[Event]:
    """Records that the actor takes the list of a page as a file, when it has any row."""
    issued = ListIssued(page=page, filters=filters, rows=rows, people=people, digest=digest, on=on)
    return once_a_day(issued, actor, history) if rows else []
