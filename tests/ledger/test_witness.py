"""A witness cosigns what extends what it cosigned, refuses the rest as tlog-witness says, and keeps a fork."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from unittest.mock import Mock

import pytest

from pixflow.ledger import notes, tree, verify, witness
from pixflow.ledger.notes import Signer
from pixflow.ledger.tree import Tiles
from pixflow.ledger.verify import EMPTY, Checkpoint, PublicKey, checkpoint, extends
from pixflow.ledger.witness import LogWitness, WitnessAnswer

ORIGIN = "pix.exemple.fr/registre/00"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
OURS = Signer(b"k" * 32, ORIGIN)


class Log:
    """A tree that somebody else signs. Another `salt` is another history."""

    def __init__(self, signer: Signer = OURS, salt: bytes = b"") -> None:
        self.tiles = Tiles()
        leaves = [sha256(salt + n.to_bytes(8, "big")).digest() for n in range(100)]
        self.tiles.update(tree.add_leaves(self.read, 0, leaves))
        self.signer = signer

    def read(self, level: int, n: int) -> bytes:
        return self.tiles[level, n]

    def note(self, size: int) -> str:
        return self.signer.checkpoint(size, tree.root(self.read, size))

    def asks(self, old: int, size: int, proof: list[bytes] | None = None) -> str:
        path = tree.consistency(self.read, old, size) if proof is None else proof
        return notes.extension(old, path, self.note(size))


@pytest.fixture
def watching(tmp_path: Path) -> LogWitness:
    return LogWitness(tmp_path / "ledger", "temoin.exemple.fr", [OURS.key])


def test_it_cosigns_what_it_sees_first_and_what_extends_it(watching: LogWitness) -> None:
    log = Log()
    for old, size in ((0, 3), (3, 3), (3, 60), (60, 100)):
        answer = watching.add(log.asks(old, size), NOW)
        assert answer.status == 200
        cosigned = checkpoint(log.note(size) + answer.text)
        assert cosigned.cosigned(watching.signer.key) == [NOW]
        assert PublicKey.read(watching.signer.key.text) == watching.signer.key
    assert watching.forks() == []


def test_a_later_epoch_is_a_register_of_its_own(watching: LogWitness) -> None:
    second = Log(Signer(b"k" * 32, f"{ORIGIN}/2"))
    assert watching.add(Log().asks(0, 90), NOW).status == 200
    assert watching.add(second.asks(0, 50), NOW).status == 200
    assert watching.add(Log(Signer(b"k" * 32, f"{ORIGIN}/x")).asks(0, 50), NOW).status == 404


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (lambda log: log.asks(10, 50), WitnessAnswer(409, "40\n")),
        (lambda log: log.asks(0, 50), WitnessAnswer(409, "40\n")),
        (lambda log: log.asks(40, 50, []), WitnessAnswer(422)),
        (lambda log: log.asks(40, 50, [EMPTY]), WitnessAnswer(422)),
        (lambda log: notes.extension(50, [], log.note(40)), WitnessAnswer(400)),
        (lambda log: Log(salt=b"x").asks(40, 50), WitnessAnswer(422)),
        (lambda log: notes.extension(40, [], Log(salt=b"x").note(40)), WitnessAnswer(422)),
        (lambda log: Log(Signer(b"o" * 32, ORIGIN)).asks(40, 50), WitnessAnswer(403)),
        (lambda log: Log(Signer(b"o" * 32, "ailleurs.fr/registre/00")).asks(40, 50), WitnessAnswer(404)),
        (lambda log: log.asks(40, 50).replace("50\n", "51\n", 1), WitnessAnswer(403)),
        (lambda log: "", WitnessAnswer(400)),
        (lambda log: "old 40\n\n", WitnessAnswer(400)),
        (lambda log: log.note(50), WitnessAnswer(400)),
        (lambda log: log.asks(40, 50).replace("old 40", "old 040"), WitnessAnswer(400)),
        (lambda log: log.asks(40, 50).replace("old 40", "old -1"), WitnessAnswer(400)),
        (lambda log: log.asks(40, 50, [EMPTY] * 64), WitnessAnswer(400)),
        (lambda log: log.asks(40, 50, [b"short"]), WitnessAnswer(400)),
    ],
)
def test_what_it_refuses(watching: LogWitness, asked: Callable[[Log], str], answer: WitnessAnswer) -> None:
    log = Log()
    assert watching.add(log.asks(0, 40), NOW).status == 200
    assert watching.add(asked(log), NOW) == answer
    assert watching.forks() == [] or watching.forks()[0][2].startswith(Log(salt=b"x").note(40))
    assert watching.add(log.asks(40, 50), NOW + timedelta(hours=1)).status == 200


def test_both_sides_of_a_fork_are_kept(watching: LogWitness) -> None:
    log, fork = Log(), Log(salt=b"x")
    watching.add(log.asks(0, 40), NOW)
    assert watching.add(notes.extension(40, [], fork.note(40)), NOW).status == 422
    ((_, size, kept),) = watching.forks()
    one, other = checkpoint(log.note(40)), checkpoint(kept)
    assert (size, one.size) == (other.size, 40)
    assert one.root != other.root
    assert other.signed_by(OURS.key)


def test_whoever_has_the_checkpoint_of_a_house_makes_no_fork_of_it(watching: LogWitness) -> None:
    """Checkpoints are public: a false proof, or a line of nobody, is no evidence against who signed."""
    log, fork, other = Log(), Log(salt=b"x"), Signer(b"o" * 32, "ailleurs.fr")
    watching.add(log.asks(0, 40), NOW)
    for path in ([], [EMPTY], [EMPTY] * 6):
        assert watching.add(log.asks(40, 50, path), NOW).status == 422
    assert watching.forks() == []
    for n in range(3):
        watching.add(notes.extension(40, [], fork.note(40)) + other.line(bytes([n])), NOW)
    assert [kept for *_, kept in watching.forks()] == [fork.note(40)]


def test_a_line_that_is_repeated_is_checked_once(watching: LogWitness, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = Mock(side_effect=verify.is_signed)
    monkeypatch.setattr(verify, "is_signed", checked)
    asked = Log().asks(0, 40)
    assert watching.add(asked + asked.rpartition("\n\n")[2] * 90, NOW).status == 200
    assert checked.call_count == 1


def test_a_size_beyond_what_a_database_holds_is_nonsense(watching: LogWitness) -> None:
    assert watching.add(notes.extension(0, [], OURS.checkpoint(2**63, EMPTY)), NOW).status == 400


def two_sides() -> list[str]:
    """Two continuations of forty facts, each with its proof."""
    honest, fork = Log(), Log()
    fork.tiles[0, 0] = fork.tiles[0, 0][: 32 * 60] + EMPTY * 40
    return [honest.asks(40, 80), fork.asks(40, 80)]


def test_of_a_fork_that_comes_at_once_one_side_is_cosigned(watching: LogWitness) -> None:
    watching.add(Log().asks(0, 40), NOW)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda body: watching.add(body, NOW).status, two_sides() * 8))
    assert sorted(found) == [200] + [409] * 15


def test_control_read_and_kept_in_two_transactions_both_sides_are_cosigned(
    watching: LogWitness, monkeypatch: pytest.MonkeyPatch
) -> None:
    watching.add(Log().asks(0, 40), NOW)
    root = tree.root(Log().read, 40)

    def apart(ours: object, old: int, path: tuple[bytes, ...], one: Checkpoint, *more: object) -> tuple[int, int]:
        return (200, one.size) if extends(40, root, one.size, one.root, path) else (422, 40)

    monkeypatch.setattr(witness, "_take_checkpoint", apart)
    assert [watching.add(body, NOW).status for body in two_sides()] == [200, 200]


def test_its_key_that_is_lost_is_not_replaced(watching: LogWitness, tmp_path: Path) -> None:
    watching.add(Log().asks(0, 40), NOW)
    (tmp_path / "ledger" / "_witness.key").unlink()
    with pytest.raises(FileNotFoundError):
        watching.add(Log().asks(40, 50), NOW)
