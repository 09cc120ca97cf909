"""Parses the form of a grid, with one error by field."""

from collections.abc import Iterator, Mapping, Sequence

from pixflow.documents.grille import KINDS, Band, Grille, GrilleProblem, Proposal, problems
from pixflow.identity import normalise
from web.french import typography, validation
from web.french.errors import refusals
from web.french.typography import say, upper_first
from web.pages.protocol.grid_form import MOST, GridSheet, ProposalSheet, whole_number

LONGEST = 2_000
END = 100
TOO_HIGH = "La tranche finit à {high} et une autre la suit : elle doit finir avant {end}."
TOO_LONG = validation.invalid("string_too_long", {"max_length": LONGEST})


def parse(sheet: GridSheet) -> tuple[Grille | None, Mapping[str, str]]:
    """The grid that was typed, or what is wrong, by field; "" for the grid as a whole_number."""
    errors = dict(_missing(sheet))
    lows, highs = sheet.lows, [whole_number(band.high) for band in sheet.bands]
    if None in highs:
        return None, errors
    bands = tuple(
        Band(low or 0, high or 0, band.objective, band.short, _proposals(band.lines))
        for low, high, band in zip(lows, highs, sheet.bands, strict=True)
    )
    document = Grille(sheet.name, "half-up", bands)
    for place, sentence in _broken(document):
        errors[place] = f"{errors[place]} {sentence}" if place in errors else sentence
    return (None if errors else document), errors


def _proposals(lines: Sequence[ProposalSheet]) -> tuple[Proposal, ...]:
    """Returns the proposals; a new one gets an id made of its label."""
    taken = {line.id for line in lines if line.id}
    made = []
    for line in lines:
        id = line.id or _new_id(line.label, taken)
        taken.add(id)
        made.append(
            Proposal(
                id,
                line.label,
                line.kind,
                line.note,
                line.advisor_only,
                line.partner or None,
                line.programmes,
                line.needs_project,
            )
        )
    return tuple(made)


def _new_id(label: str, taken: set[str]) -> str:
    plain = normalise(label).replace(" ", "-") or "proposition"
    return next(id for id in (plain, *(f"{plain}-{n}" for n in range(2, MOST + 2))) if id not in taken)


# --- what is wrong


def _missing(sheet: GridSheet) -> Iterator[tuple[str, str]]:
    yield from _unfit("name", sheet.name)
    if len(sheet.note) > LONGEST:
        yield "note", TOO_LONG
    for i, band in enumerate(sheet.bands):
        if whole_number(band.high) is None:
            yield f"b{i}-high", validation.invalid("int_parsing", {})
        yield from _unfit(f"b{i}-short", band.short)
        yield from _unfit(f"b{i}-objective", band.objective)
        for j, line in enumerate(band.lines):
            yield from _unfit(f"b{i}-p{j}-label", line.label)
            if line.kind not in KINDS:
                yield f"b{i}-p{j}-kind", validation.invalid("literal_error", {})
            for name in ("note", "partner"):
                if len(getattr(line, name)) > LONGEST:
                    yield f"b{i}-p{j}-{name}", TOO_LONG


def _unfit(name: str, text: str) -> Iterator[tuple[str, str]]:
    if not text:
        yield name, validation.invalid("missing", {})
    elif len(text) > LONGEST:
        yield name, TOO_LONG


def _broken(grille: Grille) -> Iterator[tuple[str, str]]:
    """Yields the errors that keep the bands from covering 0 to 100 once, by the field that mends each."""
    too_high = [i for i, band in enumerate(grille.bands[:-1]) if band.high >= END]
    if too_high:
        i = too_high[0]
        yield f"b{i}-high", say(TOO_HIGH, high=typography.percent(grille.bands[i].high), end=typography.percent(END))
        return
    upside_down = [i for i, band in enumerate(grille.bands) if band.low > band.high]
    for i in upside_down:
        low, high = typography.percent(grille.bands[i].low), typography.percent(grille.bands[i].high)
        yield f"b{i}-high", say("Cette tranche commencerait à {low} et finirait à {high}.", low=low, high=high)
    for problem in problems(grille):
        if problem.code != "order":
            sentence = f"{upper_first(refusals.grille_problem(problem.code, problem.numbers))}."
            yield _place(grille.bands, problem, upside_down), sentence


def _place(bands: Sequence[Band], problem: GrilleProblem, upside_down: Sequence[int]) -> str:
    if problem.code in ("empty", "duplicate-proposal"):
        return next((f"b{i}-add" for i, band in enumerate(bands) if (band.low, band.high) == problem.numbers), "")
    return f"b{upside_down[0] if upside_down and problem.code != 'end' else len(bands) - 1}-high"
