"""Loans of dossiers: their sentences, who may give them back, and giving them back before their day."""

from collections.abc import Collection
from uuid import UUID

from pixflow.dossier.assignment import assign_advisor, return_dossier
from projections import dossier_sheet
from projections.dossier_sheet import PortfolioLoan
from web.desk.bulk import RowOutcome, take_row
from web.desk.colleagues import day
from web.desk.desk import Desk
from web.desk.names import names_for
from web.french import typography
from web.french.typography import plural, say
from web.http.forms import Day, Form


class ReturnForm(Form):
    """One loan: its dossiers are those that the borrower follows for the lender through that day."""

    lender: UUID
    borrower: UUID
    until: Day


def loan_rows(desk: Desk, people: Collection[UUID] | None = None) -> list[tuple[PortfolioLoan, str, str, str]]:
    """Returns the loans that these people made or received, by their last day; those of everybody without `people`.

    Each with its sentence, the button that gives it back ("" when the person at the desk may not), and what follows.
    """
    return [(loan, *_in_words(desk, loan)) for loan in dossier_sheet.loans(desk.read, people)]


def _in_words(desk: Desk, loan: PortfolioLoan) -> tuple[str, str, str]:
    names = names_for(desk)
    lender, borrower = names.staff(loan.lender), names.staff(loan.borrower)
    many, until = plural(loan.n, "dossier"), day(desk, loan.until)
    values = {"many": many, "of": typography.de(lender), "to": borrower, "until": until}
    if loan.lender == desk.me:
        text, button = "{many} à vous, {confided} à {to} jusqu’au {until}", "Reprendre"
    elif loan.borrower == desk.me:
        text, button = "{many} {of}, que vous suivez jusqu’au {until}", "Rendre"
    else:
        text, button = "{many} {of}, {confided} à {to} jusqu’au {until}", "Reprendre"
    confided = "confié" if loan.n == 1 else "confiés"
    followed = "Vous suivez" if loan.lender == desk.me else say("{lender} suit", lender=lender)
    return (
        say(text, confided=confided, **values),
        button if may_return(desk, loan.lender, loan.borrower) else "",
        say("{followed} de nouveau {many} dès maintenant.", followed=followed, many=many),
    )


def may_return(desk: Desk, lender: UUID, borrower: UUID) -> bool:
    """Tells if a loan may be given back at this desk, to a lender who still works here."""
    known = desk.refs.team.get(lender)
    party = not desk.owners.isdisjoint((lender, borrower)) and desk.has_role_for(return_dossier)
    return known is not None and known.works(desk.today) and (party or desk.may(assign_advisor))


def give_back(desk: Desk, form: ReturnForm) -> list[tuple[UUID, RowOutcome]]:
    """Gives each dossier of a loan back to its lender: one command each."""
    names, bulk = names_for(desk), form.command_id
    lent = dossier_sheet.lent(desk.read, form.lender, form.borrower, form.until)
    return [(one, take_row(desk, names, bulk, one, return_dossier, context={"bulk": bulk})) for one in lent]
