"""Checks that several decisions on a dossier begin with."""

from datetime import date

from pixflow.dossier.state import Dossier
from pixflow.refused import Refused


def must_be_open(dossier: Dossier) -> None:
    """Raises Refused("unknown-dossier") or Refused("closed")."""
    if dossier.opened is None:
        raise Refused("unknown-dossier")
    if dossier.closed:
        raise Refused("closed", on=dossier.closed.on)


def must_keep_its_circle(dossier: Dossier) -> None:
    """Raises Refused("erasure-asked") while an erasure is requested: it names who is erased, and nobody else is."""
    if dossier.erasure:
        raise Refused("erasure-asked", on=dossier.erasure.stamp.on)


def must_have_no_seat(dossier: Dossier, on: date) -> None:
    """Raises Refused("seat-booked") while a seat is booked in a workshop to come."""
    seat = dossier.diagnostic.seat
    if seat and seat.status == "booked" and seat.day >= on:
        raise Refused("seat-booked", day=seat.day)
