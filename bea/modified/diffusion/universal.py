"""The stochastic modified equation for every loss and every gradient covariance at once.

For SGD, to weak order 3 (where the third cumulant of the noise is 0):

    dθ = −(∇L + γ/2 ∇²L∇L + γ²(1/3 (∇²L)²∇L + 1/12 ∇³L[∇L,∇L] − 1/4 ∇³L[Σ])) dt + √γ S dW,
    SSᵀ = Σ + γ/2 ((∇L·∇)Σ + ∇²LΣ + Σ∇²L)

with Σ = Σ(θ) the covariance of a step's gradient. To weak order 2 that is Li, Tai and E, JMLR 20
(2019) 1-47, theorem 9; the rest is derived in `bea.modified.diffusion.noise_terms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bea.algebra.language.building import divide, number
from bea.algebra.language.expressions import to_text
from bea.algebra.language.texts import all_digits
from bea.errors import OrderError
from bea.methods import Method
from bea.modified.derive import derive
from bea.modified.diffusion.noise_terms import noise_terms, without_decay
from bea.modified.memory.character import Character
from bea.modified.writing.script import LATEX, TEXT, Pair, coefficient_text, series, tree_terms

#: Beyond, more than the covariance of the noise enters.
HIGHEST_UNIVERSAL = 3

_WORDS = {
    "grad": ("∇³L[Σ]", "(∇L·∇)Σ", "(∇²LΣ + Σ∇²L)"),
    "f": ("f''[Σ]", "(f·∇)Σ", "(f'Σ + Σf'ᵀ)"),
    "grad-latex": (
        r"\nabla^{3} L[\Sigma]",
        r"(\nabla L\cdot\nabla)\Sigma",
        r"(\nabla^{2} L\,\Sigma + \Sigma\,\nabla^{2} L)",
    ),
    "f-latex": (
        r"f''[\Sigma]",
        r"(f\cdot\nabla)\Sigma",
        r"(f'\Sigma + \Sigma {f'}^{\top})",
    ),
}


class UniversalStochasticEquation:
    """dθ = b dt + √γ S dW for every loss; made by `bea.stochastic_equation` without a problem.

    Attributes
    ----------
    method : Method
    weak_order : int
        What was asked for; 3 is attained where the third cumulant of the gradient vanishes.
    noise : NoiseTerms
        The numbers with which the covariance enters.

    Examples
    --------
    >>> import bea
    >>> bea.stochastic_equation(bea.methods.gradient_descent(), weak_order=2)
    dθ = (−∇L − γ/2 ∇²L∇L) dt + √γ S dW,  SSᵀ = Σ
    """

    def __init__(self, method: Method, weak_order: int) -> None:
        if weak_order > HIGHEST_UNIVERSAL:
            raise OrderError(
                f"weak order {weak_order} takes more of the noise than its covariance: ask for at "
                f"most {HIGHEST_UNIVERSAL}, or give a finite sum"
            )
        self.method, self.weak_order = method, weak_order
        self._base, self.weight_decay = without_decay(method)
        self._equation = derive(Character(self._base), weak_order - 1)
        self.noise = noise_terms(self._base)

    def drift_terms(self, latex: bool = False) -> list[list[Pair]]:
        """Return, per power of gamma, (coefficient, what it multiplies) of the drift b."""
        notation = self._notation(latex)
        terms = tree_terms(self._equation.coefficients, self.weak_order - 1, notation)
        if self.weak_order > 2:
            # f is -grad L, and so is f'' of it.
            terms[2].append((self._signed(self.noise.drift), _WORDS[notation][0]))
        return terms

    def covariance_terms(self, latex: bool = False) -> list[list[Pair]]:
        """Return the same of the covariance S Sᵀ."""
        sigma = r"\Sigma" if latex else "Σ"
        terms: list[list[Pair]] = [[(self.noise.rate * self.noise.rate, sigma)]]
        if self.weak_order > 2:
            _, along, shear = _WORDS[self._notation(latex)]
            values = (self.noise.along, along), (self.noise.shear, shear)
            terms.append([(self._signed(value), word) for value, word in values])
        return terms

    @property
    def left_out(self) -> str:
        """What keeps the weak order below what was asked for: empty, or in words."""
        if self.weak_order <= 2:
            return ""
        return (
            "of weak order 3 where the third cumulant of the gradient is 0, and else of weak order "
            "2, since no diffusion has its third derivatives"
        )

    # --- writing --------------------------------------------------------------------------------

    @all_digits()
    def __repr__(self) -> str:
        drift = _brackets(series(self.drift_terms(), TEXT, remainder=False))
        covariance = series(self.covariance_terms(), TEXT, remainder=False)
        remarks = [self.left_out] if self.left_out else []
        if self.weight_decay is not None:
            half = to_text(divide(self.weight_decay, number(2)))
            remarks.append(f"L stands for L + {half} ‖θ‖²")
        end = "".join(f"\n({remark})" for remark in remarks)
        return f"dθ = {drift} dt + √γ S dW,  SSᵀ = {covariance}{end}"

    @all_digits()
    def latex(self) -> str:
        """Return the equation in LaTeX."""
        drift = series(self.drift_terms(latex=True), LATEX, remainder=False)
        covariance = series(self.covariance_terms(latex=True), LATEX, remainder=False)
        return (
            rf"d\theta = \left({drift}\right)dt + \sqrt{{\gamma}}\,S\,dW,\quad "
            rf"S S^{{\top}} = {covariance}"
        )

    def _repr_latex_(self) -> str:
        return f"${self.latex()}$"

    @all_digits()
    def as_json(self) -> dict[str, Any]:
        """Return the machine-readable object: `drift` and `covariance` (S Sᵀ) are lists by power.

        Each entry of a power is `{"coefficient": text, "term": text}`.
        """
        return {
            "method": self.method.name,
            "parameters": self.method.parameters,
            "kind": "stochastic",
            "weak_order": self.weak_order,
            "drift": _records(self.drift_terms()),
            "covariance": _records(self.covariance_terms()),
            "remark": self.left_out,
        }

    def _notation(self, latex: bool) -> str:
        notation = "grad" if self.method.gradient else "f"
        return f"{notation}-latex" if latex else notation

    def _signed(self, value: Any) -> Any:
        return -value if self.method.gradient else value


# --- private helpers ----------------------------------------------------------------------------


def _brackets(text: str) -> str:
    return f"({text})" if " " in text.replace("∇²L∇L", "") else text


def _records(terms: Sequence[Sequence[Pair]]) -> list[list[dict[str, str]]]:
    return [
        [{"coefficient": coefficient_text(c), "term": word}
         for c, word in pairs]
        for pairs in terms
    ]  # fmt: skip
