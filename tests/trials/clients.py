"""People at work in their browsers, who send the same form again until they are answered."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event, Thread
from time import sleep
from urllib.parse import urlencode
from uuid import UUID, uuid4

from pixflow.events.base import Recorded
from tests.clock import today
from tests.trials.mission import SITE
from tests.trials.scale import SEED
from tests.trials.server import Server
from tests.trials.verdict import times_recorded
from web.desk.dependencies import COOKIE
from web.french.errors.pages import NOT_RECORDED

PATIENCE = 60.0
PAUSE = 0.005


class Client(Thread):
    """Sends form after form; `remembers` its command id from one try to the next, or makes a fresh one (a control).

    `acknowledged` are the words of each command by its id, `begun` when its last try began, `denied` the commands that
    were said not to be recorded, and when.
    """

    def __init__(self, server: Server, name: str, chance: Random, *, remembers: bool) -> None:
        super().__init__(name=name, daemon=True)
        self.server = server
        self.mission = server.mission
        self.chance = chance
        self.remembers = remembers
        self.acknowledged: dict[UUID, str] = {}
        self.begun: dict[UUID, datetime] = {}
        self.denied: list[tuple[UUID, datetime]] = []
        self.unexpected: list[str] = []
        self._done = Event()

    def run(self) -> None:
        while not self._done.is_set():
            words = f"{self.name} {len(self.acknowledged)}"
            opens = self.remembers and self.chance.random() < 0.2
            self._say(words, *(self._dossier(words) if opens else self._note(words)))

    def stop(self) -> None:
        """Stops the clients after their current request."""
        self._done.set()
        self.join()

    def _say(self, words: str, address: str, fields: dict[str, str]) -> None:
        command = UUID(int=self.chance.getrandbits(128), version=4)
        while True:
            began = datetime.now(UTC)
            status, location, said = self._post(address, {**fields, "command_id": str(command)})
            if status == 303 and "fait=" in location:
                self.acknowledged[command] = words
                self.begun[command] = began
                return
            if NOT_RECORDED in said:
                self.denied.append((command, datetime.now(UTC)))
            if status not in (0, 503):
                self.unexpected.append(f"{status} {location} for {words}")
            command = command if self.remembers else uuid4()
            sleep(PAUSE)

    def _post(self, address: str, fields: dict[str, str]) -> tuple[int, str, str]:
        """The status, where it leads, what it says; 0 when there was no answer."""
        if not (port := self.server.port):
            return 0, "", ""
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{COOKIE}={self.mission.slug}/{self.mission.advisor}",
        }
        try:
            connection.request("POST", address, urlencode(fields), headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", ""), answer.read().decode()
        except (OSError, HTTPException):
            return 0, "", ""
        finally:
            connection.close()

    def _note(self, words: str) -> tuple[str, dict[str, str]]:
        dossier = self.chance.choice(self.mission.dossiers)
        return f"/dossiers/{dossier}/note", {"text": words, "on": today().isoformat()}

    def _dossier(self, words: str) -> tuple[str, dict[str, str]]:
        number = str(self.chance.randrange(10**8))
        person = {"last_name": "Kaya", "first_name": words, "imilo_number": number, "site": SITE}
        return "/dossiers/nouveau", {**person, "on": today().isoformat(), "advisor": str(self.mission.advisor)}


class Crowd:
    """Four clients, at work from now on."""

    def __init__(self, server: Server, *, remembers: bool = True) -> None:
        chance = Random(SEED)
        self.clients = [Client(server, f"client {n}", Random(chance.random()), remembers=remembers) for n in range(4)]
        for client in self.clients:
            client.start()

    def stop(self) -> None:
        """Stops after each has its answer: the server must answer."""
        for client in self.clients:
            client.stop()

    @property
    def acknowledged(self) -> dict[UUID, str]:
        """The words of each command acknowledged so far."""
        return {command: words for client in self.clients for command, words in client.acknowledged.copy().items()}

    @property
    def denied(self) -> list[tuple[UUID, datetime]]:
        return [denied for client in self.clients for denied in client.denied]

    @property
    def unexpected(self) -> list[str]:
        return [said for client in self.clients for said in client.unexpected]

    def times(self, events: Sequence[Recorded]) -> Counter[int]:
        """Returns how often each acknowledged command is stored, as counts."""
        return sum((times_recorded(events, client.acknowledged) for client in self.clients), Counter())

    def told_again(self, events: Sequence[Recorded]) -> int:
        """Counts commands that one try recorded and a later one acknowledged."""
        at = _recorded_at(events)
        return sum(at[command] < last for client in self.clients for command, last in client.begun.items())

    def denied_wrongly(self, events: Sequence[Recorded]) -> int:
        """Counts recorded commands that an answer denied."""
        at = _recorded_at(events)
        return sum(command in at and at[command] < said for command, said in self.denied)


def _recorded_at(events: Sequence[Recorded]) -> dict[UUID, datetime]:
    return {recorded.command: recorded.at for recorded in events}
