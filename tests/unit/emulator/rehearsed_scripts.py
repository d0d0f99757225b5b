"""Scoring scripts for rehearsals: right ones with their predictions, and faulty ones with what names the fault."""

from __future__ import annotations

START = """
import os
from pathlib import Path
def init():
    global factor
    [file] = Path(os.environ["AZUREML_MODEL_DIR"]).rglob("factor.txt")
    factor = int(file.read_text())
"""
FILES = {"a.txt": "1", "b.txt": "2", "c.txt": "3", "sub/d.txt": "4"}
TENFOLD = ["10", "20", "30", "40"]
NAMED = ["a.txt,10", "b.txt,20", "c.txt,30", "d.txt,40"]


def script(body: str, start: str = START) -> str:
    """A script whose `run(files)` has the lines of `body`."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return f"{start}\ndef run(files):\n{lines}\n"


_SCORE = "[int(Path(file).read_text()) * factor for file in files]"

RIGHT: dict[str, tuple[str, list[str]]] = {
    "list": (script(f"return {_SCORE}"), TENFOLD),
    "tuple": (script(f"return tuple({_SCORE})"), TENFOLD),
    "texts": (script("return [f'{Path(f).name},{int(open(f).read()) * factor}' for f in files]"), NAMED),
    "dicts": (
        script(f"return [{{'n': n}} for n in {_SCORE}]"),
        ["{'n': 10}", "{'n': 20}", "{'n': 30}", "{'n': 40}"],
    ),
    "json": (
        script(f"import json\nreturn [json.dumps('{{}}\\n'.format(n)) for n in {_SCORE}]"),
        [f'"{n}\\n"' for n in TENFOLD],
    ),
    "numpy": (script(f"import numpy\nreturn numpy.array({_SCORE})"), TENFOLD),
    "data frame": (
        script(f"import pandas\nreturn pandas.DataFrame({{'f': [Path(f).name for f in files], 'n': {_SCORE}}})"),
        [line.replace(",", " ") for line in NAMED],
    ),
    "series": (script(f"import pandas\nreturn pandas.Series({_SCORE})"), TENFOLD),
    "prints": (script(f"print('scoring', files)\nreturn {_SCORE}"), TENFOLD),
    "logs": (script(f"import logging\nlogging.getLogger('x').warning('%s', files)\nreturn {_SCORE}"), TENFOLD),
    "temporary file": (
        script(
            "import tempfile\nfound = []\nfor file in files:\n    with tempfile.NamedTemporaryFile('w', delete=False) "
            "as copy:\n        copy.write(Path(file).read_text())\n"
            "    found.append(int(open(copy.name).read()) * factor)\n"
            "    os.remove(copy.name)\nreturn found"
        ),
        TENFOLD,
    ),
    "temporary folder": (
        script(
            "import shutil, tempfile\nwith tempfile.TemporaryDirectory() as folder:\n    for file in files:\n"
            "        shutil.copy(file, folder)\n"
            "    return [int(Path(folder, Path(file).name).read_text()) * factor for file in files]"
        ),
        TENFOLD,
    ),
    "output folder": (
        script(f"Path(os.environ['AZUREML_BI_OUTPUT_PATH'], Path(files[0]).name).touch()\nreturn {_SCORE}"),
        TENFOLD,
    ),
    "own folder": (script(f"Path('seen.txt').write_text('x')\nPath('seen.txt').read_text()\nreturn {_SCORE}"), TENFOLD),
    "own module": (
        script(f"import helper\nreturn [helper.same(n) for n in {_SCORE}]"),
        TENFOLD,
    ),
    "home": (script(f"Path('~/cache').expanduser().write_text('x')\nreturn {_SCORE}"), TENFOLD),
    "loopback": (
        script(
            "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
            f"socket.create_connection(server.getsockname()).close()\nserver.close()\nreturn {_SCORE}"
        ),
        TENFOLD,
    ),
    "library": (script(f"import xml.dom.minidom, mimetypes, ssl\nmimetypes.init()\nreturn {_SCORE}"), TENFOLD),
    "sub-process": (
        script(
            "import subprocess, sys\ndouble = [sys.executable, '-c', 'print(2)']\n"
            f"assert subprocess.run(double, capture_output=True, check=True).stdout == b'2\\n'\nreturn {_SCORE}"
        ),
        TENFOLD,
    ),
    "threads": (
        script(
            "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool:\n"
            "    return list(pool.map(lambda file: int(Path(file).read_text()) * factor, files))"
        ),
        TENFOLD,
    ),
}

FAULTY: dict[str, tuple[str, str]] = {
    "no init": ("def run(files):\n    return files\n", "has no function init(). Define init()"),
    "no run": ("def init():\n    pass\n", "has no function run(). Define init()"),
    "syntax": ("def init(:\n", "error: score.py:1: the import failed: SyntaxError"),
    "absent package": ("import no_such_package_x\n", "score.py:1: the import failed: ModuleNotFoundError"),
    "init raises": (script("return files", "def init():\n    {}['model']\n"), "score.py:2: init() failed: KeyError"),
    "run returns nothing": (script("pass"), "run() failed: BadReturn: run() must return a list"),
    "run returns a text": (script("return 'one'"), "and returned str. Return a list"),
    "run returns an empty list": (script("return []"), "run() returned 0 items for the 4 files"),
    "fewer items": (
        script("return files[1:]"),
        "warning: run() returned 3 items for the 4 files of the mini batch of a.txt",
    ),
    "run raises": (script("return [1 / 0 for file in files]"), "score.py:10: run() failed: ZeroDivisionError"),
    "run exits": (script("raise SystemExit(3)"), "score.py:10: run() failed: SystemExit: 3"),
    "crash": (
        script("import signal\nos.kill(os.getpid(), signal.SIGSEGV)"),
        "for the mini batch of a.txt: the worker process was killed by SIGSEGV. Native code crashed",
    ),
    "crash in init": (
        script("return files", "import os, signal\ndef init():\n    os.kill(os.getpid(), signal.SIGABRT)\n"),
        "error: score.py: the worker process was killed by SIGABRT",
    ),
    "silent exit": (script("os._exit(0)"), "the worker process ended with status 0. Let the script raise"),
    "hangs": (script("import time\ntime.sleep(60)"), "run() took longer than 0.4 s. Make it faster"),
    "hangs in init": (
        script("return files", "import time\ndef init():\n    time.sleep(60)\n"),
        "it took longer than 0.5 s. Make it faster",
    ),
    "slow": (
        script("import time\ntime.sleep(0.8)\nreturn files"),
        "of the 1.5 s that the mini batch of a.txt may take",
    ),
    "line breaks": (
        script("return [f'{file}\\n' for file in files]"),
        "items with line breaks for the mini batch of a.txt",
    ),
    "line breaks in a data frame": (
        script("import pandas\nreturn pandas.DataFrame({'f': ['a\\nb' for file in files]})"),
        "one item becomes several lines of predictions.csv",
    ),
    "reads outside": (
        script("Path('OUTSIDE/table.csv').read_text()\nreturn files"),
        "warning: score.py:10 reads OUTSIDE/table.csv, which is outside the inputs",
    ),
    "lists outside": (script("os.listdir('OUTSIDE')\nreturn files"), "score.py:10 reads OUTSIDE, which is outside"),
    "reads outside what is absent": (
        script("try:\n    open('/data/no/such')\nexcept OSError:\n    return files"),
        "score.py:11 reads /data/no/such, which is outside",
    ),
    "writes into the model": (
        script("Path(os.environ['AZUREML_MODEL_DIR'], 'cache').write_text('x')\nreturn files"),
        "score.py:10 writes cache into the model",
    ),
    "removes from the model": (
        script("for file in Path(os.environ['AZUREML_MODEL_DIR']).rglob('f*.txt'):\n    file.unlink()\nreturn files"),
        "txt into the model",
    ),
    "writes into the input": (
        script("Path(files[0]).with_suffix('.done').touch()\nreturn files"),
        "score.py:10 writes input/a.done into the input: a cluster mounts inputs read-only",
    ),
    "network": (
        script("import socket\ntry:\n    socket.getaddrinfo('models.invalid', 443)\nexcept OSError:\n    return files"),
        "score.py:12 connects to models.invalid",
    ),
}

LIMITS = {
    "hangs": ("--timeout", "0.4"),
    "hangs in init": ("--init-timeout", "0.5"),
    "slow": ("--timeout", "1.5"),
}
"""Options of the faulty scripts that take long."""

COMPARED: dict[str, tuple[str, str]] = {
    "counter": (
        script("global seen\nseen = globals().get('seen', 0) + len(files)\nreturn [seen] * len(files)"),
        "global state",
    ),
    "accumulates": (
        script("global found\nfound = [*globals().get('found', []), *files]\nreturn [Path(f).name for f in found]"),
        "global state",
    ),
    "order": (
        script("return [f'{n} {Path(file).name}' for n, file in enumerate(files)]"),
        "order of files in a mini batch",
    ),
    "normalizes": (script(f"all = {_SCORE}\nreturn [n / max(all) for n in all]"), "which files share a mini batch"),
    "random": (script("import random\nreturn [random.random() for file in files]"), "differ from run to run"),
}
