"""The command line and the files of a state directory, without starting a server."""

from __future__ import annotations

import socket
import stat
import subprocess

import pytest

from tests.emulator import daemon, server
from tests.emulator.__main__ import main


def test_the_environment_file_survives_a_shell_and_is_private(emulator, tmp_path):
    settings = emulator.state.settings
    server.write_environment(settings)
    path = tmp_path / "env"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    script = '. "$0"; echo "$AZURE_CLOUD_ENVIRONMENT"; echo "$AZURE_SECRET"; echo "$SSL_CERT_FILE"'
    shown = subprocess.run(["sh", "-c", script, str(path)], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines() == [settings.url("management"), settings.client_secret, str(tmp_path / "ca.pem")]
    assert [line.split("=")[0] for line in path.read_text().splitlines()] == [
        f"export {name}"
        for name in (
            "AZURE_CLOUD_ENVIRONMENT",
            "AZURE_SUBSCRIPTION_ID",
            "AZURE_TENANT",
            "AZURE_CLIENT_ID",
            "AZURE_SECRET",
            "AZURE_TENANT_ID",
            "AZURE_CLIENT_SECRET",
            "AZURE_AUTHORITY_HOST",
            "AZUREML_RESOURCE_GROUP",
            "AZUREML_WORKSPACE",
            "SSL_CERT_FILE",
            "REQUESTS_CA_BUNDLE",
            "ARM_CLOUD_METADATA_URL",
        )
    ]


def test_a_state_directory_holds_one_emulator(tmp_path):
    assert not daemon.is_running(tmp_path)
    with daemon.pid_file(tmp_path):
        assert daemon.is_running(tmp_path)
        with pytest.raises(daemon.StartError, match="already runs"):
            daemon.start(tmp_path, [])
    assert not daemon.is_running(tmp_path)


def test_a_stale_pid_file_does_not_count(tmp_path):
    (tmp_path / "pid").write_text("1\n")
    assert not daemon.is_running(tmp_path)
    daemon.stop(tmp_path)


@pytest.mark.parametrize("policy", ["nonsense=1", "generation=G3", "generation", "list_lag=soon"])
def test_a_bad_policy_is_one_line_and_nothing_is_started(policy, tmp_path, capsys):
    assert main(["up", "--state-dir", str(tmp_path / "s"), "--policy", policy]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("emulator: ")
    assert (captured.out, captured.err.count("\n")) == ("", 1)
    assert not (tmp_path / "s" / "pid").exists()


def test_a_port_in_use_is_one_line_and_nothing_stays(tmp_path, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["up", "--state-dir", str(tmp_path / "a b"), "--port", str(port)]) == 1
    error = f"emulator: cannot listen on port {port} of 127.0.0.1: Address already in use\n"
    assert capsys.readouterr().err == error
    assert not daemon.is_running(tmp_path / "a b")


def test_down_without_an_emulator_is_fine(tmp_path):
    assert main(["down", "--state-dir", str(tmp_path / "none")]) == 0
