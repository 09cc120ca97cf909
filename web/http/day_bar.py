"""The bar of a list that names its day: the addresses of other days, and the links of a page that keep this one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape, unescape
from urllib.parse import parse_qsl, urlsplit

from pixflow.folding import Clock, Moment
from web.http.addresses import address

DAY, CLOCK = "au", "horloge"
LISTS = ("/boite", "/dossiers", "/resultats", "/ateliers", "/equipe", "/partenaires")
"""The lists that have a page of each day."""
WHY = "/pourquoi"
FILE = re.compile(rf"({'|'.join(LISTS)}|/boite/[a-z-]+|/resultats/[a-z-]+)\.(csv|xlsx)")
"""The lists as files."""
_KEEP = {*LISTS, "/indicateurs"}
_LINK = re.compile(r'<a\b([^>]*) href="(/[^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
_ASKED = re.compile(r'(?<= hx-get=")/[^"]*')
_DOSSIER = re.compile(r"/dossiers/([0-9a-f-]{36})")


def params_of(moment: Moment) -> dict[str, str]:
    """Returns a moment as parameters of an address."""
    return {DAY: moment.day.isoformat(), CLOCK: "vrai" if moment.clock == "true" else ""}


@dataclass(frozen=True, slots=True)
class DayBar:
    """The bar of a list, of now when `moment` is None. `kept` are the filters of its address.

    `title` names the day, `clocks` are the words of each clock. `wrong` says why the day asked for has no page.
    `learned` says how many facts were learned since, `remarks` the other things that this day does not show.
    """

    path: str
    today: date
    kept: Mapping[str, str]
    moment: Moment | None = None
    title: str = ""
    clocks: Mapping[Clock, str] = field(default_factory=dict)
    wrong: str = ""
    learned: str = ""
    remarks: Sequence[str] = ()

    @property
    def params(self) -> dict[str, str]:
        """The parameters of this day; none for now."""
        return params_of(self.moment) if self.moment else {}

    def at(self, step: int = 0, clock: str = "") -> str:
        """Returns the address of the same list some days later, by the same clock or by another one."""
        day = {DAY: (self.moment.day + timedelta(step)).isoformat()} if self.moment else {}
        by = {CLOCK: "vrai" if clock == "true" else ""} if clock else {}
        return address(self.path, {**self.kept, **self.params, **day, **by})

    @property
    def now(self) -> str:
        return address(self.path, self.kept)

    def keep(self, html: str) -> str:
        """Returns a page whose links stay on the day: a list keeps it, a dossier is replayed, others are text.

        No button leads elsewhere. The frame around `main` stays as it is.
        """
        before, main, shown = html.rpartition("<main")
        shown = _ASKED.sub(lambda asked: escape(self._move_link(asked[0])), shown)
        return before + main + _LINK.sub(self._keep_link, shown)

    def _keep_link(self, link: re.Match[str]) -> str:
        before, there, after, text = link.groups()
        if "data-leaves" in before + after:
            return link[0]
        if to := self._move_link(there):
            return f'<a{before} href="{escape(to)}"{after}>{text}</a>'
        if 'class="btn' in before + after:
            return ""
        return f"<g>{text}</g>" if "<circle" in text else f"<span>{text}</span>"

    def _move_link(self, link: str) -> str:
        """Returns where a link leads on this day, "" for nowhere."""
        there = urlsplit(unescape(link))
        if there.path in _KEEP or there.path.startswith(WHY) or FILE.fullmatch(there.path):
            asked, end = dict(parse_qsl(there.query)), f"#{there.fragment}" if there.fragment else ""
            return unescape(link) if DAY in asked else address(there.path, {**asked, **self.params}) + end
        dossier = _DOSSIER.match(there.path)
        return f"/rejouer/{dossier[1]}?le={self.params[DAY]}" if dossier else ""
