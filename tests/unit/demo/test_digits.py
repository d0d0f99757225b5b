"""The demo's images, model and scoring script fit together."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.demo.make_digits import make_digits
from tests.demo.score import score
from tests.demo.train import WEIGHTS, load, train


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("digits")
    make_digits(folder)
    return folder


@pytest.fixture(scope="module")
def model(digits: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("model")
    assert train(digits, folder) > 0.97
    return folder


def test_each_image_is_there_once_and_in_one_part_only(digits: Path) -> None:
    train_files = {file.name for file in (digits / "train").iterdir()}
    held_out = {file.name for file in (digits / "held_out").iterdir()}
    with (digits / "labels.csv").open(newline="") as file:
        labels = [row["file"] for row in csv.DictReader(file)]
    assert (len(train_files), len(held_out)) == (1437, 360)
    assert sorted(train_files | held_out) == sorted(labels)
    assert not train_files & held_out


def test_an_image_keeps_the_grey_values_of_the_data_set(digits: Path) -> None:
    image = np.asarray(Image.open(digits / "held_out" / "digit-0000.png"))
    assert image.shape == (8, 8)
    assert set(np.unique(image)) <= {round(ink * 255 / 16) for ink in range(17)}


def test_names_do_not_follow_the_labels(digits: Path) -> None:
    labels = load(digits, "held_out")[1]
    numbers = np.arange(len(labels))
    assert abs(np.corrcoef(numbers, labels)[0, 1]) < 0.15
    assert abs(np.mean(labels == numbers % 10) - 0.1) < 0.06


def test_the_same_files_come_out_every_time(digits: Path, tmp_path: Path) -> None:
    make_digits(tmp_path)
    for name in ("labels.csv", "held_out/digit-0007.png", "train/digit-1796.png"):
        assert (tmp_path / name).read_bytes() == (digits / name).read_bytes()


def test_the_model_is_stored_as_plain_arrays(model: Path) -> None:
    with zipfile.ZipFile(model / WEIGHTS) as archive:
        arrays = {name: np.load(io.BytesIO(archive.read(name)), allow_pickle=False) for name in archive.namelist()}
    assert arrays["hidden.npy"].shape == (64, 128)
    assert arrays["output_bias.npy"].shape == (10,)


def test_the_scoring_script_answers_one_line_per_image(
    digits: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The service puts the registered folder below AZUREML_MODEL_DIR.
    shutil.copytree(model, tmp_path / "model")
    monkeypatch.setenv("AZUREML_MODEL_DIR", str(tmp_path))
    monkeypatch.setattr(score, "weights", {})
    files = sorted((digits / "held_out").glob("*.png"))[:50]
    labels = load(digits, "held_out")[1]

    score.init()
    rows = [line.split(",") for line in score.run([str(file) for file in files])]

    assert [name for name, _digit, _probability in rows] == [file.name for file in files]
    assert np.mean([int(digit) for _name, digit, _probability in rows] == labels[:50]) > 0.9
    assert all(0.1 <= float(probability) <= 1 for _name, _digit, probability in rows)


def test_probabilities_are_those_of_the_network(model: Path, digits: Path) -> None:
    with np.load(model / WEIGHTS, allow_pickle=False) as weights:
        found = score.probabilities(weights, load(digits, "held_out")[0])
    assert found.shape == (360, 10)
    np.testing.assert_allclose(found.sum(axis=1), 1)
