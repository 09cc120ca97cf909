"""Scenes of L'Aigle-Mortagne: a mistake, a merge, a draft grid, an erasure request, two exports."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from pixflow.documents.grille import Grille
from pixflow.dossier.privacy import request_erasure
from pixflow.dossier.stages import orientation
from pixflow.pix_orga import ExportCampaign
from pixflow.protocol import drafting
from web.samples.behaviours.campaigns import Season
from web.samples.clock import at
from web.samples.demo.aigle_youths import TWICE
from web.samples.demo.cast import ScriptedCast
from web.samples.demo.people import ScriptedYoung
from web.samples.pix_exports import Offer
from web.samples.youth import Attempt

EXPORTS = "exports-a-importer"
INITIAL = Offer(
    ExportCampaign(530214, "HPVBRC358", "Diagnostic initial Pix emploi"),
    "initial",
    "Diagnostic initial Pix Emploi",
    strangers=True,
)
UNDECLARED = Offer(ExportCampaign(530391, "TQKWJD742", "Atelier numérique de L’Aigle"), "initial", "Diagnostic initial")
NOTE = "Au-dessus de 45, ils n’ont pas besoin du CAP LEC : trois mois de recul le montrent"


def mistake(cast: ScriptedCast, young: ScriptedYoung) -> None:
    """Presents Pix, noted on the wrong day; retracts it at once."""
    if not young.number.endswith("3") or not young.advisor_name:
        return
    cast.sim.log.wait(10)
    yesterday = cast.sim.today - timedelta(days=1)
    streams = {"dossier": young.dossier}
    cast.say(young.advisor_name, streams, orientation.present_pix, occasion="welcome", on=yesterday)
    cast.sim.log.wait(5)
    cast.sim.execute(cast.take_back(cast.case(young, young.advisor_name), "erreur de date"))


def import_undeclared(cast: ScriptedCast) -> None:
    """Imports a campaign that nobody declared: three people took it yesterday."""
    began = cast.sim.now - timedelta(hours=18)
    one = Attempt(began, began + timedelta(minutes=40), None, Decimal("0.6"), Decimal(1))
    rows = [(young, one) for young in cast.pix.everyone[:3]]
    season = Season(UNDECLARED, 0, date.min, date.max, rows=[*rows])
    cast.pix.bring_in(season, cast.actor(cast.company.referent))


def merge(cast: ScriptedCast) -> None:
    """Merges the second dossier of somebody into the first."""
    first, again = cast.named(TWICE[1][0])
    cast.sim.execute([cast.merge(first, again, cast.actor(cast.company.referent))])


def forget_me(cast: ScriptedCast) -> None:
    """Requests the erasure of somebody whose path is over; the manager has not answered yet."""
    over = (case for case in cast.cases() if case.state.closed and not (case.state.merged or case.state.late))
    streams = {"dossier": next(over).young.dossier}
    cast.say(cast.company.referent, streams, request_erasure, reason="request")


def draft(cast: ScriptedCast) -> None:
    """Drafts a grid whose first band ends at 45."""
    now = cast.sim.refs.grille(cast.sim.today).document
    low, middle, *rest = now.bands
    proposed = Grille(now.name, now.rounding, (replace(low, high=45), replace(middle, low=46), *rest))
    streams = {"grille": cast.opened.stream("grille")}
    cast.say(cast.company.referent, streams, drafting.draft_grille, document=proposed, note=NOTE, replaces=0)


def endorse(cast: ScriptedCast, name: str, endorsed: bool, comment: str) -> None:
    streams, context = {"grille": cast.opened.stream("grille")}, {"by": cast.actor(name).id}
    said = {"draft": 1, "endorsed": endorsed, "comment": comment}
    cast.say(name, streams, drafting.endorse_grille, context=context, **said)


def export_today(cast: ScriptedCast) -> None:
    """Writes today's export, to be dropped on Résultats: some people took the test yesterday evening."""
    yesterday = cast.sim.today - timedelta(days=1)
    everyone = cast.pix.everyone
    planned = [young for young in everyone if young.manner == "shares" and not young.attempts and not young.waits]
    for young in planned[:4]:
        young.take_test(at(yesterday, 17), cast.random)
    name, content = cast.pix.export(cast.pix.season("initial", 0))
    folder = cast.opened.folder / EXPORTS
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / name).touch(mode=0o600)
    (folder / name).write_bytes(content)
