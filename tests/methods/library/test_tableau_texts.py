"""Tableaus from files, in the forms in which people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.errors import BeaError, TableauError
from bea.methods import available, get
from bea.methods.library.tableau_texts import tableau_of

HEUN = get("heun").tableau


@pytest.mark.parametrize(
    "text",
    [
        "0 |\n1 | 1\n--+------\n  | 1/2 1/2",
        "0 │ 0 0\n1 │ 1 0\n──┼────\n  │ 1/2, 1/2",
        "0 | 0 0\n1 | 1 0\n | 1/2 1/2",
        "# Heun\nA = 0, 0; 1, 0\nb = 1/2, 1/2  # weights\nc = 0, 1",
        "A = [[0, 0],\n     [1, 0]]\nb = [1/2, 1/2]",
        '{"A": [[0, 0], [1, 0]], "b": [0.5, "1/2"], "name": "Heun"}',
        "\ufeffb: 1/2 1/2\nA: 0 0; 1 0",
    ],
)
def test_forms(text: str) -> None:
    assert tableau_of(text) == (HEUN, None)


@pytest.mark.parametrize("name", sorted(n for n, c in available().items() if hasattr(c, "tableau")))
def test_what_is_printed_is_read(name: str) -> None:
    if name != "runge-kutta":
        tableau = get(name).tableau
        assert repr(tableau_of(repr(tableau))[0]) == repr(tableau)


def test_embedded_weights() -> None:
    assert tableau_of("0|\n1|1\n--\n|1/2 1/2\n|1 0")[1] == "1 0"
    assert tableau_of("A=0;1\nb=1/2 1/2\nbhat=1 0")[1] == "1 0"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "there is no tableau in 'hello'"),
        ("", "there is no tableau"),
        ("A = 0", "the tableau has no b"),
        ("A = 0\nb = 2", "add up to 2"),
        ("A = 0\nA = 1\nb = 1", "'A' is given twice"),
        ("1 | 0\n--\n | 1", "row 1 of A adds up to 0 but c"),
        ("0 | 0\nnonsense\n | 1", "the line 'nonsense' has no |"),
        ("{", "the JSON cannot be read"),
        ('{"A": ' + "[" * 5000, "the JSON cannot be read"),
        ("0" * 300_000, "too many for a tableau"),
        ("A = __import__('os')\nb = 1", "A"),
    ],
)
def test_mistakes_are_told(text: str, message: str) -> None:
    with pytest.raises(TableauError, match="(?s)" + message.replace("|", r"\|")):
        tableau_of(text)


@given(st.text(alphabet='Ab=|-+;,01/2 \n{}[]":', max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tableau_of(text)
    except BeaError as error:
        assert "\n" not in str(error)
