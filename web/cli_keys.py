"""`pixflow keys rotate`: another structure key, when the old one may be known to somebody."""

import typer

from pixflow.saving.keys_copy import refresh_keys
from web.cli import app
from web.french import words
from web.terminal import InFrench, StructureOption, console, in_words, working

keys_app = typer.Typer(help="Les clés qui scellent les données des personnes.", cls=InFrench, no_args_is_help=True)
app.add_typer(keys_app, name="keys")


@keys_app.command("rotate")
def rotate(structure: StructureOption = None) -> None:
    """Changer la clé de la structure : l'ancienne n'ouvre plus rien."""
    with working(structure) as served, in_words():
        ring = served.engine.keys.ring
        ring.change_structure_key()
        backups = refresh_keys(served.opened)
    console.print(f"La clé de la structure a changé : {ring.key_path}", soft_wrap=True)
    if backups:
        console.print(f"{words.plural(backups, 'sauvegarde suit', 'sauvegardes suivent')} la nouvelle clé.")
    console.print("Gardez-en une copie à part, et détruisez celles de l'ancienne.")
