"""`score` rehearses scripts: right predictions without a warning, and each fault in the first line of its output."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulator.__main__ import main
from tests.emulator.rehearsal.live_output import LiveOutput
from tests.unit.emulator.rehearsed_scripts import COMPARED, FAULTY, FILES, LIMITS, RIGHT, script


class Folder:
    """A script with its model and input, rehearsed by the command line."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.path = folder
        self._capture = capture
        for name, text in {
            "code/helper.py": "same = int\n",
            "model/factor.txt": "10",
            "outside/table.csv": "1",
        }.items():
            self.write(name, text)
        for name, text in FILES.items():
            self.write(f"input/{name}", text)
        os.utime(folder / "outside/table.csv", (1, 1))  # a temporary file that is older than the run
        os.utime(folder / "outside", (1, 1))

    def write(self, name: str, text: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text, encoding="utf-8")

    def score(self, text: str, *options: str) -> tuple[int, list[str]]:
        """The status and the report."""
        self.write("code/score.py", text)
        words = ["--code", "code", "--script", "score.py", "--model", "model", "--input", "input", *options]
        paths = {"code", "model", "input"}
        return self.run(*(str(self.path / word) if word in paths else word for word in words))

    def run(self, *words: str) -> tuple[int, list[str]]:
        status = main(["score", *words])
        printed = self._capture.readouterr()
        self.printed = printed.err
        return status, printed.out.splitlines()


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    return Folder(tmp_path, capsys)


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_script_has_its_predictions_and_no_warning(folder: Folder, name: str) -> None:
    text, rows = RIGHT[name]
    status, report = folder.score(text)
    assert report[0] == "The job would complete: 4 items in 1 mini batch."
    assert [line.strip() for line in report[2:6]] == rows
    assert status == 0


@pytest.mark.parametrize("name", FAULTY)
def test_the_first_line_names_the_fault(folder: Folder, name: str) -> None:
    text, sentence = FAULTY[name]
    outside = str(folder.path / "outside")
    status, report = folder.score(text.replace("OUTSIDE", outside), "--max-retries", "1", *LIMITS.get(name, ()))
    assert sentence.replace("OUTSIDE", outside) in report[0]
    assert report[0].startswith(("error: ", "warning: "))
    harmless = report[0].startswith("warning: ") and "run() returned 0" not in report[0] and "3 items" not in report[0]
    assert status == (0 if harmless else 1)
    assert sum(line.startswith(("error: ", "warning: ")) for line in report) == 1


@pytest.mark.parametrize("name", COMPARED)
def test_thorough_compares_orders_and_mini_batches(folder: Folder, name: str) -> None:
    text, sentence = COMPARED[name]
    status, report = folder.score(text, "--thorough")
    assert sentence in report[0]
    assert report[1].startswith("The job would complete")
    assert status == 0


def test_thorough_says_nothing_of_a_right_script(folder: Folder) -> None:
    folder.write("input/e.txt", "5")
    report = folder.score(RIGHT["list"][0], "--thorough", "--mini-batch-size", "2")[1]
    assert report[0] == "The job would complete: 5 items in 3 mini batches."


@pytest.mark.parametrize("options", [["--output-action", "summary_only"], ["--input", "single"]])
def test_thorough_says_where_nothing_can_be_compared(folder: Folder, options: list[str]) -> None:
    folder.write("single", "1")
    words = [str(folder.path / word) if word == "single" else word for word in options]
    report = folder.score(RIGHT["list"][0], "--thorough", *words)[1]
    assert report[0].startswith("warning: --thorough compares nothing")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--code", "absent"], "error: --code absent: there is no such file or folder."),
        (["--code", "input/a.txt"], "error: --code input/a.txt: it is a file."),
        (["--script", "other.py"], "error: --script other.py: there is no such file in "),
        (["--script", "../outside/table.csv"], "error: --script ../outside/table.csv: it is outside the code folder"),
        (["--script", "notes.md"], "error: --script notes.md: it is not a Python file."),
        (["--model", "absent"], "error: --model absent: there is no such file or folder."),
        (["--input", "absent"], "error: --input absent: there is no such file or folder."),
        (["--input", "empty"], "error: --input empty: the folder has no files."),
        (["--output", "input/a.txt"], "error: --output input/a.txt: it is a file."),
        (["--output", "input/out"], "error: --output input/out: it is inside "),
        (["--output-file-name", "a/b"], "error: --output-file-name 'a/b': it is not the name of a file."),
        (["--conda", "absent"], "error: --conda absent: there is no such file or folder."),
        (["--conda", "broken.yml"], "error: --conda broken.yml: the conda file is not YAML"),
        (["--conda", "list.yml"], "error: --conda list.yml: the conda file has no list of dependencies"),
        (["--mini-batch-size", "0"], "error: --mini-batch-size 0: it is too small."),
        (["--error-threshold", "-2"], "error: --error-threshold -2: it is too small."),
        (["--timeout", "nan"], "error: --timeout nan: it is no time limit."),
        (["--environment-variable", "NAME"], "error: --environment-variable: a value is not NAME=VALUE."),
    ],
)
def test_bad_input_is_one_message(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, options: list[str], sentence: str
) -> None:
    monkeypatch.chdir(folder.path)
    (folder.path / "empty/sub").mkdir(parents=True)
    for name, text in {"broken.yml": "a: [", "list.yml": "[1]", "code/notes.md": "", "code/score.py": ""}.items():
        folder.write(name, text)
    status, report = folder.run("--code", "code", "--script", "score.py", "--input", "input", *options)
    assert status == 1
    [line] = report
    assert line.startswith(sentence)
    assert line.endswith(".")


def test_what_the_script_prints_and_its_traceback_are_on_standard_error(folder: Folder) -> None:
    folder.score(script("import sys\nprint('to out')\nprint('to err', file=sys.stderr)\nraise KeyError('k')"))
    assert folder.printed.count("to out\n") == 3  # tries
    assert "to err\n" in folder.printed
    assert "KeyError: 'k'" in folder.printed


def test_output_is_shown_while_the_script_runs(tmp_path: Path) -> None:
    stream, log = io.StringIO(), tmp_path / "logs/user/stdout/10.0.0.4/process000.stdout.txt"
    live = LiveOutput(tmp_path, stream)
    log.parent.mkdir(parents=True)
    log.write_bytes("é".encode()[:1])
    live._copy_new(tmp_path)
    log.write_bytes("éa".encode())
    live._copy_new(tmp_path)
    assert stream.getvalue() == "éa"


def test_an_output_folder_gets_the_files_again_and_the_inputs_stay(folder: Folder) -> None:
    out = folder.path / "out"
    assert folder.score(RIGHT["output folder"][0], "--output", str(out))[0] == 0
    folder.score(script("Path(files[0]).write_text('9')\nreturn [0 for file in files]"), "--output", str(out))
    assert (out / "predictions.csv").read_text() == "0\n0\n0\n0\n"
    assert (folder.path / "input/a.txt").read_text() == "1"


def test_lost_items_and_the_threshold_decide_the_status(folder: Folder) -> None:
    text = script("if files[0].endswith('a.txt'):\n    raise ValueError('no')\nreturn files")
    few = ("--mini-batch-size", "1", "--max-retries", "1")
    status, report = folder.score(text, *few)
    assert (status, report[1]) == (1, "The job would complete: 3 items in 4 mini batches, 1 failed.")
    status, report = folder.score(text, *few, "--error-threshold", "0")
    assert status == 1
    assert report[0].startswith("error: score.py:11: run() failed: ValueError: no.")
    assert report[1].startswith("The job would fail: ")


def test_a_mini_batch_that_a_second_try_scores_is_a_warning(folder: Folder) -> None:
    text = script("if not Path('tried').exists():\n    Path('tried').touch()\n    raise OSError('busy')\nreturn files")
    status, report = folder.score(text)
    assert report[0].startswith("warning: score.py:12: run() failed: OSError: busy.")
    assert (status, report[1]) == (0, "The job would complete: 4 items in 1 mini batch.")


def test_links_are_followed_and_keep_their_names(folder: Folder) -> None:
    folder.write("more/e.txt", "5")
    (folder.path / "input/linked").symlink_to(folder.path / "more")
    (folder.path / "more/round").symlink_to(folder.path / "input")
    (folder.path / "latest").symlink_to(folder.path / "model")
    text = script("[folder] = Path(os.environ['AZUREML_MODEL_DIR']).iterdir()\nreturn [folder.name] * len(files)")
    report = folder.score(text, "--model", str(folder.path / "latest"))[1]
    assert report[2:] == ["  latest"] * 5


def test_what_is_no_code_is_not_copied(folder: Folder) -> None:
    for name in (
        ".git/config",
        "lib/__pycache__/x.pyc",
        ".venv/pyvenv.cfg",
        ".venv/lib/x.py",
        ".hidden/x.py",
        "lib/x.py",
    ):
        folder.write(f"code/{name}", "")
    text = script(
        "paths = [path for path in Path('.').rglob('*.*') if path.is_file() and '.cpython' not in path.name]\n"
        "return [sorted(map(str, paths))] * len(files)"
    )
    report = folder.score(text)[1]
    assert report[2] == "  ['.hidden/x.py', 'helper.py', 'lib/x.py', 'score.py']"


@pytest.mark.parametrize(
    "body",
    [
        "import shutil\nshutil.rmtree(os.environ['AZUREML_MODEL_DIR'])",
        "os.symlink('/x', os.environ['AZUREML_MODEL_DIR'] + '/x')",
        "os.rename('score.py', os.environ['AZUREML_MODEL_DIR'] + '/x')",
    ],
)
def test_other_ways_to_change_the_model(folder: Folder, body: str) -> None:
    report = folder.score(script(f"{body}\nreturn files"))[1]
    assert " into the model: " in report[0]


def test_odd_calls_go_on_as_without_an_observer(folder: Folder) -> None:
    body = """
os.listdir(os.open('.', os.O_RDONLY))
open(os.dup(0)).close()
for odd in (b'\\xff', 'a\\0b', 'x' * 5000, None):
    try:
        open(odd)
    except (OSError, ValueError, TypeError):
        pass
os.chdir('/')
return [b'\\xff'.decode('utf-8', 'surrogateescape') and 'ok' for file in files]
"""
    status, report = folder.score(script(body))
    assert (status, report[0]) == (0, "The job would complete: 4 items in 1 mini batch.")


def test_settings_reach_the_script(folder: Folder) -> None:
    text = script("return [os.environ['SPEED']] * len(files)")
    report = folder.score(text, "--environment-variable", "SPEED=a=b", "--max-concurrency-per-instance", "2")[1]
    assert report[2:] == ["  a=b"] * 4


def test_packages_of_the_conda_file_that_are_absent_are_named(folder: Folder) -> None:
    folder.write("conda.yml", "dependencies: [python=3.11, {pip: [pyyaml, no-such-package-x==1]}]")
    report = folder.score(RIGHT["list"][0], "--conda", str(folder.path / "conda.yml"))[1]
    assert report[0].startswith("warning: this Python lacks no-such-package-x of the conda file")


def test_a_script_cannot_import_what_observes_it(folder: Folder) -> None:
    text = script("import importlib.util\nreturn [importlib.util.find_spec('observer')] * len(files)")
    report = folder.score(text)[1]
    assert report[2:] == ["  None"] * 4
    assert "observer" not in sys.modules


def command(folder: Folder, text: str, *options: str) -> list[str]:
    """The command line as a program of its own."""
    folder.write("code/score.py", text)
    paths = [word for name in ("code", "input") for word in (f"--{name}", str(folder.path / name))]
    return [sys.executable, "-m", "tests.emulator", "score", "--script", "score.py", *paths, *options]


def test_watch_scores_again_after_a_change(folder: Folder) -> None:
    def text(word: str) -> str:
        return f"def init(): pass\ndef run(files): return ['{word}'] * len(files)\n"

    with subprocess.Popen(command(folder, text("first"), "--watch"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = [process.stdout.readline() for _line in range(6)]
        folder.write("code/score.py", text("second one"))
        second = [process.stdout.readline() for _line in range(6)]
        process.send_signal(signal.SIGINT)
    assert (first[2], second[2]) == ("  first\n", "  second one\n")
    assert process.returncode == 130


def test_pdb_stops_in_the_script_at_its_first_exception(folder: Folder) -> None:
    text = "def init(): pass\ndef run(files):\n    count = len(files) * 1000\n    return 1 / 0\n"
    ours, terminal = os.openpty()
    words = command(folder, text, "--pdb", "--mini-batch-size", "1")
    with subprocess.Popen(
        words, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        os.write(ours, b"p count + 7\nq\n")
        report, _errors = process.communicate(timeout=30)
    shown = os.read(ours, 10000).decode()
    os.close(ours)
    os.close(terminal)
    assert "(Pdb)" in shown
    assert "1007" in shown
    assert report.startswith("error: score.py:4: run() failed: ZeroDivisionError")


def test_pdb_needs_a_terminal(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    report = folder.score(RIGHT["list"][0], "--pdb")[1]
    assert report == ["error: --pdb: standard input is not a terminal. Run the command in a terminal."]
