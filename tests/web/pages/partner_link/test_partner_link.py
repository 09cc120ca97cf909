"""A partner answers by a link: what each page says, what each press records, what an attacker gets."""

import logging
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from pixflow import presets
from pixflow.actor import OPERATOR, Actor
from pixflow.dossier import identity as merging
from pixflow.dossier.follow_up import take_note
from pixflow.dossier.retraction import retract
from pixflow.dossier.stages import parcours
from pixflow.events import dossier as e
from pixflow.events.base import Recorded
from pixflow.partner_links import issuing
from pixflow.partner_links.token import token_of
from pixflow.protocol.publishing import publish_protocol
from pixflow.unit_of_work import Step
from projections.figures.refresh import refresh
from tests.erasures import erase
from tests.trials.verdict import every_row, from_scratch
from tests.web.client import InspectingClient, words
from tests.web.form_kinds import STRANGE
from tests.web.pages.partner_link.conftest import (
    ADDRESS,
    MONDAY,
    NEVER,
    NOTE,
    PERSONAL,
    URL,
    Referred,
    accepting,
    nonce,
    path_of,
    refusing,
)
from tests.web.paths import house
from tests.web.tags import parsed
from web.accounts import link_visits
from web.accounts.tables import link_requests as requests
from web.accounts.tables import link_visits as visits
from web.app import create_app
from web.desk.dependencies import COOKIE

FACTS = (e.ReferralSeen, e.ReferralAnswered, e.AnswerPromised, e.OutcomeReported)


def unspaced(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def names_somebody(text: str) -> list[str]:
    return [word for word in PERSONAL if word in unspaced(text)]


# --- the whole way


def test_a_partner_reads_accepts_and_tells_how_it_ended(on_both: Referred) -> None:
    visit = on_both.visit()
    shown = visit.open()
    assert shown.status_code == 200
    assert "vous a adressé quelqu’un le" in words(shown.text)
    request = visit.see()
    assert "Aminata Diallo" in words(request.text)
    assert parsed(request.text).select_one("[name=starts]")["value"] == "2026-03-18", (
        "the day that the advisor asked for"
    )
    done = visit.reply(accepting(request))
    assert (done.status_code, "Merci" in words(done.text)) == (200, True)
    (answer,) = on_both.events(e.ReferralAnswered)
    assert isinstance(answer, e.ReferralAnswered)
    assert (answer.answer, answer.starts, answer.place) == ("accepted", date(2026, 3, 20), "Salle 2")

    on_both.house.day(date(2026, 4, 30))
    outcome = on_both.mailed()
    assert outcome != visit.path
    asked = visit.client.post(f"{outcome}/demande")
    told = {"nonce": nonce(asked), "outcome": "done", "day": "2026-04-30", "note": "assidue"}
    assert visit.client.post(f"{outcome}/nouvelles", data=told).status_code == 200
    assert [type(event) for event in on_both.events(*FACTS)] == [e.ReferralSeen, e.ReferralAnswered, e.OutcomeReported]
    by = [r for r in on_both.house.served.engine.history(on_both.dossier) if isinstance(r.event, FACTS)]
    assert {(r.by, r.via) for r in by} == {(f"partner:{on_both.referral}", "link")}


def test_the_advisor_confirms_the_partner_s_word_in_one_press(referred: Referred) -> None:
    referred.house.on(referred.dossier, parcours.answer_referral, referral=referred.referral, answer="accepted",
                      reason="")  # fmt: skip
    visit = referred.visit(referred.issue())
    told = {"nonce": nonce(visit.see()), "outcome": "done", "day": "2026-03-16", "note": "assidue"}
    visit.client.post(f"{visit.path}/nouvelles", data=told)
    assert not referred.events(e.ActionEnded)
    assert referred.house.state(referred.dossier).parcours.actions[referred.action].reported
    nadia = at_her_desk(referred)
    page = nadia.get(f"/dossiers/{referred.dossier}")
    assert "dit : la personne a terminé" in words(page.text)
    (form,) = parsed(page.text).select(f'form[action="/dossiers/{referred.dossier}/end"]')
    sent = {one["name"]: one["value"] for one in form.select("input")}
    assert nadia.post(str(form["action"]), data=sent).status_code == 303
    (ended,) = referred.events(e.ActionEnded)
    assert (ended.outcome, ended.note) == ("done", "assidue")


def at_her_desk(referred: Referred, name: str = "Nadia Benali") -> InspectingClient:
    """The browser of somebody of the team, who enters by the door of a demonstration."""
    referred.house.host.demo = True
    client = InspectingClient(create_app(referred.house.host), follow_redirects=False)
    client.cookies.set(COOKIE, f"{referred.house.slug}/{referred.house.people[name]}")
    return client


def test_ma_boite_says_that_the_partner_answered_until_it_is_undone(referred: Referred) -> None:
    visit = referred.visit()
    visit.reply(accepting(visit.see()))
    said = "Médiathèque de Mortagne accepte, à partir du 20 mars, lieu : Salle 2"
    nadia, paul = at_her_desk(referred), at_her_desk(referred, "Paul Rey")
    assert said in unspaced(words(nadia.get("/boite").text))
    assert said not in unspaced(words(paul.get("/boite").text))
    referred.house.on(referred.dossier, retract, version=referred.version(e.ReferralAnswered), reason="erreur")
    assert said not in unspaced(words(nadia.get("/boite").text))


def test_the_prescription_sheet_has_the_link_of_a_partner_without_an_address(referred: Referred) -> None:
    (participation,) = referred.house.state(referred.dossier).prescription.built
    sheet, nadia = f"/dossiers/{referred.dossier}/prescription/{participation}", at_her_desk(referred)
    assert parsed(nadia.get(sheet).text).select(".for-partner") == []
    referred.issue("paper")
    (drawn,) = parsed(nadia.get(sheet).text).select(".for-partner img")
    assert unspaced(str(drawn["alt"])).startswith("QR code : Pour Médiathèque de Mortagne")
    assert nadia.get(f"{sheet}.pdf").content.startswith(b"%PDF")
    referred.house.on(referred.dossier, issuing.revoke_link, referral=referred.referral)
    assert parsed(nadia.get(sheet).text).select(".for-partner") == []


def test_the_dossier_says_where_the_link_is(referred: Referred) -> None:
    nadia = at_her_desk(referred)

    def said() -> str:
        return unspaced(words(nadia.get(f"/dossiers/{referred.dossier}").text))

    assert "lien par courriel, pas encore parti, valable jusqu’au 24 mars" in said()
    visit = referred.visit()
    visit.see()
    assert "lien parti par courriel le 16 mars, lu le 16 mars, valable jusqu’au 24 mars" in said()
    referred.house.on(referred.dossier, issuing.revoke_link, referral=referred.referral)
    assert "révoqué le 16 mars" in said()


# --- what opening a link does


def test_opening_a_link_records_nothing_and_names_nobody(referred: Referred) -> None:
    visit = referred.visit()
    before = referred.count()
    shown = [visit.open() for _ in range(3) if visit.client.head(visit.path).status_code == 200]
    assert [names_somebody(one.text) for one in shown] == [[]] * 3
    assert "Nadia Benali" in shown[0].text
    assert referred.count() == before


def test_an_email_filter_that_opens_everything_first_changes_nothing(referred: Referred) -> None:
    """It asks for each address of the e-mail, HEAD then GET, and for each address and script of the page."""
    (mail,) = referred.tick()
    filter, before = referred.partner(), referred.count()
    for link in re.findall(r"https?://\S+", mail.text):
        path = link.removeprefix(URL)
        assert filter.head(path).status_code == 200
        page = parsed(filter.get(path).text)
        assert page.select("script, [hx-get], [hx-post], [autofocus], meta[http-equiv]") == []
        for tag in page.select("[href], [src]"):
            address = str(tag.get("href") or tag.get("src"))
            if address.startswith("/"):
                filter.head(address)
                filter.get(address)
        for form in page.select("form"):
            assert form["method"] == "post"
            assert filter.get(str(form["action"])).status_code == 405
    assert referred.count() == before
    assert referred.partner().post(f"{path_of(mail)}/demande").status_code == 200


def test_the_request_says_what_a_partner_needs_and_no_more(referred: Referred) -> None:
    visit = referred.visit()
    shown = visit.see()
    text = unspaced(words(shown.text))
    assert all(word in text for word in ("Aminata Diallo", "20 ans", "06 12 34 56 78", NOTE, "30 avril 2026"))
    assert [word for word in NEVER if word in unspaced(shown.text)] == []
    assert "conservé" in text or "gardé dans le dossier" in text


def test_headers_keep_the_address_of_a_link_to_itself(referred: Referred) -> None:
    visit = referred.visit()
    for answer in (visit.open(), visit.see(), visit.client.get(f"/p/{'x' * 43}")):
        named = {name: answer.headers[name] for name in ("Referrer-Policy", "Cache-Control", "X-Robots-Tag")}
        assert named == {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
        assert parsed(answer.text).select('[src^="http"], link[href^="http"]') == []
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert referred.partner().post(f"{visit.path}/demande", headers={"Origin": "null"}).status_code == 200


# --- answers


def test_the_same_answer_twice_records_it_once(on_both: Referred) -> None:
    visit = on_both.visit()
    page = visit.see()
    sent = accepting(page)
    assert [visit.reply(sent).status_code for _ in range(2)] == [200, 200]
    assert 'name="nonce"' not in visit.see().text
    assert [type(event) for event in on_both.events(*FACTS)] == [e.ReferralSeen, e.ReferralAnswered], "each once"


def test_of_two_tabs_the_first_answer_stands_and_the_second_says_whom_to_call(referred: Referred) -> None:
    visit = referred.visit()
    one, two, three = (visit.see() for _ in range(3))
    assert visit.reply(accepting(one)).status_code == 200
    assert visit.reply(accepting(two)).status_code == 200
    turned = visit.reply(refusing(three))
    assert turned.status_code == 409
    text = unspaced(words(turned.text))
    assert "déjà notée, le 16 mars 2026" in text
    assert "appelez Nadia Benali" in text
    assert len(referred.events(e.ReferralAnswered)) == 1


def test_an_old_page_with_another_answer_is_refused(referred: Referred) -> None:
    """The nonce served once: another content is not recorded under it, and the page is drawn again."""
    visit = referred.visit()
    page = visit.see()
    promise = {"nonce": nonce(page), "answer": "studied", "until": "2026-03-30"}
    assert visit.reply(promise).status_code == 200
    turned = visit.reply(refusing(page))
    assert turned.status_code == 409
    assert nonce(turned) != nonce(page)
    assert visit.reply(refusing(turned)).status_code == 200
    assert [type(event) for event in referred.events(*FACTS)][1:] == [e.AnswerPromised, e.ReferralAnswered]


def test_once_the_advisor_has_undone_an_answer_the_old_page_does_not_bring_it_back(referred: Referred) -> None:
    visit = referred.visit()
    sent = accepting(visit.see())
    visit.reply(sent)
    referred.house.on(referred.dossier, retract, version=referred.version(e.ReferralAnswered), reason="erreur")
    visit.reply(sent)
    assert len(referred.events(e.ReferralAnswered)) == 1
    fresh = visit.see()
    assert visit.reply(refusing(fresh)).status_code == 200
    assert [event.answer for event in referred.events(e.ReferralAnswered)] == ["accepted", "refused"]


def test_a_forged_nonce_records_nothing(referred: Referred) -> None:
    visit = referred.visit(referred.issue())
    page = visit.see()
    ours = nonce(page)
    for forged in ("", "x" * 43, ("A" if ours[0] != "A" else "B") + ours[1:], str(uuid4())):
        answer = visit.reply({**accepting(page), "nonce": forged})
        assert answer.status_code == 422
    assert not referred.events(e.ReferralAnswered)


def test_what_is_missing_is_asked_for_and_kept(referred: Referred) -> None:
    visit = referred.visit()
    page = visit.see()
    for sent, said in (
        ({"answer": "accepted", "place": "Salle 2"}, "premier jour"),
        ({"answer": "refused", "reason": "complet"}, "raison"),
        ({"answer": "studied"}, "jour de votre réponse"),
        ({"answer": "studied", "until": "2030-01-01"}, "Choisissez un jour du"),
        ({"answer": "accepted", "starts": "2026-02-31"}, "date"),
        ({"answer": "refused", "refusal": "other", "reason": "1 05 03 75 116 001 22"}, "sécurité sociale"),
    ):
        again = visit.reply({"nonce": nonce(page), **sent})
        assert again.status_code == 422, sent
        assert said in words(again.text), sent
        assert all(value in again.text for name, value in sent.items() if name in ("place", "reason"))
    assert not referred.events(e.ReferralAnswered, e.AnswerPromised)
    odd = visit.reply({"nonce": nonce(page), "answer": "accepted", "by": "system:operator"})
    assert odd.status_code == 422


def test_after_a_refusal_the_link_names_nobody(referred: Referred) -> None:
    visit = referred.visit()
    visit.reply(refusing(visit.see()))
    shown = visit.see()
    assert shown.status_code == 200
    assert names_somebody(shown.text) == []
    assert "Vous avez refusé" in words(shown.text)


# --- links that open nothing


def over(referred: Referred, path: str) -> list[str]:
    """The pages of a link that opens nothing, without the link in their addresses."""
    partner = referred.partner()
    asked = [partner.get(path), partner.post(f"{path}/demande"), partner.post(f"{path}/reponse", data={"answer": "x"})]
    assert [one.status_code for one in asked] == [410] * 3
    assert partner.head(path).status_code == 410
    asked.append(partner.post(f"{path}/nouveau"))
    assert asked[-1].status_code == 200
    return [one.text.replace(path, "/p/…") for one in asked]


def unknown(referred: Referred) -> str:
    return f"/p/{token_of(uuid4(), referred.house.served.engine.token)}"


def test_expired_revoked_superseded_and_unknown_links_have_the_same_pages(referred: Referred) -> None:
    first, second = referred.mailed(), referred.issue()
    invented = over(referred, unknown(referred))
    assert over(referred, first) == invented
    referred.house.on(referred.dossier, issuing.revoke_link, referral=referred.referral)
    assert over(referred, second) == invented
    third = referred.issue()
    referred.house.day(MONDAY + timedelta(days=9))
    assert over(referred, third) == invented
    assert over(referred, f"/p/{third[3:-1]}{'A' if third[-1] != 'A' else 'E'}") == invented


def test_an_unknown_link_takes_the_road_of_an_expired_one(referred: Referred, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ask the same questions of the same stores, in the same order: nothing is to be timed."""
    expired = referred.mailed()
    referred.house.day(MONDAY + timedelta(days=9))
    seen: list[str] = []
    for engine in (referred.house.served.read().database, referred.house.host.site.store.engine):
        event.listen(engine, "before_cursor_execute", lambda c, cursor, text, *_: seen.append(text))
    roads = []
    for path in (expired, unknown(referred), "/p/" + "x" * 43, expired, unknown(referred)):
        for method, end in (("GET", ""), ("POST", "/demande"), ("POST", "/nouveau")):
            seen.clear()
            referred.partner().request(method, f"{path}{end}")
            roads.append(list(seen))
    each = [roads[at : at + 3] for at in range(0, len(roads), 3)]
    assert all(one == each[0] for one in each)


def test_a_link_of_another_structure_is_unknown_here(referred: Referred, tmp_path: Any) -> None:
    with house(tmp_path / "other", MONDAY - timedelta(days=3), url=URL) as other:
        strange = f"/p/{token_of(UUID(int=1), other.served.engine.token)}"
        path = referred.mailed()
        link = referred.house.state(referred.dossier).parcours.actions[referred.action].referrals[0].link
        assert link
        forged = f"/p/{token_of(link.id, other.served.engine.token)}"
    assert over(referred, strange) == over(referred, forged)
    assert referred.partner().get(path).status_code == 200


def test_a_link_ends_with_an_erased_person(on_both: Referred) -> None:
    path = on_both.mailed()
    assert on_both.partner().post(f"{path}/demande").status_code == 200
    erase(on_both.house.served.opened, on_both.dossier)
    on_both.house.served.read()
    assert over(on_both, path) == over(on_both, unknown(on_both))
    assert on_both.tick() == []


def merge(referred: Referred, into: UUID) -> None:
    """Merges the dossier into another one, as the page does."""
    engine, duplicate = referred.house.served.engine, referred.dossier
    state = referred.house.state(duplicate)
    said = {"into": into, "gives_number": False, "version": state.version}
    taken = {"other": state, "duplicate": duplicate, "duplicate_history": engine.history(duplicate)}
    steps = [
        Step({"dossier": duplicate}, merging.merge_dossier, said),
        Step({"dossier": into}, merging.take_over_duplicate, {}, taken),
    ]
    sophie = Actor(str(referred.house.people["Sophie Lecomte"]))
    engine.execute_all(steps, "merge", by=sophie, command_id=uuid4(), via="web")


def test_a_link_ends_with_a_merged_dossier_and_the_other_has_none(referred: Referred) -> None:
    path = referred.mailed()
    into = referred.house.opened()
    merge(referred, into)
    assert over(referred, path) == over(referred, unknown(referred))
    taken = referred.house.state(into).parcours.actions[referred.action].referrals[0]
    assert (taken.partner.name, taken.links) == ("Médiathèque de Mortagne", ())


def test_a_link_ends_with_a_dropped_action_and_a_retracted_referral(referred: Referred) -> None:
    path = referred.mailed()
    version = referred.version(e.ReferralSent)
    referred.house.on(referred.dossier, parcours.drop_action, action=referred.action, reason="trop loin")
    assert over(referred, path) == over(referred, unknown(referred))
    referred.house.on(referred.dossier, retract, version=version, reason="erreur")
    assert over(referred, path) == over(referred, unknown(referred))


# --- a new link


def test_a_new_link_goes_to_the_address_on_file_once_a_day(on_both: Referred) -> None:
    path = on_both.mailed()
    on_both.house.day(MONDAY + timedelta(days=9))
    for _ in range(3):
        on_both.partner().post(f"{path}/nouveau", data={"address": "pirate@exemple.fr"})
    (mail,) = on_both.tick()
    assert mail.to == ADDRESS
    assert on_both.tick() == []
    on_both.partner().post(f"{path_of(mail)}/nouveau")
    assert on_both.tick() == []
    before = on_both.count()
    for invented in (unknown(on_both), "/p/lien"):
        on_both.partner().post(f"{invented}/nouveau")
    assert (on_both.tick(), on_both.count()) == ([], before)
    assert on_both.partner().post(f"{path_of(mail)}/demande").status_code == 200
    assert link_visits.list_requests(on_both.house.host.site.store) == []


# --- limits and logs


def test_a_link_is_visited_thirty_times_an_hour(on_both: Referred) -> None:
    path = on_both.mailed()
    codes = [on_both.partner().get(path).status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    assert on_both.partner().get(unknown(on_both)).status_code == 410
    on_both.house.pass_by(hours=1)
    assert on_both.partner().get(path).status_code == 200


def test_an_address_visits_a_hundred_times_an_hour_and_others_go_on(referred: Referred) -> None:
    path = referred.mailed()
    near, far = referred.partner(client=("192.0.2.1", 1)), referred.partner(client=("192.0.2.2", 1))
    codes = [near.get(unknown(referred)).status_code for _ in range(101)]
    assert codes == [410] * 100 + [429]
    assert near.post(f"{path}/demande").status_code == 429
    assert not referred.events(e.ReferralSeen)
    assert far.get(path).status_code == 200


def test_the_log_has_the_link_s_id_and_never_its_token(referred: Referred, caplog: pytest.LogCaptureFixture) -> None:
    path = referred.mailed()
    app = create_app(referred.house.host, URL, logged=True)
    partner = InspectingClient(app, base_url=URL, follow_redirects=False)
    with caplog.at_level(logging.INFO):
        page = partner.post(f"{path}/demande")
        partner.post(f"{path}/reponse", data=accepting(page))
        partner.post(f"{path}/reponse", data=refusing(page))
        partner.get(f"{path}x")
    link = referred.house.state(referred.dossier).parcours.actions[referred.action].referrals[0].link
    lines = [record for record in caplog.records if record.name == "pixflow.requests"]
    assert link
    assert [record.__dict__["link"] for record in lines][:3] == [str(link.id)] * 3
    token = path.removeprefix("/p/")
    ours = [record for record in caplog.records if record.name != "httpx2"]
    assert not [record for record in ours if token in f"{record.getMessage()}{record.__dict__}"]


def test_the_store_holds_nothing_that_opens_a_link(referred: Referred) -> None:
    token = referred.mailed().removeprefix("/p/")
    for r in referred.house.served.engine.read(0, 10_000):
        assert isinstance(r, Recorded)
        assert token not in str(r)
    site = referred.house.host.site
    referred.partner().post(f"/p/{token}/nouveau")
    with site.store.read() as connection:
        rows = [*connection.execute(select(visits)), *connection.execute(select(requests))]
    assert rows
    assert token not in str(rows)


def test_a_form_of_a_link_wrongly_filled_is_answered_in_words(referred: Referred) -> None:
    link, partner, head = referred.issue(), referred.partner(), referred.count()
    token = nonce(partner.post(f"{link}/demande"))
    fields = {
        "reponse": ("nonce", "answer", "starts", "place", "refusal", "reason", "until", "intrus"),
        "nouvelles": ("nonce", "outcome", "day", "note", "intrus"),
    }
    whole = {"answer": "accepted", "starts": "2100-12-31", "outcome": "came", "day": "1900-01-01"}
    sent = [(form, name, text) for form, names in fields.items() for name in names for text in (*STRANGE, ["a", "b"])]
    for number, (form, name, text) in enumerate(sent):
        if number % 20 == 0:
            referred.house.pass_by(hours=1)
            token = nonce(partner.post(f"{link}/demande"))
        known = {name: value for name, value in whole.items() if name in fields[form]}
        answer = partner.post(f"{link}/{form}", data={"nonce": token, **known, name: text})
        assert answer.status_code in (400, 410, 422), (form, name, text, answer.status_code)
        assert "<h1" in answer.text
    assert referred.count() - head == 1, "the request was seen, and nothing else is recorded"


@pytest.mark.parametrize("noted", [False, True])
def test_a_protocol_published_the_day_of_a_referral_moves_its_days(noted: bool, referred: Referred) -> None:
    """The last day to wait for its partner, and that of the reminder to them; also with a note about nothing of it."""
    referred.mailed()
    served = referred.house.served
    before = every_row(served.read())
    document = presets.load("laigle-mortagne").protocol
    longer = replace(document.delays, chase_partner_opens=document.delays.chase_partner_opens + 1)
    referred.house.says(
        OPERATOR, publish_protocol, {"protocol": served.opened.stream("protocol")},
        document=replace(document, delays=longer), from_day=referred.house.today,
    )  # fmt: skip
    if noted:
        referred.house.on(referred.dossier, take_note, text="Vu")
    after = every_row(served.read())
    assert after["referrals"] != before["referrals"]
    assert after["partner_letters"] != before["partner_letters"]
    refresh(served.read(), served.today())
    made_anew = every_row(from_scratch(served.engine))
    assert {name: rows for name, rows in every_row(served.read()).items() if rows != made_anew[name]} == {}
