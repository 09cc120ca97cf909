"""Reader of open data files of places: "lieux de médiation numérique", data·inclusion (docs/open-data.md)."""

from pixflow.open_data.place import CODES, Place, PlaceFile, PlaceProblem
from pixflow.open_data.reader import read

__all__ = ["CODES", "Place", "PlaceFile", "PlaceProblem", "read"]
