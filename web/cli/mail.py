"""`pixflow mail test`: one e-mail to a person, by the way of all the others."""

from typing import Annotated
from uuid import uuid4

import typer

from pixflow import identity
from pixflow.structure_folder import utc_now
from web.cli.common.french_typer import InFrench
from web.cli.common.terminal import USAGE, console, fail
from web.french import health as french
from web.french.typography import say
from web.hosting import mail
from web.hosting.settings import Settings

app = typer.Typer()
mail_app = typer.Typer(help="Les courriels.", cls=InFrench, no_args_is_help=True)
app.add_typer(mail_app, name="mail")

SUBJECT = "Essai de pixflow"
TEXT = "Ce courriel est un essai de « pixflow mail test ». S’il vous arrive, les autres arrivent aussi.\n"
ACCEPTED = "Courriel accepté pour {address}, envoyé par {sender}. S’il n’arrive pas, voyez les indésirables."
WAYS: dict[mail.Way, str] = {
    "login": "chiffré, certificat vérifié, connexion acceptée.",
    "open": "chiffré, certificat vérifié, sans nom ni mot de passe.",
    "local": "sur cette machine, sans chiffrement.",
    "plain": "sans chiffrement, sans nom ni mot de passe : qui écoute le réseau lit les courriels.",
    "plain-login": "sans chiffrement : qui écoute le réseau lit les courriels et le mot de passe.",
}


def _address(typed: str) -> str:
    try:
        return identity.email(typed)
    except ValueError:
        fail(f"« {typed} » n’est pas une adresse de courriel.", USAGE)


@mail_app.command("test")
def test(
    address: Annotated[str, typer.Argument(metavar="COURRIEL", callback=_address, help="Qui reçoit l’essai.")],
) -> None:
    """Envoyer un courriel d’essai, et dire ce que le serveur en a fait."""
    settings = Settings()
    if not settings.smtp:
        fail("Il n’y a pas de serveur de courriels : donnez PIXFLOW_SMTP.")
    host = mail.server_of(settings).hostname
    try:
        mail.smtp_outbox(settings)(mail.Mail(address, SUBJECT, TEXT, f"test-{uuid4()}", utc_now()))
    except OSError as error:
        found = mail.refused(error, {"host": host, "to": address})
        fail(french.sentence(found.check, "alarm", found.details))
    console.print(f"{host} : {WAYS[mail.way(settings)]}")
    console.print(say(ACCEPTED, sender=settings.sender, address=address))
