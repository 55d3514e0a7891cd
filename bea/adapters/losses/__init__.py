"""Losses of JAX and PyTorch: networks as problems, with their derivatives by the libraries."""

from bea.adapters.losses.jax_loss import jax_loss
from bea.adapters.losses.jax_outputs import jax_outputs
from bea.adapters.losses.torch_loss import torch_loss

__all__ = ["jax_loss", "jax_outputs", "torch_loss"]
