"""Optimizers of matrices, as one writes them: with factors of matrices, and little else."""

from __future__ import annotations

from typing import Any

import torch


class OrthogonalDescent(torch.optim.Optimizer):
    """W <- W - lr G (G^T G + eps)^(-1/2), with the gradient G."""

    def __init__(self, params: Any, lr: float = 0.1, eps: float = 0.5) -> None:
        super().__init__(params, {"lr": lr, "eps": eps})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                one = torch.eye(p.shape[1], dtype=p.dtype)
                sizes, basis = torch.linalg.eigh(p.grad.T @ p.grad + group["eps"] * one)
                p.sub_(group["lr"] * p.grad @ (basis * sizes**-0.5) @ basis.T)


class DecayingShampoo(torch.optim.Optimizer):
    """Shampoo whose statistics are averages with a ridge, and whose roots are kept for some steps.

    W <- W - lr L^(-1/4) G R^(-1/4) (Gupta, Koren and Singer, Shampoo, ICML 2018, algorithm 1).
    """

    def __init__(self, params: Any, lr: float = 0.1, beta: float = 0.5, eps: float = 0.5,
                 every: int = 1) -> None:  # fmt: skip
        self.every = every
        super().__init__(params, {"lr": lr, "beta": beta, "eps": eps, "count": 0})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            group["count"] += 1
            for p in group["params"]:
                state, g = self.state[p], p.grad
                for side, gram in (("left", g @ g.T), ("right", g.T @ g)):
                    if side not in state:
                        state[side] = torch.zeros_like(gram)
                        state[f"{side} root"] = torch.eye(len(gram), dtype=p.dtype)
                    state[side].lerp_(gram, 1 - group["beta"])
                    if group["count"] % self.every == 0:
                        state[f"{side} root"] = _root(state[side], group["eps"])
                p.sub_(group["lr"] * state["left root"] @ g @ state["right root"])


class NearlySingular(torch.optim.Optimizer):
    """W <- W - lr (G G^T + 1e-10)^(-1) G, where G has fewer columns than rows."""

    def __init__(self, params: Any, lr: float = 0.1) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                ridge = 1e-10 * torch.eye(len(p), dtype=p.dtype)
                p.sub_(group["lr"] * torch.linalg.inv(p.grad @ p.grad.T + ridge) @ p.grad)


def _root(a: Any, eps: float) -> Any:
    """Return (a + eps)^(-1/4)."""
    u, sizes, v = torch.linalg.svd(a + eps * torch.eye(len(a), dtype=a.dtype))
    return (u * sizes**-0.25) @ v
