"""Which finite sum is meant: one of the library, a list of losses, data with a model, or a loss
with a given covariance of its gradients.

What they are is in `bea.problems`; here stands how they are typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bea.cli.reading import options
from bea.cli.reading.sources import Source, refuse_method
from bea.cli.reading.subject import Chosen, Subject
from bea.cli.sgd import options as sgd_options
from bea.errors import BeaError

if TYPE_CHECKING:
    from bea.methods import Method
    from bea.problems import FiniteSum

_MODELS = ("linear", "logistic", "network")


@dataclass(frozen=True)
class SumText:
    """What was typed to say which finite sum is meant.

    Examples
    --------
    >>> SumText(losses="(x - a)**2/2; (x + a)**2/2").read({"a": "1"}).covariance()
    ((1,),)
    >>> SumText(positional="x**2/2 + y**2", covariance="2, 1; 1, 1").read({}).covariance()
    ((2, 1), (1, 1))
    """

    positional: str | None = None
    loss: str | None = None
    losses: str | None = None
    data: Path | None = None
    model: str | None = None
    covariance: str | None = None
    variables: str | None = None

    @property
    def text(self) -> str | None:
        """The name, expression or file that was given, if any."""
        given = {
            "a problem": self.positional,
            "--loss": self.loss,
            "--losses": self.losses,
            "--data": None if self.data is None else str(self.data),
        }
        found = {name: value for name, value in given.items() if value is not None}
        if len(found) > 1:
            refuse_method(self.positional)
            raise BeaError(f"{' and '.join(found)} are given together: give one of them")
        if self.losses is not None and not self.losses.replace(";", " ").strip():
            raise BeaError("--losses is empty: write them, such as '(x - 1)**2; (x + 1)**2'")
        if (self.data is None) != (self.model is None):
            raise BeaError(
                "--data and --model go together: give a file, and linear, logistic, network or an "
                "expression in the names of its columns"
            )
        if self.covariance is not None and (self.losses or self.data):
            raise BeaError(
                "a sum of losses has a covariance of its own: give --covariance with one loss"
            )
        return next(iter(found.values()), None)

    def read(self, parameters: Mapping[str, Any]) -> FiniteSum:
        """Return the finite sum, with these parameters."""
        from bea import problems

        if self.losses is not None:
            return problems.finite_sum(self._parts, self.variables, parameters)
        if self.data is not None:
            return self._from_data(self.data, parameters)
        found: Any = self._source.read(parameters)
        if self.covariance is not None and isinstance(found, problems.FiniteSum):
            raise BeaError(
                f"'{found.name}' is a finite sum and has a covariance of its own: leave "
                "--covariance out"
            )
        if self.covariance is not None:
            return problems.with_gradient_covariance(_loss(found), _matrix(self.covariance))
        if not isinstance(found, problems.FiniteSum):
            raise BeaError(
                f"'{found.name}' is no finite sum: give the covariance of its gradients, such as "
                f"--covariance '{', '.join('1' * found.dimension)}', or one of "
                f"{', '.join(_library())}"
            )
        return found

    def parameter_names(self) -> list[str]:
        """Return the names that a `--param` of this problem may have."""
        from bea.algebra.language.expressions import free_symbols
        from bea.algebra.language.grammar import declared_names, parse_components

        declared = set(declared_names(self.variables or ""))
        if self.losses is not None:
            parts = [part for text in self._parts for part in parse_components(text)]
        elif self.data is not None and self.model not in _MODELS:
            parts = list(parse_components(self.model or ""))
            declared |= set(self._columns(self.data))
        elif self.data is not None:
            return []
        else:
            return self._source.parameter_names()
        return sorted(frozenset().union(*map(free_symbols, parts)) - declared)

    # --- private helpers ----------------------------------------------------------------------

    @property
    def _parts(self) -> list[str]:
        return [part.strip() for part in (self.losses or "").split(";") if part.strip()]

    @property
    def _source(self) -> Source:
        return Source(self.positional, self.loss, variables=self.variables)

    def _columns(self, path: Path) -> dict[str, list[str]]:
        from bea.cli.reading.columns import read_columns

        return read_columns(path)

    def _from_data(self, path: Path, parameters: Mapping[str, Any]) -> FiniteSum:
        """Return the sum of a model over the rows of a file, its last column the target."""
        from bea import problems
        from bea.algebra.language.expressions import free_symbols
        from bea.algebra.language.grammar import parse

        assert self.model is not None
        columns = self._columns(path)
        if self.model not in _MODELS:
            used = free_symbols(parse(self.model))
            kept = {name: column for name, column in columns.items() if name in used}
            if not kept:
                raise BeaError(
                    f"the model '{self.model}' holds none of the columns {', '.join(columns)} of "
                    f"'{path}': use their names"
                )
            return problems.from_data(self.model, kept, self.variables, parameters)
        if self.variables is not None:
            raise BeaError(f"the model '{self.model}' has its own variables: leave --variables out")
        *inputs, targets = columns.values()
        if not inputs or (self.model == "network" and len(inputs) != 1):
            count = "one column" if self.model == "network" else "one column or more"
            raise BeaError(
                f"'{path}' has the column(s) {', '.join(columns)}: the model '{self.model}' takes "
                f"{count} of inputs, and then that of the targets"
            )
        if self.model == "network":
            return problems.network_model(inputs[0], targets)
        make = problems.linear_model if self.model == "linear" else problems.logistic_model
        return make([list(row) for row in zip(*inputs, strict=True)], targets)


@dataclass(frozen=True)
class SumSubject:
    """The options by which commands say which finite sum and which method to follow."""

    loss: options.Loss = None
    losses: sgd_options.Losses = None
    covariance: sgd_options.Covariance = None
    data: sgd_options.Data = None
    model: sgd_options.Model = None
    variables: options.Variables = None
    update: options.Update = None
    param: options.Params = None

    def chosen(self, method: str | None, positional: str | None) -> Chosen:
        """Return method and finite sum, if one is given; see `Subject.chosen`."""
        source = SumText(
            positional, self.loss, self.losses, self.data, self.model, self.covariance,
            self.variables,
        )  # fmt: skip
        if source.text is None and self.covariance is not None:
            raise BeaError("--covariance is given without a loss: name one, or add --loss")
        return Subject(update=self.update, param=self.param).on(method, source)

    def numeric(self, method: str | None, positional: str | None) -> tuple[Method, FiniteSum]:
        """Return method and finite sum where there must be numbers to run with."""
        chosen = self.chosen(method, positional)
        total: Any = chosen.problem
        if total is None:
            raise BeaError(
                f"no finite sum is given: name one ({', '.join(_library())}), or give --losses, "
                "--data and --model, or a loss with --covariance"
            )
        total.require_values()
        return chosen.method, total


# --- private helpers ----------------------------------------------------------------------------


def _library() -> list[str]:
    """Return the names of the finite sums that have one."""
    from bea.problems import available
    from bea.problems.sums.finite_sum import SumProblem

    return [n for n, r in available("loss").items() if isinstance(r.default, SumProblem)]


def _loss(found: Any) -> Any:
    from bea.fields import Loss

    if not isinstance(found, Loss):
        raise BeaError(f"'{found.name}' is a vector field and no loss: give a loss")
    return found


def _matrix(text: str) -> list[Any]:
    """Return the rows of a covariance, or the variances alone, as exact texts.

    >>> _matrix("1, 1/2"), _matrix("2, 1; 1, 1")
    (['1', '1/2'], [['2', '1'], ['1', '1']])
    """
    from bea.problems.problem import entries

    rows = [entries(row, "--covariance") for row in text.split(";")]
    return rows[0] if len(rows) == 1 else rows
