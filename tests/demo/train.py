"""Learns to read digits and stores what was learned: `python -m tests.demo.train DIGITS MODEL`.

DIGITS is what make_digits.py wrote. MODEL becomes a folder with `digits.npz`: the weights of a network with one
hidden layer as plain arrays, which the scoring script reads with NumPy alone and without pickle.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from .score.score import probabilities

WEIGHTS = "digits.npz"


def train(digits: Path, model: Path, neurons: int = 128) -> float:
    """Learn from the training images, store the weights, return the share of held-out images read right.

    :param neurons: the size of the hidden layer
    """
    images, labels = load(digits, "train")
    with threadpool_limits(1):  # more threads make so small a network slower, and the result vary
        network = MLPClassifier((neurons,), alpha=1e-3, max_iter=300, random_state=0).fit(images, labels)
    weights = {
        "hidden": network.coefs_[0],
        "hidden_bias": network.intercepts_[0],
        "output": network.coefs_[1],
        "output_bias": network.intercepts_[1],
    }
    model.mkdir(parents=True, exist_ok=True)
    np.savez(model / WEIGHTS, **weights)
    images, labels = load(digits, "held_out")
    return float(np.mean(probabilities(weights, images).argmax(axis=1) == labels))


def load(digits: Path, part: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Images of `part` (train or held_out) as rows of grey values from 0 to 1, and the digits they show."""
    with (digits / "labels.csv").open(newline="") as file:
        digit = {row["file"]: int(row["digit"]) for row in csv.DictReader(file)}
    files = sorted((digits / part).glob("*.png"))
    images = np.stack([np.asarray(Image.open(file), dtype=np.float64).ravel() / 255 for file in files])
    return images, np.array([digit[file.name] for file in files])


if __name__ == "__main__":
    print(f"read right: {train(Path(sys.argv[1]), Path(sys.argv[2])):.2%} of the held-out images")
