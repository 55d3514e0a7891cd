"""PyTorch's optimizers on tape: the front end of `bea.adapters.tracing` for torch.optim.Optimizer.

`TorchSource` runs `step()` of the optimizer itself, unedited, on plain tensors in float64, while a
`TorchFunctionMode` writes down every operation on them; its learning rate, hyperparameters and
counters are numbers (`bea.adapters.pytorch.numbers`) that write down what Python computes. PyTorch
is the extra bea[torch].
"""
