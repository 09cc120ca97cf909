"""People at work in their browsers, who send the same form again until they are answered."""

from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from random import Random
from threading import Event, Thread
from time import sleep
from urllib.parse import urlencode
from uuid import UUID, uuid4

from tests.trials.mission import SITE, Mission
from tests.trials.server import Server
from web.dependencies import COOKIE

PATIENCE = 10.0
PAUSE = 0.005


class Client(Thread):
    """Sends form after form; `remembers` its command id from one try to the next, or makes a fresh one (a control).

    `acknowledged` are the words of each command by its id, `told_again` those that an earlier try had recorded.
    """

    def __init__(self, server: Server, mission: Mission, name: str, chance: Random, *, remembers: bool) -> None:
        super().__init__(name=name, daemon=True)
        self.server = server
        self.mission = mission
        self.chance = chance
        self.remembers = remembers
        self.acknowledged: dict[UUID, str] = {}
        self.answered_from: dict[UUID, datetime] = {}
        self.tried_again = 0
        self.unexpected: list[str] = []
        self._done = Event()

    def run(self) -> None:
        while not self._done.is_set():
            words = f"{self.name} {len(self.acknowledged)}"
            opens = self.remembers and self.chance.random() < 0.2
            self._say(words, *(self._dossier(words) if opens else self._note(words)))

    def stop(self) -> None:
        """What is under way is answered first."""
        self._done.set()
        self.join()

    def _say(self, words: str, address: str, fields: dict[str, str]) -> None:
        command = UUID(int=self.chance.getrandbits(128), version=4)
        while True:
            began = datetime.now(UTC)
            status, location = self._post(address, {**fields, "command_id": str(command)})
            if status == 303 and "fait=" in location:
                self.acknowledged[command] = words
                self.answered_from[command] = began
                return
            if status not in (0, 503):
                self.unexpected.append(f"{status} {location} for {words}")
            self.tried_again += 1
            command = command if self.remembers else uuid4()
            sleep(PAUSE)

    def _post(self, address: str, fields: dict[str, str]) -> tuple[int, str]:
        """The status and where it leads; 0 when there was no answer."""
        if not (port := self.server.port):
            return 0, ""
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{COOKIE}={self.mission.slug}/{self.mission.advisor}",
        }
        try:
            connection.request("POST", address, urlencode(fields), headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location", "")
        except (OSError, HTTPException):
            return 0, ""
        finally:
            connection.close()

    def _note(self, words: str) -> tuple[str, dict[str, str]]:
        dossier = self.chance.choice(self.mission.dossiers)
        return f"/dossiers/{dossier}/note", {"text": words, "on": _today()}

    def _dossier(self, words: str) -> tuple[str, dict[str, str]]:
        number = str(self.chance.randrange(10**8))
        said = {"last_name": "Kaya", "first_name": words, "imilo_number": number, "site": SITE, "on": _today()}
        return "/dossiers/nouveau", {**said, "advisor": str(self.mission.advisor)}


def _today() -> str:
    return datetime.now(UTC).date().isoformat()
