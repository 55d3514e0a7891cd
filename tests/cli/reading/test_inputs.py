"""Lists, ranges, numbers and points, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bea.cli.reading import inputs
from bea.cli.reading.options import prose
from bea.errors import BeaError, DimensionError, OrderError, OutputError


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("0-4", [0, 1, 2, 3, 4]),
        ("0,2,4", [0, 2, 4]),
        ("4, 0-1", [0, 1, 4]),
        ("3", [3]),
        ("1-1", [1]),
        ("2,2", [2]),
        ("0..2", [0, 1, 2]),
        ("0 to 2", [0, 1, 2]),
        ("0 – 2", [0, 1, 2]),
        ("[0, 2]", [0, 2]),
        ("0 1 3-4", [0, 1, 3, 4]),
    ],
)
def test_orders(text: str, orders: list[int]) -> None:
    assert inputs.orders(text) == orders


@pytest.mark.parametrize("text", ["", "-1", "1-", "-", "a-b", "1;2", "0-4-6", "1.0", "101"])
def test_orders_that_are_none(text: str) -> None:
    with pytest.raises(OrderError):
        inputs.orders(text)


def test_an_order_range_of_other_programs_may_or_may_not_have_its_end() -> None:
    with pytest.raises(OrderError, match="write 0-3, with both ends in it"):
        inputs.orders("0:3")
    with pytest.raises(OrderError, match=r"write 0-3$"):
        inputs.orders("3..0")


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("1e-1:1e-3", "such as 0.1,0.032,0.01,0.0032,0.001"),
        ("0.001..0.1", "such as 0.001,0.0032,0.01,0.032,0.1"),
        ("1 to 16", "such as 1,2,4,8,16"),
        ("0.1:0.02:0.01", "such as 0.1,0.067,0.045,0.03,0.02"),
        ("0.1~0.001", "such as 0.1,"),
        ("-1:1", "separated by commas"),
        ("np.logspace(-3, -1, 5)", "separated by commas"),
        ("linspace(0, 1)", "separated by commas"),
        ("arange(3)", "separated by commas"),
        ("0.5, 1e-1:1e-3", "'1e-1:1e-3' is a range and no list"),
    ],
)
def test_a_range_of_numbers_is_refused_with_a_list_that_it_may_mean(text: str, listed: str) -> None:
    with pytest.raises(BeaError, match="is a range and no list") as caught:
        inputs.numbers(text, "--gammas")
    assert listed in str(caught.value)
    example = str(caught.value).rpartition("such as ")[2]
    if "such as" in listed:
        assert len(inputs.numbers(example, "--gammas")) == 5


def test_lists_as_they_are_copied() -> None:
    assert inputs.numbers("1e\N{MINUS SIGN}2, 0.5,", "--gammas") == [0.01, 0.5]
    assert inputs.numbers("-1 -2", "--start") == [-1.0, -2.0]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_numbers_are_read_as_python_writes_them(values: list[float]) -> None:
    assert inputs.numbers(", ".join(map(repr, values)), "--gammas") == values


@pytest.mark.parametrize(
    ("text", "value"), [("1/8", 0.125), ("2**(-3)", 0.125), ("1e-3", 1e-3), ("-1/2", -0.5)]
)
def test_numbers_may_be_exact(text: str, value: float) -> None:
    assert inputs.number(text, "--gamma") == value


@pytest.mark.parametrize("text", ["x", "", "1/0", "1,2", "0x10", "()", "__import__('os')"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BeaError, match="is not a number: write one such as"):
        inputs.number(text, "--gamma")


def test_points() -> None:
    assert inputs.points("1,2; 3,4;", "--starts") == [[1.0, 2.0], [3.0, 4.0]]
    assert inputs.points("0; 1", "--starts") == [[0.0], [1.0]]
    for text in ("(1, 2), (3, 4)", "[[1,2],[3,4]]", "1 2; 3 4", "[1 2] [3 4]", "(1,2);(3,4)"):
        assert inputs.points(text, "--starts") == [[1.0, 2.0], [3.0, 4.0]]
    for text in ("1 -2", "(1, -2)", "[1 - 0, -2]", "sqrt(1), 2 - 4"):
        assert inputs.points(text, "--starts") == [[1.0, -2.0]]
    assert inputs.points("1 / 2", "--starts") == [[0.5]]
    with pytest.raises(DimensionError, match="points of 2, 1 components"):
        inputs.points("1,2; 3", "--starts")


@pytest.mark.parametrize("text", ["0", "-3", "1.5", "many", ""])
def test_counts_are_whole(text: str) -> None:
    with pytest.raises(BeaError, match=f"--samples '{text}' is not possible"):
        inputs.whole(text, "--samples")


def test_folders_are_looked_at_and_not_made(tmp_path: Path) -> None:
    wanted = tmp_path / "a" / "b"
    assert inputs.out_folder(wanted) == wanted
    assert inputs.out_file(wanted / "c.txt") == wanted / "c.txt"
    assert not (tmp_path / "a").exists()


def test_a_figure_must_be_a_picture_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match="is a folder: give the name of a file"):
        inputs.check_figure(tmp_path / "folder.png")
    with pytest.raises(OutputError, match="is not the name of a picture"):
        inputs.check_figure(tmp_path / "figure")


def test_help_keeps_examples_and_joins_prose() -> None:
    text = "Do it.\n\n    With great\n    care.\n\n      bea one\n      bea two\n    "
    assert prose(text) == "Do it.\n\nWith great care.\n\n  bea one\n  bea two"
