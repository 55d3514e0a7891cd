"""`--game`: two players with losses of their own, and the ways in which they play."""

from __future__ import annotations

from ..conftest import Bea

GAME = ("--game", "x*y; -x*y", "--players", "x; y")
JSON = ("--format", "json")


def test_players_move_at_once_unless_told_otherwise(bea: Bea) -> None:
    run = bea("derive", *GAME, "--order", "1", *JSON)
    assert run.json["method"] == "simultaneous"
    # Simultaneous play spirals out: f_1 = -f'f/2 = (x, y)/2 points away from the equilibrium.
    assert run.json["terms"] == [["-y", "x"], ["x/2", "y/2"]]


def test_rates_may_be_open_or_given(bea: Bea) -> None:
    rates = ("--rates", "1; r", "--order", "0", *JSON)
    symbolic = bea("derive", *GAME, *rates).json["terms"][0]
    given = bea("derive", *GAME, *rates, "-p", "r=1/2").json["terms"][0]
    assert (symbolic, given) == (["-y", "x*r"], ["-y", "x/2"])


def test_the_game_says_who_moves_first(bea: Bea) -> None:
    game = ("--game", "a*b*u; -a*b*u", "--players", "a b; u")
    run = bea("derive", "alternating", *game, "--order", "1", *JSON)
    assert run.json["parameters"] == {"first": "2"}
    library = bea("drift", "bilinear-game", "-m", "alternating", "--orders", "0", *JSON)
    assert library.json["method"] == "alternating(first=1)"


def test_a_game_is_measured_and_verified(bea: Bea) -> None:
    run = bea("drift", *GAME, "-m", "alternating", "--orders", "0-2", *JSON)
    assert [round(entry["observed"], 1) for entry in run.json["orders"]] == [1.0, 2.0, 3.0]
    verdict = bea("verify", "--game", "x*y + x**2/4; -x*y", "--players", "x; y", "-k", "1")
    assert verdict.status == 0 and "confirmed: the iterates of simultaneous" in verdict.out


def test_a_game_of_the_library_is_played_at_once_too(bea: Bea) -> None:
    run = bea("drift", "dirac-gan", "--orders", "0", *JSON)
    assert run.json["method"] == "simultaneous"


def test_a_game_may_have_a_schedule_and_a_rule_of_ones_own(bea: Bea) -> None:
    scheduled = bea("drift", *GAME, "--schedule", "exponential(rate=1)", "--orders", "0-1", *JSON)
    assert [round(entry["observed"], 1) for entry in scheduled.json["orders"]] == [1.0, 2.0]
    own = bea("derive", *GAME, "--update", "theta = theta + gamma*f", "--order", "1", *JSON)
    assert own.json["terms"] == bea("derive", *GAME, "--order", "1", *JSON).json["terms"]
