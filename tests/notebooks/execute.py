"""Run notebooks in fresh kernels of this interpreter: `make notebooks`, and the tests.

    python tests/notebooks/execute.py [--into FOLDER] NOTEBOOK...

Each notebook is rewritten with its outputs, or written to FOLDER. The kernel sees nothing of the
settings of whoever runs it, and talks over a socket in a private folder instead of the network.
A cell that fails, or that takes longer than two minutes, ends the run with its traceback.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

import nbformat
from ipykernel.kernelspec import write_kernel_spec
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

SECONDS_PER_CELL = 120


def kernel_manager(folder: str) -> AsyncKernelManager:
    """Return the manager of a kernel of this interpreter that keeps its files in `folder`."""
    write_kernel_spec(os.path.join(folder, "kernels", "python3"))
    specs = KernelSpecManager(kernel_dirs=[os.path.join(folder, "kernels")])
    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=specs,
        connection_file=os.path.join(folder, "kernel.json"),
        transport="ipc",
        ip=os.path.join(folder, "socket"),
    )


def execute(source: Path, target: Path) -> None:
    """Run `source` from top to bottom beside itself, and write it with its outputs to `target`."""
    notebook = nbformat.read(source, as_version=4)
    with tempfile.TemporaryDirectory(prefix="bea-") as folder:
        os.environ["IPYTHONDIR"] = os.path.join(folder, "ipython")
        NotebookClient(
            notebook,
            km=kernel_manager(folder),
            timeout=SECONDS_PER_CELL,
            record_timing=False,
            resources={"metadata": {"path": str(source.resolve().parent)}},
        ).execute(cleanup_kc=True)  # a kernel manager that is handed in is else left running
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the times of an earlier run
        if cell.cell_type == "code":  # how long it took on this machine is no result
            cell.outputs = [out for out in cell.outputs if "; Ctrl-C ends it" not in str(out)]
    partial = target.with_suffix(".partial")
    nbformat.write(notebook, partial)
    partial.replace(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, help="folder to write to, instead of in place")
    arguments = parser.parse_args()
    # The tests draw with Agg; a notebook shows its figures in the page.
    os.environ.pop("MPLBACKEND", None)
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    for source in arguments.notebooks:
        execute(source, (arguments.into or source.parent) / source.name)


if __name__ == "__main__":
    main()
