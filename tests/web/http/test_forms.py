"""The fields of a form, as routes take them."""

from datetime import date
from typing import IO, Annotated
from uuid import UUID

import pytest
from fastapi import FastAPI, HTTPException
from starlette.datastructures import UploadFile

from tests.web.client import LocalClient
from web.french.typography import typeset
from web.http.forms import Form, FormData, Label, Pair, UploadData, validate


class Choice(Form):
    one: Pair | None = None
    more: tuple[Pair, ...] = ()
    some: tuple[str, ...] | None = None


def test_a_file_is_open_in_the_route_and_closed_after_it_whatever_the_answer() -> None:
    app, taken, read = FastAPI(), list[IO[bytes]](), list[bytes]()

    @app.post("/{wanted}")
    def take(wanted: int, data: UploadData) -> str:
        files = [data["file"]] if isinstance(data["file"], UploadFile) else data["file"]
        taken.extend(one.file for one in files)
        read.extend(one.file.read() for one in files)
        if wanted != 200:
            raise HTTPException(wanted)
        return "taken"

    client, files = LocalClient(app), [("file", ("a.csv", b"Nom")), ("file", ("b.csv", b"Awa"))]
    assert client.post("/200", files=files[:1]).status_code == 200
    assert client.post("/409", files=files).status_code == 409
    assert read == [b"Nom", b"Nom", b"Awa"]
    assert all(one.closed for one in taken)


def test_a_form_that_takes_no_file_refuses_one() -> None:
    app = FastAPI()

    @app.post("/")
    def take(data: FormData) -> str:
        return str(data)

    client = LocalClient(app)
    assert client.post("/", data={"name": "Awa"}).status_code == 200
    assert client.post("/", data={"name": "Awa"}, files={"file": ("a.csv", b"Nom")}).status_code == 400


def test_two_ids_in_one_field_are_one_value_though_it_may_be_missing() -> None:
    first, second = UUID(int=1), UUID(int=2)
    told = {"command_id": str(first), "one": f"{first}:{second}", "more": f"{second}:{first}"}
    assert validate(Choice, told) == (Choice(command_id=first, one=(first, second), more=((second, first),)), {})
    assert validate(Choice, {"command_id": str(first), "one": ""}) == (Choice(command_id=first), {})
    with pytest.raises(HTTPException):
        validate(Choice, {**told, "one": [told["one"]] * 2})


def test_a_field_of_many_may_be_missing() -> None:
    told = {"command_id": str(UUID(int=1)), "some": ["a", "", "b"]}
    assert validate(Choice, told) == (Choice(command_id=UUID(int=1), some=("a", "b")), {})


class Pause(Form):
    until: Annotated[date, Label("Jusqu’au", "date")]
    day: Annotated[date | None, Label("Le jour", "date")] = None


def test_the_error_of_an_optional_field_names_it() -> None:
    sent = {"command_id": str(UUID(int=1)), "until": "demain", "day": "bientôt"}
    assert validate(Pause, sent)[1] == {
        "until": "Écrivez une date qui existe, comme 16/03/2026.",
        "day": typeset("Le jour : écrivez une date qui existe, comme 16/03/2026."),
    }
