"""Writes scikit-learn's handwritten digits as PNG files: `python -m tests.demo.make_digits FOLDER`.

    FOLDER/train/*.png       1,437 images to learn from
    FOLDER/held_out/*.png    360 images that training never sees
    FOLDER/labels.csv        file name and digit of all of them

Names number the images in shuffled order, so neither a name nor a place reveals the digit. The same files come out
every time.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

HELD_OUT = 360
SEED = 2026
INK = 16
"""The data set counts ink from 0 to this."""


def make_digits(folder: Path) -> None:
    """Write all images and their labels below `folder`."""
    digits = load_digits()
    order = np.random.default_rng(SEED).permutation(len(digits.target))
    for part in ("train", "held_out"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    with (folder / "labels.csv").open("w", newline="") as file:
        labels = csv.writer(file, lineterminator="\n")
        labels.writerow(["file", "digit"])
        for number, index in enumerate(order):
            name = f"digit-{number:04}.png"
            part = "held_out" if number < HELD_OUT else "train"
            pixels = np.rint(digits.images[index] * 255 / INK).astype(np.uint8)
            Image.fromarray(pixels).save(folder / part / name)
            labels.writerow([name, digits.target[index]])


if __name__ == "__main__":
    make_digits(Path(sys.argv[1]))
