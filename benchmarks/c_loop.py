"""A scalar loop in C: what one core can do at all, one trajectory after the other.

DOP853 with SciPy's coefficients and SciPy's control of the step length, on C code written from a
straight-line program of bea. It keeps no error estimate, looks for no blow-up and has no domain.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import DOP853

from bea.algebra.programs.program import Program

__all__ = ["CLoop", "compiler"]

Floats = NDArray[np.float64]

_SIGNS = {"add": "+", "subtract": "-", "multiply": "*"}
_FRAME = """
#include <math.h>

static void rhs(const double *theta, double gamma, double *out) {
@RHS@
}

static double norm(const double *v, const double *scale) {
    double sum = 0;
    for (int i = 0; i < D; i++) sum += v[i] / scale[i] * (v[i] / scale[i]);
    return sqrt(sum / D);
}

static double first_step(const double *y, const double *f, double gamma, double span, double rtol,
                         double atol) {
    double scale[D], z[D], g[D], d0, d1, d2, h;
    for (int i = 0; i < D; i++) scale[i] = atol + rtol * fabs(y[i]);
    d0 = norm(y, scale), d1 = norm(f, scale);
    h = d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : 0.01 * d0 / d1;
    for (int i = 0; i < D; i++) z[i] = y[i] + h * f[i];
    rhs(z, gamma, g);
    for (int i = 0; i < D; i++) g[i] -= f[i];
    d2 = norm(g, scale) / h;
    return fmin(fmin(100 * h, pow(0.01 / fmax(d1, d2), 1.0 / 8)), span);
}

/* Integrates one trajectory and returns the number of steps, failed ones included. */
static long trajectory(double *y, double gamma, double end, double rtol, double atol) {
    double t = 0, h, k[13][D], z[D], e3[D], e5[D], scale[D];
    long steps = 0;
    int rejected = 0;
    rhs(y, gamma, k[0]);
    h = first_step(y, k[0], gamma, end, rtol, atol);
    while (t < end) {
        if (t + h > end) h = end - t;
@STAGES@
        double n5 = 0, n3 = 0;
        for (int i = 0; i < D; i++) {
            scale[i] = atol + rtol * fmax(fabs(y[i]), fabs(z[i]));
@ERRORS@
            n5 += e5[i] / scale[i] * (e5[i] / scale[i]);
            n3 += e3[i] / scale[i] * (e3[i] / scale[i]);
        }
        double error = n5 == 0 ? 0 : h * n5 / sqrt((n5 + 0.01 * n3) * D);
        double factor = error == 0 ? 10 : fmin(10, fmax(0.2, 0.9 * pow(error, -1.0 / 8)));
        steps++;
        if (error < 1) {
            t = t + h == t || t + h > end ? end : t + h;
            for (int i = 0; i < D; i++) y[i] = z[i], k[0][i] = k[12][i];
            h *= rejected ? fmin(1, factor) : factor;
            rejected = 0;
        } else {
            h *= fmin(1, factor);
            rejected = 1;
        }
    }
    return steps;
}

long batch(long lanes, double *theta, const double *gamma, const double *end, double rtol,
           double atol) {
    long steps = 0;
    for (long lane = 0; lane < lanes; lane++)
        steps += trajectory(theta + D * lane, gamma[lane], end[lane], rtol, atol);
    return steps;
}
"""


def compiler() -> str | None:
    """Return the path of the C compiler, if there is one."""
    return shutil.which(os.environ.get("CC", "cc"))


class CLoop:
    """A field compiled by the C compiler, into a new folder that the caller removes."""

    def __init__(self, program: Program, dimension: int, folder: Path) -> None:
        folder.mkdir()
        source, library = folder / "loop.c", folder / "loop.so"
        source.write_text(_source(program, dimension))
        command = [str(compiler()), "-O3", "-march=native", "-shared", "-fPIC", str(source), "-lm"]
        subprocess.run([*command, "-o", str(library)], check=True)
        self._batch = ctypes.CDLL(str(library)).batch
        array = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")
        self._batch.argtypes = [ctypes.c_long, array, array, array, *[ctypes.c_double] * 2]
        self._batch.restype = ctypes.c_long

    def __call__(
        self, starts: Floats, gammas: Floats, times: Floats, rtol: float, atol: float
    ) -> Floats:
        """Return the points (lanes, d) to which starts (lanes, d) flow after times (lanes,)."""
        theta = np.array(starts, dtype=np.float64, order="C")
        self._batch(len(theta), theta, np.array(gammas), np.array(times), rtol, atol)
        return theta


# --- private helpers ----------------------------------------------------------------------------


def _source(program: Program, dimension: int) -> str:
    frame = f"#define D {dimension}\n" + _FRAME
    return (
        frame.replace("@RHS@", _rhs(program, dimension))
        .replace("@STAGES@", _stages())
        .replace("@ERRORS@", f"e5[i] = {_sum(DOP853.E5)};\ne3[i] = {_sum(DOP853.E3)};")
    )


def _rhs(program: Program, dimension: int) -> str:
    """Write the program of (theta, gamma) as one statement per operation."""
    lines = []
    for n in program.live():
        operation, operands, value = program.nodes[n]
        names = [f"v{m}" for m in operands]
        if operation == "constant":
            text = f"{int(value.p)}.0 / {int(value.q)}.0"
        elif operation == "input":
            text = f"theta[{value}]" if value < dimension else "gamma"
        elif operation in _SIGNS:
            text = f" {_SIGNS[operation]} ".join(names)
        elif operation == "negate":
            text = f"-{names[0]}"
        else:
            raise NotImplementedError(f"no C for '{operation}': polynomial fields only")
        lines.append(f"    const double v{n} = {text};")
    lines += [f"    out[{i}] = v{n};" for i, n in enumerate(program.outputs)]
    return "\n".join(lines)


def _stages() -> str:
    """Write the twelve stages, and the thirteenth at the new point, without loops over stages."""
    rows = [*DOP853.A[1:], DOP853.B]
    return "\n".join(
        f"for (int i = 0; i < D; i++) z[i] = y[i] + h * ({_sum(row)});\nrhs(z, gamma, k[{s}]);"
        for s, row in enumerate(rows, start=1)
    )


def _sum(weights: Sequence[float]) -> str:
    return " + ".join(f"{w!r} * k[{s}][i]" for s, w in enumerate(map(float, weights)) if w)
