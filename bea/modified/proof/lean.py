"""A proof as a text in Lean 4 against LeanBSeries, a formalisation of B-series by D. Shmelev.

Of its definitions three are used: `substCoeff`, a field put into a B-series by the partitions of a
planar tree (Chartier, Hairer and Vilmart, "Algebraic structures of B-series", Found. Comput. Math.
10 (2010) 407-427, theorem 3.2), `RungeKutta.weight` of a tableau, and `PTree.treeFactorial`, whose
inverse is the exact flow. It is known there that modified coefficients exist and are the only ones
(`modifiedCoeff_unique`); the text has them, for one method. Source: LeanBSeries, files
BSeries/Substitution.lean and BSeries/Numerics/RungeKutta.lean, for Lean 4.32. The tests of bea do
not run Lean: they check the statement, with these definitions written out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bea.algebra import as_rational
from bea.errors import MethodError
from bea.methods import Method
from bea.methods.library.tableau import Tableau

HEAD = """
import BSeries.Substitution
import Mathlib.Algebra.Field.Rat
import Mathlib.Data.Fin.VecNotation

/- The modified equation of {method} to gamma^{order}: the flow of the field for one step is the
   step of the method, on all rooted trees of at most {nodes} nodes. Check it in a checkout of
   LeanBSeries, which defines everything but the numbers:  lake env lean FILE -/

open HopfAlgebras BSeries

namespace ModifiedEquation
""".strip()

CODE = """
/- Trees are planar there, and b is of trees whose branches have no order. `code` is the same for
   all planar forms of one: 1 opens a node and 0 closes it, and branches are sorted. -/
def before : List Nat → List Nat → Bool
  | [], _ => true
  | _ :: _, [] => false
  | a :: s, b :: t => if a == b then before s t else Nat.ble a b

def put (s : List Nat) : List (List Nat) → List (List Nat)
  | [] => [s]
  | t :: ts => if before s t then s :: t :: ts else t :: put s ts

mutual
def code : PTree → List Nat
  | .node ts => (1 :: (codes ts).flatten) ++ [0]
def codes : List PTree → List (List Nat)
  | [] => []
  | t :: ts => put (code t) (codes ts)
end
""".strip()

THEOREM = """
def modified (t : PTree) : ℚ := (table.lookup (code t)).getD 0

def exactFlow (t : PTree) : ℚ := (HopfAlgebras.PTree.treeFactorial t : ℚ)⁻¹

set_option maxRecDepth 100000 in
theorem the_flow_is_the_step :
    ∀ t ∈ trees, substCoeff modified exactFlow t = RungeKutta.weight method t := by
  decide +kernel

end ModifiedEquation
""".strip()


def lean_text(record: dict[str, Any], method: Method) -> str:
    """Return the file for a record of `bea.modified.proof.record.proof_record` and its method.

    Raises
    ------
    MethodError
        If the method is no Runge-Kutta method of one field.
    """
    tableau = getattr(method, "tableau", None)
    if not isinstance(tableau, Tableau) or record["colors"] != 1:
        raise MethodError(
            f"LeanBSeries has Runge-Kutta methods of one field, and {method.name} is none: take "
            "--proof coq"
        )
    rows = [f"![{', '.join(map(_entry, row))}]" for row in tableau.A]
    pairs = zip(record["trees"], record["field"], strict=True)
    table = [f"({_code(tree)}, {_number(b)})" for tree, b in pairs]
    parts = [
        HEAD.format(method=record["method"], order=record["order"], nodes=record["nodes"]),
        f"def method : RungeKutta (Fin {tableau.stages}) ℚ where\n"
        f"  A i j := ![{', '.join(rows)}] i j\n"
        f"  b i := ![{', '.join(map(_entry, tableau.b))}] i",
        CODE,
        _list("trees", "PTree", [_tree(tree) for tree in record["trees"]]),
        _list("table", "(List Nat × ℚ)", table),
        THEOREM,
    ]
    return "\n\n".join(parts) + "\n"


# --- private helpers ----------------------------------------------------------------------------


def _list(name: str, kind: str, entries: Sequence[str]) -> str:
    inside = ",\n  ".join(entries)
    return f"def {name} : List {kind} := [\n  {inside}]"


def _tree(tree: Sequence[Any]) -> str:
    return f".node [{', '.join(map(_tree, tree[1]))}]"


def _code(tree: Sequence[Any]) -> list[int]:
    """Return the code of a tree, as `code` in the text computes it."""
    return [1, *(bit for child in sorted(map(_code, tree[1])) for bit in child), 0]


def _entry(value: Any) -> str:
    return _number(str(as_rational(value)))


def _number(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
