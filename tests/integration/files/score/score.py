"""Counts the words of each page, as many times as the model says, or as the deployment says instead."""

import os
from pathlib import Path

times = 0


def init():
    global times
    [model] = Path(os.environ["AZUREML_MODEL_DIR"]).rglob("times.txt")
    times = int(os.environ.get("TIMES") or model.read_text())


def run(mini_batch):
    return [f"{Path(page).name},{len(Path(page).read_text().split()) * times}" for page in mini_batch]
