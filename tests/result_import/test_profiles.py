"""Profile collections one after the other: what is sent, what waits, what vanished, whose it is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pixflow.events.values import Level, Moment
from pixflow.participation.state import Participation
from pixflow.pix_orga import ExportCampaign, ProfileRow
from pixflow.pix_orga.export import utc_moment
from pixflow.pix_orga.samples import file_name, write_export, write_profiles
from pixflow.refused import Refused
from pixflow.result_import import Answers, ImportCounts, ImportPreview
from pixflow.result_import.plan import What
from tests.examples import few
from tests.pix_orga.files import DATA, PROFIL
from tests.result_import.house import FIRST, House, row, seen

PROFILES = ExportCampaign(481620, "QWERTY456", "Profils certifiables")
LATER = FIRST + timedelta(days=7)
LATEST = FIRST + timedelta(days=14)
EARLIER = FIRST - timedelta(days=7)
MAY = datetime(2026, 5, 10, 13, 0, tzinfo=UTC)
JUNE = datetime(2026, 5, 16, 9, 30, tzinfo=UTC)


def waits(last_name: str, first_name: str, external_id: str | None = None, **said: Any) -> ProfileRow:
    """Someone who has not sent their profile."""
    row = ProfileRow(
        line=0,
        last_name=last_name,
        first_name=first_name,
        external_id=external_id,
        imported=(),
        shared=False,
        shared_at=None,
    )
    return replace(row, **said)


def sends(of: ProfileRow, at: datetime | Moment = MAY, pix: int = 48, **said: Any) -> ProfileRow:
    """Returns the profile as sent, with one competence of level 1 for each 8 pix."""
    count = pix // 8
    at = at if isinstance(at, Moment) else utc_moment(at)
    levels = tuple(Level(f"Compétence {n}", int(n < count), 8 * (n < count)) for n in range(16))
    sent = {"shared": True, "shared_at": at, "pix": pix, "certifiable": count >= 5, "certifiable_competences": count}
    return replace(of, **{**sent, "levels": levels, **said})


AWA, BAH, CISSE = waits("Diallo", "Awa", "100"), waits("Bah", "Ali"), waits("Cissé", "Zoé", "102")
MANY = [waits(f"Jeune{n}", "Sam") for n in range(20)]


class Collection:
    """The profile collection of a house."""

    def __init__(self, house: House) -> None:
        self.house = house

    def prepare(self, rows: Sequence[ProfileRow], at: datetime = FIRST, answers: Answers = Answers(), **form: Any):
        competences = [f"Compétence {n}" for n in range(16)]
        form = {"external_id_label": f"Numéro ({at})", "competences": competences, **form}
        data = write_profiles(PROFILES, rows, **form)
        return self.house.importer.prepare(data, file_name(PROFILES, at), answers)

    def see(self, rows: Sequence[ProfileRow], *asked: Any, **form: Any) -> ImportPreview:
        return seen(self.prepare(rows, *asked, **form))

    def receive(self, rows: Sequence[ProfileRow], at: datetime = FIRST, **form: Any) -> ImportCounts:
        return self.house.record(self.prepare(rows, at, **form)).counts

    def told(self, rows: Sequence[ProfileRow], at: datetime) -> list[tuple[What, str]]:
        prepared = self.see(rows, at)
        return [(change.what, change.last_name) for change in prepared.changes]

    @property
    def campaign(self) -> UUID:
        return self.house.engine.claim_holders("campaign", [str(PROFILES.id)])[str(PROFILES.id)]

    def declare(self, purpose: str = "profile") -> None:
        self.house.declare(self.campaign, name=PROFILES.name, code=PROFILES.code, purpose=purpose)

    def states(self) -> dict[UUID, Participation]:
        return {one.stream: self.house.participation(one.stream) for one in self.house.known(self.campaign)}

    def summary(self) -> list[tuple[str, int | None, str]]:
        return sorted(
            (one.last_name, one.profile.pix if one.profile else None, "vanished" if one.vanished else "")
            for one in self.states().values()
        )


@pytest.fixture
def collection(house: House) -> Collection:
    return Collection(house)


# --- one export


def test_a_profile_export_is_recorded_with_what_it_says(collection: Collection) -> None:
    house = collection.house
    prepared = collection.prepare([sends(AWA), BAH])
    assert prepared.preview
    assert (prepared.preview.kind, prepared.preview.with_result) == ("profile", 1)
    assert [(c.what, c.pix, c.certifiable) for c in prepared.preview.changes] == [
        ("new", 48, True),
        ("new", None, None),
    ]
    before = house.engine.head()
    assert house.record(prepared).counts == ImportCounts(new=2)
    assert house.told(before) == [
        "OrganisationAccepted",
        "CampaignFound",
        "ExportReceived",
        "ParticipationImported",
        "ProfileShared",
        "ParticipationImported",
    ]
    assert house.engine.references().campaigns[collection.campaign].kind == "profile"


def test_the_sample_is_imported_and_matched_by_number(house: House) -> None:
    aminata = house.open("Diallo", "Aminata", "12347")
    house.now = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
    imported = house.record(house.importer.prepare((DATA / PROFIL).read_bytes(), PROFIL))
    assert imported.counts == ImportCounts(new=3)
    house.declare(imported.campaign, name="Profils", code="QWERTY456", purpose="profile")
    diagnostic = house.dossier(aminata).diagnostic
    assert {one.profile.pix for one in diagnostic.participations.values()} == {34, 204}
    assert (diagnostic.profile.pix, diagnostic.profile.certifiable) == (204, True)
    assert diagnostic.current("initial") is None
    assert len(diagnostic.profile.levels) == 16


def test_a_profile_owes_the_advisor_nothing(collection: Collection) -> None:
    house = collection.house
    awa = house.open("Diallo", "Awa", "100")
    collection.receive([sends(AWA)])
    collection.declare()
    state = house.dossier(awa)
    assert state.diagnostic.profile.pix == 48
    assert not state.diagnostic.has_participation("initial")


def test_a_file_that_does_not_fit_its_campaign_is_not_recorded(collection: Collection) -> None:
    house = collection.house
    house.declare(name=PROFILES.name, code=PROFILES.code, purpose="initial")
    prepared = collection.prepare([sends(AWA)])
    assert prepared.preview
    assert prepared.preview.misfit
    with pytest.raises(Refused, match="not-its-kind"):
        house.record(prepared)
    campaign = house.engine.claim_holders("campaign-code", ["QWERTY456"])["QWERTY456"]
    house.importer.correct_purpose(
        campaign, purpose="profile", reason="collecte", by=house.referent, command_id=uuid4()
    )
    assert collection.receive([sends(AWA)]).new == 1


def test_an_assessment_does_not_come_into_a_profile_collection(collection: Collection) -> None:
    house = collection.house
    collection.receive([AWA])
    prepared = seen(house.importer.prepare(write_export(PROFILES, [row("Bah", "Ali")]), file_name(PROFILES, LATER)))
    assert prepared.misfit


# --- exports one after the other


def test_the_same_file_again_records_nothing(collection: Collection) -> None:
    collection.receive([sends(AWA), BAH])
    prepared = collection.see([sends(AWA), BAH])
    assert prepared.seen_before


def test_the_same_rows_later_change_nothing(collection: Collection) -> None:
    collection.receive([sends(AWA), BAH])
    assert collection.receive([BAH, sends(AWA)], LATER) == ImportCounts(unchanged=2)


def test_a_row_that_waited_and_is_sent_is_the_same_participation(collection: Collection) -> None:
    collection.receive([AWA, BAH])
    before = set(collection.states())
    assert collection.told([sends(AWA, JUNE), BAH], LATER) == [("shared", "Diallo")]
    assert collection.receive([sends(AWA, JUNE), BAH], LATER) == ImportCounts(shared=1, unchanged=1)
    assert set(collection.states()) == before
    assert collection.summary() == [("Bah", None, ""), ("Diallo", 48, "")]


def test_the_matched_dossier_learns_that_it_was_sent(collection: Collection) -> None:
    house = collection.house
    awa = house.open("Diallo", "Awa", "100")
    collection.receive([AWA])
    collection.declare()
    before = house.engine.head()
    collection.receive([sends(AWA, JUNE)], LATER)
    assert house.told(before) == ["ExportReceived", "ProfileShared", "ProfileReceived"]
    assert house.dossier(awa).diagnostic.profile.pix == 48


def test_another_sending_of_the_same_person_is_another_participation(collection: Collection) -> None:
    house = collection.house
    awa = house.open("Diallo", "Awa", "100")
    collection.receive([sends(AWA)])
    collection.declare()
    assert collection.receive([sends(AWA), sends(AWA, JUNE, 120)], LATER) == ImportCounts(new=1, unchanged=1)
    assert collection.summary() == [("Diallo", 48, ""), ("Diallo", 120, "")]
    assert house.dossier(awa).diagnostic.profile.pix == 120


def test_a_new_try_that_waits_stands_beside_the_one_that_was_sent(collection: Collection) -> None:
    collection.receive([AWA])
    first = next(iter(collection.states()))
    assert collection.receive([AWA, sends(AWA, JUNE)], LATER) == ImportCounts(new=1, shared=1)
    assert collection.states()[first].profile
    assert collection.receive([sends(AWA, JUNE), sends(AWA, JUNE + timedelta(days=9), 56)], LATEST).shared == 1
    assert collection.summary() == [("Diallo", 48, ""), ("Diallo", 56, "")]


def test_without_an_id_the_one_who_still_waits_is_the_one_known(collection: Collection) -> None:
    collection.receive([BAH])
    known = next(iter(collection.states()))
    assert collection.told([BAH, sends(BAH, JUNE)], LATER) == [("new", "Bah")]
    collection.receive([BAH, sends(BAH, JUNE)], LATER)
    assert collection.states()[known].profile is None


def test_nobody_can_tell_which_of_two_namesakes_has_sent(collection: Collection) -> None:
    collection.receive([BAH, BAH])
    prepared = collection.see([BAH, sends(BAH, JUNE)], LATER)
    assert [(q.code, q.count) for q in prepared.questions] == [("doubtful-rows", 1)]
    left = collection.see([BAH, sends(BAH, JUNE)], LATER, Answers(doubtful="leave"))
    assert left.counts == ImportCounts(unchanged=2)
    taken = collection.prepare([BAH, sends(BAH, JUNE)], LATER, Answers(doubtful="record"))
    assert collection.house.record(taken).counts.shared == 1


def test_two_namesakes_who_sent_in_the_same_minute_are_two(collection: Collection) -> None:
    collection.receive([BAH, sends(BAH)])
    assert collection.receive([sends(BAH), sends(BAH, MAY, 56)], LATER).shared == 1
    assert collection.summary() == [("Bah", 48, ""), ("Bah", 56, "")]
    assert sorted(one.ordinal for one in collection.states().values()) == [0, 1]


def test_a_profile_shown_again_with_other_numbers_is_corrected(collection: Collection) -> None:
    collection.receive([sends(AWA)])
    assert collection.told([sends(AWA, MAY, 56)], LATER) == [("corrected", "Diallo")]
    assert collection.receive([sends(AWA, MAY, 56)], LATER).shared == 1
    assert collection.summary() == [("Diallo", 56, "")]


def test_what_vanished_may_return_and_may_have_been_sent_meanwhile(collection: Collection) -> None:
    collection.receive([AWA, sends(CISSE), *MANY])
    counts = collection.house.record(collection.prepare(MANY, LATER)).counts
    assert counts.vanished == 2
    assert [s for s in collection.summary() if s[2]] == [("Cissé", 48, "vanished"), ("Diallo", None, "vanished")]
    counts = collection.receive([sends(AWA, JUNE), sends(CISSE), *MANY], LATEST)
    assert (counts.shared, counts.progressed, counts.new) == (1, 1, 0)
    assert [s for s in collection.summary() if s[2]] == []


# --- older exports


def test_an_older_export_undoes_nothing(collection: Collection) -> None:
    collection.receive([sends(AWA), BAH])
    assert collection.receive([AWA, BAH], EARLIER) == ImportCounts(unchanged=2)
    assert collection.summary() == [("Bah", None, ""), ("Diallo", 48, "")]


def test_an_older_export_adds_who_was_unknown(collection: Collection) -> None:
    collection.receive([sends(AWA, JUNE)], LATER)
    counts = collection.receive([sends(AWA, EARLIER - timedelta(days=1), 40), AWA, CISSE], FIRST)
    assert counts == ImportCounts(new=2, unchanged=1)
    assert collection.summary() == [("Cissé", None, ""), ("Diallo", 40, ""), ("Diallo", 48, "")]


# --- days and times


def test_a_day_stands_for_the_time_of_that_day(collection: Collection) -> None:
    collection.receive([sends(AWA, Moment(date(2026, 5, 10))), BAH], dates="day")
    assert collection.receive([sends(AWA), BAH], LATER) == ImportCounts(unchanged=2)
    assert collection.receive([sends(AWA, Moment(date(2026, 5, 10))), BAH], LATEST, dates="day") == ImportCounts(
        unchanged=2
    )


# --- whatever comes in

rows = st.lists(
    st.builds(
        lambda who, at, pix: who if at is None else sends(who, at, pix),
        st.sampled_from([AWA, BAH, CISSE]),
        st.none() | st.sampled_from([MAY, MAY + timedelta(minutes=1), JUNE]),
        st.sampled_from([8, 48]),
    ),
    max_size=6,
)


@given(st.lists(rows, min_size=1, max_size=4))
@settings(max_examples=few(0.5), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_last_export_is_what_is_known_whatever_came_before(
    tmp_path_factory: pytest.TempPathFactory, exports: list[list[ProfileRow]]
) -> None:
    house = House(tmp_path_factory.mktemp("house"))
    collection = Collection(house)
    answers = Answers(accept_vanished=True, doubtful="record")
    shown: list[ProfileRow] = []
    for number, shown in enumerate(exports):
        if shown:
            house.record(collection.prepare(shown, FIRST + timedelta(days=number), answers))
    known = [one for one in collection.states().values() if not one.vanished] if any(exports) else []
    if shown:
        assert sorted((one.last_name, one.profile.pix if one.profile else -1) for one in known) == sorted(
            (row.last_name, row.pix or -1) for row in shown
        )
        again = collection.see(shown, FIRST + timedelta(days=9), answers)
        assert again.counts == ImportCounts(unchanged=len(shown))
    house.side.database.dispose()
    house.engine.close()
