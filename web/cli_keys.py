"""`pixflow keys rotate`: another structure key, when the old one may be known to somebody."""

import typer

from pixflow.saving.keys_copy import check_whole, refresh_keys
from web.cli import app
from web.cli_saving import saving_in_words
from web.french import words
from web.terminal import InFrench, StructureOption, console, opening

keys_app = typer.Typer(help="Les clés qui scellent les données des personnes.", cls=InFrench, no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@keys_app.command("rotate")
def rotate(structure: StructureOption = None) -> None:
    """Changer la clé de la structure : l'ancienne n'ouvre plus rien."""
    with opening(structure) as opened, saving_in_words():
        ring = opened.engine.keys.ring
        check_whole(opened)
        ring.change_structure_key()
        backups = refresh_keys(opened)
    console.print(f"La clé de la structure a changé : {ring.key_path}", soft_wrap=True)
    if backups:
        console.print(f"{words.plural(backups, 'sauvegarde suit', 'sauvegardes suivent')} la nouvelle clé.")
    console.print("Gardez-en une copie à part, et détruisez celles de l'ancienne.")
