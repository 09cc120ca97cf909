"""`pixflow export-person`, `erase`, `retention`: the rights of the person."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import typer

from pixflow import erasing
from pixflow.actor import OPERATOR, Actor
from pixflow.authorization import Scope
from pixflow.backups import erasure_log
from pixflow.dossier import retention
from pixflow.dossier.privacy import issue_copy, request_erasure
from pixflow.folding import ERASURES
from pixflow.refused import Refused
from pixflow.streams import KINDS
from pixflow.structure import allow_erasures
from projections import dossier_sheet
from web.cli.common.terminal import (
    USAGE,
    JsonOption,
    StructureOption,
    as_json,
    console,
    dossier,
    errors,
    fail,
    in_words,
    note,
    table_of,
    take,
    working,
)
from web.desk.names import ScopedNames
from web.french import dates, privacy, typography, vocabulary
from web.hosting.registers import printed
from web.hosting.served_structure import ServedStructure
from web.pages.privacy import erasure, personal_data
from web.typesetting import PaperLost

app = typer.Typer()

OWNER_ONLY = 0o600
YES = "oui"
REQUESTED = "Effacement demandé. La direction le confirme, ou le refuse, depuis « Ma boîte »."
ANOTHER = "Cet effacement a été demandé au terminal : la direction le confirme, depuis « Ma boîte »."
ALREADY = (
    "Quelqu’un a déjà demandé cet effacement. Pour lire la demande et la confirmer : la même commande sans --reason."
)
UNFINISHED = (
    "Personne effacée, mais tout ce qui la nomme n’est pas encore détruit : le disque, ou un autre programme, l’a "
    "empêché. « serve », « pixflow tick » ou la même commande le détruira ; « pixflow doctor » dit si c’est fait."
)
ALLOWED = "Permis : {count} de plus, pendant 24 heures. Chacun attend ensuite comme les autres."
MOST = 1_000
"""Most erasures that are allowed at once."""
NO_PAPER = "Le PDF n’a pas pu être fait : aucun fichier n’est écrit. Recommencez."
Why = Literal["request", "retention", "mistake"]


@app.command("export-person")
def export_person(
    named: Annotated[str, typer.Argument(metavar="DOSSIER", help="Son n° i-Milo ou son identifiant.")],
    to: Annotated[Path, typer.Option("--to", help="Le dossier où écrire.")] = Path(),
    structure: StructureOption = None,
) -> None:
    """Tout ce que pixflow sait d’une personne, pour elle : un PDF à lire, et un fichier JSON."""
    if not os.path.isdir(to):
        fail(f"{to} n’est pas un dossier.", USAGE)
    with working(structure) as served, in_words():
        stream = dossier(served, named)
        _must_be_known(served, stream, named)
        note(served, "export-person", dossier=stream)
        take(served, {"dossier": stream}, issue_copy)
        with served.read().database.connect() as connection:
            person_data = personal_data.everything(served, connection, stream)
        try:
            paper = personal_data.paper(person_data, *printed(served.opened, served.register))
        except PaperLost as error:
            fail(f"{NO_PAPER} ({str(error).splitlines()[0]})")
        for kind, content in (("pdf", paper), ("json", personal_data.encoded(person_data))):
            path = to / f"personne-{person_data.id}.{kind}"
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "wb") as file:
                file.write(content)
            console.print(f"Écrit : {path}", soft_wrap=True)
    console.print("À relire avant de le remettre : une note peut nommer quelqu’un d’autre.")


def _must_be_known(served: ServedStructure, stream: UUID, named: str) -> None:
    state = served.engine.state("dossier", stream)
    if state.erased:
        raise Refused("person-erased")
    if state.opened is None:
        fail(f"Aucun dossier n’a l’identifiant {named}.")


@app.command()
def erase(
    named: Annotated[str, typer.Argument(metavar="DOSSIER", help="Son n° i-Milo ou son identifiant.")],
    reason: Annotated[Why | None, typer.Option("--reason", help="Pourquoi, pour le demander.")] = None,
    yes: Annotated[
        str | None, typer.Option("--yes", metavar="NOM", help="Son nom de famille, pour confirmer sans question.")
    ] = None,
    structure: StructureOption = None,
) -> None:
    """Demander l’effacement d’une personne, ou confirmer celui que quelqu’un d’autre a demandé."""
    with working(structure) as served, in_words():
        stream = dossier(served, named)
        if served.engine.state("dossier", stream).erased and erasing.has_unfinished(served.opened):
            with _said_unfinished(), erasing.unfinished_on_failure():
                served.settle()
            console.print("Effacement terminé : ce qui restait à détruire l’est.")
            return
        _must_be_known(served, stream, named)
        person = served.engine.state("dossier", stream)
        if person.erasure is None or (reason and person.outgrown):
            if reason is None:
                fail("Personne n’a demandé cet effacement : pour le demander, dites pourquoi, avec --reason.", USAGE)
            take(served, {"dossier": stream}, request_erasure, reason=reason)
            console.print(REQUESTED)
            return
        if person.erasure.by == OPERATOR:
            fail(ANOTHER)
        if reason is not None:
            fail(ALREADY)
        _confirm(served, stream, yes)
    console.print("Personne effacée. Ce que gardent i-Milo, Pix, les courriels et les papiers s’efface là-bas.")


def _confirm(served: ServedStructure, stream: UUID, typed: str | None) -> None:
    """Confirms the request of somebody else, once the last name of the person is typed. Says what goes before.

    Raises Refused("erasure-not-asked") or Refused("erasure-changed").
    """
    note(served, "erase", dossier=stream)
    by, opened = Actor(OPERATOR), served.opened
    page = erasing.page_token(opened.engine, erasing.scope(opened, stream), by)
    with served.read().database.connect() as connection:
        person_data = personal_data.everything(served, connection, stream)
        if (request := person_data.person.erasure) is None:
            raise Refused("erasure-not-asked")
        if person_data.person.outgrown:
            raise Refused("erasure-changed")
        said = typography.say(
            "Effacement demandé par {who} le {day} ({why}), {count}.",
            count=typography.plural(len(person_data.dossiers), "dossier"),
            who=ScopedNames(served.refs, connection, Scope("all")).staff(request.by),
            day=dates.day(request.stamp.on, year=True),
            why=vocabulary.ERASURES[request.reason],
        )
    console.print(said)
    for line in erasure.whom(person_data):
        console.print(f"Concerne : {line}")
    for line in privacy.goes(person_data.content, len(person_data.participations)):
        console.print(f"Disparaît : {line}")
    if typed is None:
        typed = str(typer.prompt("Rien de cela ne revient. Écrivez son nom de famille pour effacer"))
    if not erasure.is_last_name(person_data.person, typed):
        fail("Rien n’est effacé : ce n’est pas le nom de famille de cette personne.")
    with _said_unfinished():
        erasure.erase(served, person_data.id, page, by=by, command_id=uuid4(), via="cli")


@app.command("erasures")
def erasures(
    allow: Annotated[
        int | None,
        typer.Option("--allow", min=1, max=MOST, metavar="N", help="Permettre N effacements de plus en 24 heures."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ne rien demander.")] = False,
    structure: StructureOption = None,
) -> None:
    """Terminer les effacements que rien ne retient, ou en permettre plus de cinq en 24 heures."""
    with working(structure) as served, in_words():
        if allow:
            take(served, {"structure": served.opened.stream("structure")}, allow_erasures, count=allow)
            console.print(ALLOWED.format(count=typography.plural(allow, "effacement")))
            return
        people = erasure_log.list_unfinished(served.opened)
        if people and not yes:
            console.print(f"{typography.plural(len(people), 'personne')} à effacer : leurs clés existent encore.")
            for kind, stream in people:
                console.print(f"Concerne : {_name(served, kind, stream)}")
            if typer.prompt("Rien ne revient. Écrivez « oui » pour les détruire") != YES:
                fail("Rien n’est détruit.")
        with _said_unfinished(), erasing.unfinished_on_failure():
            served.settle(most=None)
    console.print("Effacements terminés : ce qui restait à détruire l’est.")


def _name(served: ServedStructure, kind: str, stream: UUID) -> str:
    """Returns the name of somebody erased whose keys still exist, from the events before the erasure."""
    note(served, "erasures", dossier=stream if kind == "dossier" else None)
    events = [r for r in served.engine.history(stream) if not isinstance(r.event, ERASURES)]
    before = KINDS[kind].fold(events)
    if kind == "contact":
        return before.details.name or privacy.SOMEBODY
    return privacy.person(before) if before.last_name else privacy.SOMEBODY


@contextmanager
def _said_unfinished() -> Iterator[None]:
    try:
        yield
    except erasing.ErasureUnfinished:
        errors.print(UNFINISHED)
        raise typer.Exit(1) from None


@app.command("retention")
def retention_command(structure: StructureOption = None, json: JsonOption = False) -> None:
    """Combien de dossiers ont été gardés aussi longtemps que le protocole le dit."""
    with working(structure) as served:
        today = served.today()
        policy = served.refs.protocol(today).retention
        with served.read().database.connect() as connection:
            rows = dossier_sheet.past_counts(connection, retention.cutoffs(policy, today))
    counts: list[dict[str, Any]] = []
    for rule in privacy.RULES:
        mine = [row for row in rows if retention.rule_of(row.programme) == rule]
        past, closed = sum(row.n for row in mine), sum(row.n for row in mine if row.closed)
        counts.append({"rule": rule, "months": getattr(policy, rule), "past": past, "closed": closed})
    if json:
        as_json(counts)
        return
    table = table_of("Programme", "Gardé", "Délai passé", "Dont clos")
    for one in counts:
        table.add_row(privacy.RULES[one["rule"]], privacy.months(one["months"]), str(one["past"]), str(one["closed"]))
    console.print(table)
