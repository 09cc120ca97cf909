"""The register of a structure in use: where it stands, what a tick does with it, what `pixflow doctor` says of it."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from pixflow.engine import Engine
from pixflow.ledger.register import SPAN, Epoch, Refusal, Register, RegisterClosed, RegisterDiffers, entry_of
from pixflow.ledger.verify import UNKNOWN, Checkpoint, Held, PublicKey, Unreadable, checkpoint, epoch_of, short
from pixflow.ledger.witness import LogWitness
from pixflow.store import StoreError
from pixflow.structure_folder import OpenStructure
from web.french import register as french
from web.hosting import notices
from web.hosting.health import LATE, Finding, judge
from web.hosting.mail import Outbox
from web.hosting.settings import Settings, sound

FOLDER = "_ledger"
SECONDS, ANSWER = 5.0, 16_384
"""Seconds that a witness has for each part of its answer, and for the whole; bytes of it."""
SILENT = 300.0
"""Seconds until a witness that failed is asked again."""
WITNESSED = timedelta(days=1)
"""Age of the last cosignature while facts come."""
OUTSIDE = timedelta(days=31)
"""Age of the last checkpoint that somebody outside holds."""
UNREAD = (RegisterDiffers, RegisterClosed, LookupError, Unreadable)
"""Errors of a register that cannot be read or does not fit: work goes on, and `doctor` tells."""
_log = logging.getLogger(__name__)
_silent: dict[str, float] = {}


def register_of(opened: OpenStructure, url: str = "") -> Register:
    """Returns the register of a structure. Its name has a part of the id: a folder may serve several data folders.

    One that begins takes its origin from the address of the pages, that of the settings without `url`.
    """
    settings = sound()
    folder, host = settings.ledger or opened.folder.parent / FOLDER, urlsplit(url or settings.pages()).netloc
    demonstration = "demonstration/" if opened.demonstration else ""
    name = f"{opened.slug}-{opened.id.hex[:8]}"
    return Register(folder, name, f"{host}/{demonstration}registre/{opened.id.hex}")


def witness_of(settings: Settings, data: Path) -> LogWitness | None:
    """Returns the witness that this site is for the registers of others, None without a key to watch."""
    keys = [PublicKey.read(one) for one in settings.witness_for.split()]
    folder = settings.ledger or data / FOLDER
    return LogWitness(folder, urlsplit(settings.pages()).netloc, keys) if keys else None


def witness(settings: Settings) -> Finding:
    """Checks that no register that this site watches has signed two trees of one size. Both are evidence."""
    watching = witness_of(settings, settings.data)
    if not watching or not watching.has_begun:
        return Finding("witness", "note", {"why": "none"})
    forks = watching.forks()
    return judge("witness", forks, registers=list(dict.fromkeys(origin for origin, *_ in forks)))


class WitnessRefused(Unreadable):
    """A witness answered, and did not cosign."""

    def __init__(self, code: Refusal, status: int) -> None:
        super().__init__(f"the witness refused: {status}")
        self.code = code


def follow(opened: OpenStructure, register: Register, *, begin: bool = False) -> Checkpoint | None:
    """Follows the events. What fails is logged: the register waits. A paper does not `begin` the first one."""
    return try_to_follow(opened, register, begin=begin)[0]


def try_to_follow(
    opened: OpenStructure, register: Register, *, begin: bool = True
) -> tuple[Checkpoint | None, Finding | None]:
    """Follows the events as `follow` does. Returns the alarm of what failed beside."""
    try:
        if begin or register.epoch:
            return register.follow(opened.engine, opened.stream("structure")), None
    except (*UNREAD, StoreError) as error:
        _log.error("the register did not follow", extra={"structure": opened.slug, "why": repr(error)})
        return None, finding_of(register, error)
    return None, None


def cosign(opened: OpenStructure, register: Register) -> bool:
    """Asks the witness of the settings to cosign the last checkpoint. Tells if nothing is left to ask it.

    One that failed is not asked again for a while, by any structure: it would hold up the jobs of all. A refusal is
    kept in the register, until the witness cosigns: `find_refusal` tells it.
    """
    settings = sound()
    if _silent.get(settings.witness, 0) > monotonic():
        return False
    try:
        try:
            _cosigned(register, settings, opened.engine.clock())
        except WitnessRefused as error:
            register.refuse(_witness_name(settings), error.code)
            raise
    except UNREAD as error:
        _silent[settings.witness] = monotonic() + SILENT
        _log.error("the witness did not cosign", extra={"structure": opened.slug, "why": repr(error)})
        return False
    return True


def find_refusal(register: Register) -> Finding | None:
    """Returns the alarm of a witness that refused the last checkpoint, None where it is not asked, or cosigned."""
    name = _witness_name(sound())
    code = register.refusal(name) if name else None
    return Finding("register", "alarm", {"why": f"witness-{code}", "witness": name}) if code else None


def _witness_name(settings: Settings) -> str:
    """Returns the name of the witness of the settings, "" without one."""
    text = settings.witness.partition(" ")[2]
    return PublicKey.read(text).name if text else ""


def write_to_auditors(engine: Engine, register: Register, last: Checkpoint, outbox: Outbox, url: str) -> int:
    """Sends the checkpoint of this week to each auditor who has none, and notes who has it. Returns how many left."""
    sent = 0
    try:
        for notice in notices.checkpoints(engine, register.note(), last.size, last.short, url):
            if notices.send(engine, [notice], outbox):
                sent += 1
                register.hand(str(notice.person), engine.clock())
    except UNREAD as error:
        _log.error("the register did not note who holds a checkpoint", extra={"why": repr(error)})
    return sent


def printed(opened: OpenStructure, register: Register) -> tuple[str, ...]:
    """Returns the line that a paper prints, once its own fact is recorded; nothing where the register waits."""
    last = follow(opened, register)
    return (french.line(last.size, last.short),) if last else ()


def _cosigned(register: Register, settings: Settings, now: datetime) -> None:
    """Sends the last checkpoint to the witness of the settings, unless it has it, and keeps its cosignature."""
    if not settings.witness:
        return
    url, _, text = settings.witness.partition(" ")
    key, last = PublicKey.read(text), checkpoint(register.note())
    holder = next((one for one in register.holders() if (one.holder, one.epoch) == (key.name, register.epoch)), None)
    answer = (409, str(holder.size if holder else 0))
    for _ in range(2):
        if answer[0] == 409 and re.fullmatch(r"[0-9]{1,18}\n?", answer[1]) and (old := int(answer[1])) <= last.size:
            if holder and holder.size == old == last.size:
                return
            answer = _ask_witness(f"{url}/add-checkpoint", register.extension(old))
    line = next((one for one in answer[1].splitlines(keepends=True) if one.startswith(f"— {key.name} ")), "")
    if answer[0] != 200 or not line or not checkpoint(f"{last.text.decode()}\n{line}").cosigned(key):
        if answer[0] >= 500:
            raise Unreadable(f"the witness does not answer: {answer[0]}")
        raise WitnessRefused(_refusal(*answer, last.size), answer[0])
    register.hand(key.name, now, line)


def _refusal(status: int, text: str, size: int) -> Refusal:
    """Returns why a witness refused a checkpoint of a size, by the statuses of tlog-witness."""
    if status == 409 and re.fullmatch(r"[0-9]{1,18}\n?", text) and int(text) > size:
        return "ahead"
    codes: dict[int, Refusal] = {422: "fork", 403: "unknown", 404: "unknown"}
    return codes.get(status, "other")


def _ask_witness(url: str, body: str) -> tuple[int, str]:
    """Returns the status and the text of a witness. Raises Unreadable."""
    import httpx2 as httpx  # a process without an issuer and a witness never loads it

    until, content = monotonic() + SECONDS, b""
    try:
        with httpx.stream("POST", url, content=body, timeout=SECONDS) as sent:
            for part in sent.iter_raw(ANSWER):
                content += part
                if len(content) > ANSWER or monotonic() > until:
                    raise Unreadable("the witness answers too much, or too slowly")
    except httpx.HTTPError as error:
        raise Unreadable(f"the witness does not answer: {error!r}") from None
    return sent.status_code, content.decode("utf-8", "replace")


def proof_since(register: Register, held_roots: Sequence[Held]) -> str:
    """Returns the proof that the register extends what somebody holds of it.

    Raises Unreadable, which says why it does not or what is missing, and RegisterClosed.
    """
    if len(held_roots) > 1:
        raise Unreadable(french.MANY.format(count=len(held_roots)))
    (held_root,) = held_roots
    if held_root.note:
        _check_signed(register, held_root.note)
    size = register.size_of(held_root.root) if held_root.size == UNKNOWN else held_root.size
    if size is None:
        raise Unreadable(french.UNKNOWN_CODE)
    epochs = register.checkpoints()
    theirs = [(epoch, last) for epoch, last in epochs if not held_root.note or epoch.origin == held_root.note.origin]
    try:
        if _stands(register, epochs[-1][0], size, held_root.root):
            return register.extension(size)
        if found := [epoch.number for epoch, _ in theirs if _stands(register, epoch, size, held_root.root)]:
            kept = min(epoch.kept for epoch, _ in epochs if epoch.number > found[-1])
            raise Unreadable(french.taken_up(found[-1], kept))
        if held_root.note and not theirs:
            raise Unreadable(french.UNKNOWN_EPOCH.format(epoch=epoch_of(held_root.note.origin)))
        epoch, last = theirs[-1]
        if size > last.size:
            raise Unreadable(french.ahead(size, last.size))
        if not held_root.note:
            raise Unreadable(french.unknown_line(size))
        raise Unreadable(french.two_trees(size, held_root.note.short, short(register.root(size, epoch.number))))
    except RegisterDiffers:
        raise Unreadable(french.BENT) from None


def _check_signed(register: Register, note: Checkpoint) -> None:
    """Raises Unreadable for a checkpoint that no key of the register signed."""
    keys = [key for one in register.known_keys() if (key := one.key.of(note.origin))]
    if not keys:
        raise Unreadable(french.OTHER)
    if not sum(note.signed_by(key) for key in keys):
        raise Unreadable(french.UNSIGNED)


def _stands(register: Register, epoch: Epoch, size: int, start: bytes) -> bool:
    """Tells if the root of the first events of an epoch begins so. Raises RegisterDiffers."""
    with suppress(LookupError):
        return register.root(size, epoch.number).startswith(start)
    return False


def entries(opened: OpenStructure) -> Iterator[bytes]:
    """Yields the entries of all facts, 64 bytes each, in order: ids and digests, no content."""
    recorder, after = opened.engine.recorder, 0
    while rows := recorder.log(after, SPAN):
        yield b"".join(entry_of(row) for row in rows)
        after = rows[-1][4]


def finding(opened: OpenStructure, register: Register) -> Finding:
    """Checks that the register follows, that it fits, and that somebody outside holds a checkpoint of it."""
    try:
        return _finding(opened, register)
    except (*UNREAD, OSError) as error:
        return finding_of(register, error)


def finding_of(register: Register, error: Exception) -> Finding:
    """Returns the alarm of a register that cannot be read, does not follow or does not fit."""
    if isinstance(error, RegisterDiffers):
        return Finding("register", "alarm", {"why": error.code, "position": error.position, "signed": error.signed})
    file = error.file if isinstance(error, RegisterClosed) and error.file else register.file
    code = error.code if isinstance(error, RegisterClosed) else "busy" if isinstance(error, StoreError) else "unread"
    return Finding("register", "alarm", {"why": code, "path": str(file)})


def _finding(opened: OpenStructure, register: Register) -> Finding:
    engine = opened.engine
    last = register.check(engine)
    if last is None:
        return Finding("register", "note", {"why": "none"})
    if found := find_refusal(register):
        return found
    waiting = engine.read(last.size, 1)
    waited = max((engine.clock() - one.at for one in waiting), default=timedelta())
    details = {"signed": last.size, "short": last.short}
    if waited > LATE:
        return Finding("register", "alarm", {**details, "why": "late", "lag": engine.head() - last.size})
    if opened.demonstration:
        return Finding("register", "good", details)
    *before, (epoch, _) = register.checkpoints()
    age = engine.clock() - epoch.began
    if epoch.number > 1 and age <= OUTSIDE and epoch.number - 1 not in [one.number for one, _ in before]:
        days = max(0, age // timedelta(days=1))
        return Finding("register", "note", {**details, "why": "anew", "epoch": epoch.number, "days": days})
    holders, witness = register.holders(), _witness_name(sound())
    cosigned = max(((one.size, one.at) for one in holders if one.holder == witness), default=None)
    if witness and (not cosigned or (cosigned[0] < last.size and engine.clock() - cosigned[1] > WITNESSED)):
        return Finding("register", "note", {**details, "why": "witness", "witness": witness})
    if not register.is_apart(opened.folder):
        return Finding("register", "note", {**details, "why": "beside"})
    held = max((one.at for one in holders), default=None)
    if held is None or engine.clock() - held > OUTSIDE:
        return Finding("register", "note", {**details, "why": "alone"})
    return Finding("register", "good", details)
