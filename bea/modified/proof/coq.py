"""The record of a proof as a file that Coq's kernel accepts: a checker to be read, and the numbers.

The checker knows trees, their cuts, the flow of a field (the exponential of the Lie derivative:
Hairer, Lubich and Wanner, Geometric Numerical Integration, section IX.9.1) and the composition of
f with a series (ibid., lemma III.1.9), computes in Coq's rationals, and uses no axiom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

CHECKER = r"""
Require Import List Arith QArith. Import ListNotations.
Inductive tree := T (color : nat) (children : list tree). (* canonical: the children sorted *)
Fixpoint cmp (s t : tree) : comparison := match s, t with T c l, T d m =>
  match Nat.compare c d with Eq => (fix go l m := match l, m with [], [] => Eq | [], _ => Lt
    | _, [] => Gt | x :: l, y :: m => match cmp x y with Eq => go l m | r => r end end) l m
  | r => r end end. Definition same s t := match cmp s t with Eq => true | _ => false end.
Fixpoint insert t l := match l with [] => [t] | x :: r => match cmp t x with
  Gt => x :: insert t r | _ => t :: l end end. Definition node c l := T c (fold_right insert [] l).
Fixpoint size t := match t with T _ l => S (fold_right (fun x n => size x + n)%nat O l) end.
(* Cutting one edge leaves a branch and the trunk with the root. *)
Fixpoint cuts t : list (tree * tree) := match t with T c l =>
  (fix go seen l := match l with [] => [] | x :: r => (x, node c (seen ++ r)) ::
    map (fun p => (fst p, node c (snd p :: seen ++ r))) (cuts x) ++ go (x :: seen) r end) [] l end.
(* A leaf put on one node in turn: all trees of n + 1 nodes come from those of n in this way. *)
Fixpoint grown leaf t : list tree := match t with T c l => node c (leaf :: l) ::
  (fix go seen l := match l with [] => [] | x :: r =>
    map (fun y => node c (y :: seen ++ r)) (grown leaf x) ++ go (x :: seen) r end) [] l end.
Fixpoint place t l := match l with [] => O | x :: r => if same t x then O else S (place t r) end.
Definition complete n colors trees := let leaves := map (fun c => T c []) (seq 0 colors) in
  let has t := Nat.ltb (place t trees) (length trees) in forallb has leaves && forallb (fun t =>
    if Nat.ltb (size t) n then forallb (fun x => forallb has (grown x t)) leaves else true) trees.
(* A series e theta + sum of gamma^|tau| a(tau)/sigma(tau) F(tau): e, and a over all trees. *)
Definition series := (Q * list Q)%type. Definition get (l : list Q) i := nth i l 0.
Definition add x y := Qred (x + y). Definition mul x y := Qred (x * y).
Definition total := fold_right add 0. Definition product := fold_right mul 1.
Fixpoint zip {A B C} (f : A -> B -> C) l m :=
  match l, m with x :: l, y :: m => f x y :: zip f l m | _, _ => [] end.
Fixpoint all2 {A B} (f : A -> B -> bool) l m := match l, m with
  [], [] => true | x :: l, y :: m => f x y && all2 f l m | _, _ => false end.
Definition plus (s t : series) := (add (fst s) (fst t), zip add (snd s) (snd t)).
Definition scale c (s : series) := (mul c (fst s), map (mul c) (snd s)).
Definition equal (s t : series) := Qeq_bool (fst s) (fst t) && all2 Qeq_bool (snd s) (snd t).
(* The derivative of s along the field b, and s after its flow: exp(D) s, which ends on n nodes. *)
Definition lie cut b (s : series) : series := (0, zip (fun own pairs => add (mul own (fst s))
  (total (map (fun p => mul (get b (fst p)) (get (snd s) (snd p))) pairs))) b cut).
Fixpoint flow (cut : list (list (nat * nat))) b n k s := match n with O => s
  | S n => plus s (flow cut b n (k + 1) (scale (/ k) (lie cut b s))) end.
(* A register: f at theta + ..., f' there along v, a part of v, v where a part flows to, given. *)
Definition sum := list (Q * nat). Inductive op := Field (x : sum) | Slope (x v : sum)
  | Share (c : nat) (v : sum) | Flow (c : nat) (w : Q) (v : sum) | Given (s : series).
Definition value zero (regs : list series) (x : sum) :=
  fold_right (fun p s => plus (scale (fst p) (nth (snd p) regs (0, []))) s) zero x.
Fixpoint leibniz a v l := match l with [] => 0 | i :: r =>
  add (mul (get v i) (product (map (get a) r))) (mul (get a i) (leibniz a v r)) end.
Definition apply n cut kids zero regs o : series := let at_ := value zero regs in let of c k a :=
    if Nat.eqb (fst k) c then a else 0 in let point x g := let s := at_ x in
    (0, if Qeq_bool (fst s) 1 then map (fun k => g (snd s) (snd k)) kids else []) in
  match o with Given s => s | Field x => point x (fun a l => product (map (get a) l))
  | Slope x v => point x (let w := snd (at_ v) in fun a => leibniz a w) | Share c v =>
    (0, zip (of c) kids (snd (at_ v))) | Flow c w v =>
    flow cut (map (fun k => match snd k with [] => of c k w | _ => 0 end) kids) n 1 (at_ v) end.
Definition check n colors trees b memory ops equations (after : list sum) :=
  let at_ t := place t trees in let filled s := Nat.eqb (length (snd s)) (length trees) in
  let kids := map (fun t => match t with T c l => (c, map at_ l) end) trees in
  let cut := map (fun t => map (fun p => (at_ (fst p), at_ (snd p))) (cuts t)) trees in
  let zero := (0, map (fun _ => 0) trees) in let start := (1, snd zero) :: memory in
  let regs := fold_left (fun regs o => regs ++ [apply n cut kids zero regs o]) ops start in
  let v := value zero regs in complete n colors trees && forallb filled ((0, b) :: regs)
  && forallb (fun p => equal (v (fst p)) (v (snd p))) equations
  && all2 (fun s x => equal (flow cut b n 1 s) (v x)) start after.
""".strip()


def coq_text(record: dict[str, Any]) -> str:
    """Return the file for a record of `bea.modified.proof.record.proof_record`.

    `coqc FILE` accepts it, and refuses it with any coefficient changed.
    """
    names = [f"c{i}" for i in range(record["colors"])]
    memory = [_series(part) for part in record["memory"]]
    equations = [f"({_sum(a)}, {_sum(b)})" for a, b in record["equations"]]
    parts = [
        f"(* The modified equation of {record['method']} to gamma^{record['order']}.\n"
        "   The flow of the field for one step is the step of the method, for every vector field\n"
        "   at once, on all trees of so many nodes; memory is slaved to theta, and the manifold\n"
        "   is invariant. Check it with: coqc FILE *)",
        CHECKER,
        "\n".join(f"Notation {name} := (T {i})." for i, name in enumerate(names)),
        _list("trees", "tree", [_tree(tree) for tree in record["trees"]]),
        _list("field", "Q", [_number(b) for b in record["field"]]),
        _list("memory", "series", memory),
        _list("step", "op", [_operation(entry) for entry in record["registers"]]),
        _list("equations", "(sum * sum)", equations),
        _list("after", "sum", [_sum(part) for part in record["after"]]),
        f"Definition nodes := {record['nodes']}%nat. Definition colors := {record['colors']}%nat.",
        "Theorem the_flow_is_the_step :\n"
        "  check nodes colors trees field memory step equations after = true.\n"
        "Proof. vm_cast_no_check (eq_refl true). Qed.\n"
        "Print Assumptions the_flow_is_the_step.",
    ]
    return "\n\n".join(parts) + "\n"


# --- private helpers ----------------------------------------------------------------------------


def _list(name: str, kind: str, entries: Sequence[str]) -> str:
    inside = ";\n  ".join(entries)
    return f"Definition {name} : list {kind} := [\n  {inside}\n]."


def _tree(tree: Sequence[Any]) -> str:
    color, children = tree
    return f"c{color} [{'; '.join(_tree(child) for child in children)}]"


def _number(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _series(series: dict[str, Any]) -> str:
    inside = "; ".join(_number(c) for c in series["coefficients"])
    return f"({_number(series['identity'])}, [{inside}])"


def _sum(pairs: Sequence[Sequence[Any]]) -> str:
    return "[" + "; ".join(f"({_number(c)}, {register}%nat)" for c, register in pairs) + "]"


def _operation(entry: dict[str, Any]) -> str:
    name = entry["operation"]
    if name == "given":
        return f"Given {_series(entry)}"
    color = f" {entry['color']}" if "color" in entry else ""
    time = f" ({entry['time']})" if "time" in entry else ""
    return f"{name.capitalize()}{color}{time} " + " ".join(map(_sum, entry["of"]))
