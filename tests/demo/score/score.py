"""Reads handwritten digits: a scoring script for a batch deployment.

The service calls `init()` once in each worker process, then `run(mini_batch)` with the paths of some images; each
string returned becomes one line of the output file: file name, digit, probability.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

weights: dict[str, NDArray[np.float64]] = {}


def init() -> None:
    """Load the model that the service put into AZUREML_MODEL_DIR."""
    [file] = Path(os.environ["AZUREML_MODEL_DIR"]).rglob("digits.npz")
    with np.load(file, allow_pickle=False) as arrays:
        weights.update(arrays)


def run(mini_batch: list[str]) -> list[str]:
    """Read one digit from each image."""
    images = np.stack(
        [np.asarray(Image.open(path).convert("L"), dtype=np.float64).ravel() / 255 for path in mini_batch]
    )
    found = probabilities(weights, images)
    best = found.argmax(axis=1)
    return [
        f"{Path(path).name},{digit},{row[digit]:.4f}" for path, digit, row in zip(mini_batch, best, found, strict=True)
    ]


def probabilities(network: Mapping[str, NDArray[np.float64]], images: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of each digit (columns) for each image (rows of grey values from 0 to 1)."""
    hidden = np.maximum(images @ network["hidden"] + network["hidden_bias"], 0)
    output = hidden @ network["output"] + network["output_bias"]
    exponentials = np.exp(output - output.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return shares
