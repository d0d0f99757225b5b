"""Counts the words of each page, as many times as the model says."""

import os
from pathlib import Path

times = 0


def init():
    global times
    [model] = Path(os.environ["AZUREML_MODEL_DIR"]).rglob("times.txt")
    times = int(model.read_text())


def run(mini_batch):
    return [f"{Path(page).name},{len(Path(page).read_text().split()) * times}" for page in mini_batch]
