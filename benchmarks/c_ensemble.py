"""An ensemble of SGD as a scalar loop in C: one run after the other, as one would write it by hand.

The gradient of one sample is C code written from a straight-line program of bea; random numbers are
xoshiro256++ (Blackman and Vigna, ACM TOMS 47, 2021) made indices by Lemire's multiplication (ACM
TOMACS 29, 2019). It looks for no runs that diverge, and records means at the end only.
"""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
from c_loop import compiler
from numpy.typing import NDArray

from bea.algebra.programs.program import Program

__all__ = ["CEnsemble", "Means"]

Floats = NDArray[np.float64]

_SIGNS = {"add": "+", "subtract": "-", "multiply": "*"}
_FRAME = """
#include <math.h>
#include <stdint.h>

static uint64_t s[4];

static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

static inline uint64_t next(void) {
    const uint64_t result = rotl(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0]; s[3] ^= s[1]; s[1] ^= s[2]; s[0] ^= s[3]; s[2] ^= t; s[3] = rotl(s[3], 45);
    return result;
}

static void seed(uint64_t x) {
    for (int i = 0; i < 4; i++) {
        uint64_t z = (x += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        s[i] = z ^ (z >> 31);
    }
}

static inline void add_field(const double *theta, const double *data, double *out) {
@FIELD@
}

/* The table holds the data of one sample after the other. */
void ensemble(long runs, long steps, long batch, long samples, const double *table,
              const double *start, double gamma, double beta, long seed_, double *mean,
              double *square) {
    seed(seed_);
    for (int i = 0; i < D; i++) mean[i] = square[i] = 0;
    for (long run = 0; run < runs; run++) {
        double theta[D], v[D], f[D];
        for (int i = 0; i < D; i++) theta[i] = start[i], v[i] = 0;
        for (long n = 0; n < steps; n++) {
            for (int i = 0; i < D; i++) f[i] = 0;
            for (long b = 0; b < batch; b++) {
                const uint64_t k = ((next() >> 32) * (uint64_t)samples) >> 32;
                add_field(theta, table + COLUMNS * k, f);
            }
            for (int i = 0; i < D; i++) {
                v[i] = beta * v[i] + f[i] / batch;
                theta[i] += gamma * v[i];
            }
        }
        for (int i = 0; i < D; i++) mean[i] += theta[i], square[i] += theta[i] * theta[i];
    }
    for (int i = 0; i < D; i++) mean[i] /= runs, square[i] /= runs;
}
"""


class Means(NamedTuple):
    """The means of the components and of their squares over all runs, (d,) each."""

    mean: Floats
    square: Floats


class CEnsemble:
    """The loop for one model, compiled into a new folder that the caller removes.

    `program` has the components of theta and then the columns of data as inputs, and −∇l_i as
    outputs; `table` is (columns, N).
    """

    def __init__(self, program: Program, table: Floats, folder: Path) -> None:
        folder.mkdir()
        source, library = folder / "ensemble.c", folder / "ensemble.so"
        self.dimension, self.table = len(program.outputs), np.ascontiguousarray(table.T)
        source.write_text(_source(program, self.dimension, len(table)))
        command = [str(compiler()), "-O3", "-march=native", "-shared", "-fPIC", str(source), "-lm"]
        subprocess.run([*command, "-o", str(library)], check=True)
        self._ensemble = ctypes.CDLL(str(library)).ensemble
        array = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")
        whole, real = ctypes.c_long, ctypes.c_double
        self._ensemble.argtypes = [whole, whole, whole, whole, array, array, real, real, whole,
                                   array, array]  # fmt: skip
        self._ensemble.restype = None

    def __call__(
        self, runs: int, steps: int, batch: int, gamma: float, beta: float, seed: int
    ) -> Means:
        """Return the means after `steps` steps from 1/2 in all components, with replacement."""
        mean, square = np.empty(self.dimension), np.empty(self.dimension)
        start = np.full(self.dimension, 0.5)
        self._ensemble(runs, steps, batch, len(self.table), self.table, start, gamma, beta, seed,
                       mean, square)  # fmt: skip
        return Means(mean, square)


# --- private helpers ----------------------------------------------------------------------------


def _source(program: Program, dimension: int, columns: int) -> str:
    frame = f"#define D {dimension}\n#define COLUMNS {columns}\n" + _FRAME
    return frame.replace("@FIELD@", _field(program, dimension))


def _field(program: Program, dimension: int) -> str:
    """Write the program as one statement per operation, its outputs added to `out`."""
    lines = []
    for n in program.live():
        operation, operands, value = program.nodes[n]
        names = [f"v{m}" for m in operands]
        if operation == "constant":
            text = f"{int(value.p)}.0 / {int(value.q)}.0"
        elif operation == "input":
            text = f"theta[{value}]" if value < dimension else f"data[{value - dimension}]"
        elif operation in _SIGNS:
            text = f" {_SIGNS[operation]} ".join(names)
        elif operation == "negate":
            text = f"-{names[0]}"
        elif operation == "reciprocal":
            text = f"1 / {names[0]}"
        elif operation in ("exp", "log", "sin", "cos", "tanh"):
            text = f"{operation}({names[0]})"
        else:
            raise NotImplementedError(f"no C for '{operation}'")
        lines.append(f"    const double v{n} = {text};")
    lines += [f"    out[{i}] += v{n};" for i, n in enumerate(program.outputs)]
    return "\n".join(lines)
