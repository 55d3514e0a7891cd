"""Losses of learning: a linear network, and regressions on a few exact data points.

The data are small rationals, chosen so that the minima have closed forms where that is possible.
The regressions are finite sums, one loss for each point, and so is the noisy spectrum.
"""

from __future__ import annotations

from typing import Any

from bea.problems.library.synthetic_sums import noisy_quadratic
from bea.problems.problem import Problem, entries
from bea.problems.registry import register
from bea.problems.sums.finite_sum import SumProblem

_HASTIE = "Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section "


@register("loss")
def linear_network(c: Any = 1) -> Problem:
    """Linear network of two parameters a and b, fitted to the target c."""
    return Problem(
        formula="(a*b - c)**2/2",
        variables="a b",
        source="Barrett and Dherin, Implicit gradient regularization, ICLR 2021, figure 1",
        window=((-1, 4), (-1, 4)),
        start=("14/5", "7/2"),
        time=0.2,
        minima=(("c", "1"), ("-c", "-1")),
        least="0",
        critical=(("0", "0"),),
        invariants=("a**2 - b**2",),
        note="every point with a b = c is a minimum, of curvature a**2 + b**2, flattest at a = b "
        "or a = -b; the gradient flow keeps a**2 - b**2, gradient descent shrinks it; (0, 0) is a "
        "saddle; start of the figure",
    )


@register("loss")
def linear_regression() -> SumProblem:
    """Least squares of a line w*z + b on four points.

    The points (z, t) are (-1, 0), (0, 1), (1, 1) and (2, 3).
    """
    return SumProblem(
        losses=("(b - w)**2/2", "(b - 1)**2/2", "(w + b - 1)**2/2", "(2*w + b - 3)**2/2"),
        formula="((b - w)**2 + (b - 1)**2 + (w + b - 1)**2 + (2*w + b - 3)**2)/8",
        variables="w b",
        source=_HASTIE + "3.2 (the data are this library's)",
        window=((-1, 3), (-1, 3)),
        start=("0", "0"),
        time=1.0,
        minima=(("9/10", "4/5"),),
        least="7/80",
        note="half the mean square; quadratic, with curvatures (5 - sqrt(5))/4 and (5 + sqrt(5))/4",
    )


@register("loss")
def matrix_regression() -> SumProblem:
    """Least squares of a 3x2 matrix W, by rows w11, w12, ...: |A W - B|^2/8 with four rows of A.

    Rows of A and B are (1, 0, 1), (2, -1); (0, 1, 0), (0, 1); (1, 1, 0), (1, 1) and
    (0, 1, -1), (-1, 2).
    """
    return SumProblem(
        losses=(
            "((w11 + w31 - 2)**2 + (w12 + w32 + 1)**2)/2",
            "(w21**2 + (w22 - 1)**2)/2",
            "((w11 + w21 - 1)**2 + (w12 + w22 - 1)**2)/2",
            "((w21 - w31 + 1)**2 + (w22 - w32 - 2)**2)/2",
        ),
        formula="((w11 + w31 - 2)**2 + (w12 + w32 + 1)**2 + w21**2 + (w22 - 1)**2"
        " + (w11 + w21 - 1)**2 + (w12 + w22 - 1)**2"
        " + (w21 - w31 + 1)**2 + (w22 - w32 - 2)**2)/8",
        variables="w11 w12 w21 w22 w31 w32",
        source=_HASTIE + "3.2.4 (the data are this library's)",
        window=((-3, 3),) * 6,
        start=("0", "1", "1", "0", "0", "1"),
        time=0.5,
        minima=(("1", "0", "0", "1", "1", "-1"),),
        least="0",
        note="of optimizers of matrices, which see W with shapes=[(3, 2)]",
    )


@register("loss")
def logistic_regression() -> SumProblem:
    """Logistic regression of eight labels that no line separates.

    At z = -1 one label of three is positive, at z = 1 four of five; the loss is the mean of
    softplus(-label*(w*z + b)). With as many parameters as places z, the minimum fits the odds 1/2
    and 4 exactly.
    """
    return SumProblem(
        losses=(
            *["softplus(b - w)"] * 2,
            "softplus(w - b)",
            *["softplus(-w - b)"] * 4,
            "softplus(w + b)",
        ),
        formula="(2*softplus(b - w) + softplus(w - b) + 4*softplus(-w - b) + softplus(w + b))/8",
        variables="w b",
        source=_HASTIE + "4.4 (the data are this library's)",
        window=((-2, 4), (-2, 3)),
        start=("-1", "2"),
        time=10.0,
        minima=(("3*log(2)/2", "log(2)/2"),),
        least="(3*log(3) + 5*log(5) - 10*log(2))/8",
        note="convex, with curvatures below 1/4",
    )


@register("loss", shaping=["eigenvalues"])
def noisy_spectrum(eigenvalues: Any = "1, 1/4, 1/16") -> SumProblem:
    """Quadratic with a spectrum of curvatures, and gradient noise of variance h in curvature h.

    A finite sum; for noise of other variances, or more losses, see `bea.problems.noisy_quadratic`.
    """
    values = entries(eigenvalues, "parameter 'eigenvalues'")
    total = noisy_quadratic(values)
    return SumProblem(
        losses=tuple(str(loss.value) for loss in total.losses),
        formula=str(total.value),
        variables=" ".join(total.variables),
        source="Zhang et al., Which algorithmic choices matter at which batch sizes?, NeurIPS "
        "2019, section 3",
        window=((-3, 3),) * len(values),
        start=("1",) * len(values),
        time=10.0,
        minima=(("0",) * len(values),),
        least="0",
        positive=tuple(values),
        note="the stationary variance of SGD with rate γ and batches of one is γ/(2 - γh)",
    )


@register("loss")
def sigmoid_regression() -> SumProblem:
    """Least squares of one sigmoid neuron on three points.

    The points (z, t) are (-1, 1/2), (0, 2/3) and (1, 4/5), which sigmoid(log(2)*(z + 1)) meets.
    """
    return SumProblem(
        losses=(
            "(sigmoid(b - w) - 1/2)**2/2",
            "(sigmoid(b) - 2/3)**2/2",
            "(sigmoid(w + b) - 4/5)**2/2",
        ),
        formula="((sigmoid(b - w) - 1/2)**2 + (sigmoid(b) - 2/3)**2 + (sigmoid(w + b) - 4/5)**2)/6",
        variables="w b",
        source="one neuron of Rumelhart, Hinton and Williams, Nature 323 (1986) 533-536, equations "
        "(1)-(3) (the data are this library's)",
        window=((-3, 3), (-3, 3)),
        start=("-1", "-1"),
        time=40.0,
        minima=(("log(2)", "log(2)"),),
        least="0",
        note="flat far from the minimum, where the sigmoids are saturated",
    )


@register("loss")
def sigmoid_sine() -> Problem:
    """Product of a sigmoid and a sine in a bowl: a small loss that is no polynomial."""
    return Problem(
        formula="sigmoid(x)*sin(y) + (x**2 + y**2)/4",
        variables="x y",
        source="made for this library, to time derivations beyond polynomials",
        window=((-4, 4), (-4, 4)),
        start=("2", "2"),
        time=3.0,
        minima=(("0.35108404625531618023", "-0.80962501231777924601"),),
        least="-0.2302300333722105616",
        note="curvatures stay below 3/2; the minimum is rounded",
    )
