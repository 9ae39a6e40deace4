"""sallyport in the background, where scripts leave it once their tunnel stands."""

import contextlib
import os
import shutil
import signal

import pytest

from lab import processes
from lab.client import LOGIN_FAILED
from lab.hostile import Play
from lab.run import wait_until
from lab.traffic import carries_data

HOST = "vpn.example.com"


@pytest.fixture
def pid_file(untouched, folder):
    """Whatever runs by it ends with the test."""
    path = folder / "pid"
    yield path
    if path.exists():
        pid = int(path.read_text())
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        wait_until(lambda: not processes.exists(pid), 5, "the client ends")


def start(client, pki, *options, **more):
    return client.start(pki, "--user=alice", "--background", *options, HOST, **more)


def test_the_command_returns_when_the_tunnel_stands(gateway, client, client_host, pki, pid_file):
    command = start(client, pki, "--pid-file", pid_file)
    assert command.wait_end() == 0, command.output
    assert command.stdout.startswith("connected "), command.stdout
    carries_data(client_host, gateway)
    pid = int(pid_file.read_text())
    speaks = processes.children(pid)["sally-connect"]
    assert pid != command.process.pid and os.getsid(pid) == pid and os.getsid(speaks) == speaks
    os.kill(pid, signal.SIGUSR2)
    command.wait_back()  # it says so where the command did
    carries_data(client_host, gateway)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not processes.exists(pid), 5, "the client ends")
    assert not pid_file.exists()
    gateway.has_no_session()


def test_a_first_tunnel_that_breaks_at_once_does_not_keep_the_command(meets, pid_file):
    def breaks_once(peer):
        broken.append(peer)
        if len(broken) > 1:
            peer.listen()

    broken = []
    command, _ = meets(Play(tunnel=breaks_once), "--no-dtls", "--background", "--pid-file", pid_file)
    assert command.wait_end() == 0, command.output
    assert command.stdout.startswith("connected "), command.stdout


def test_the_pid_file_of_another_client_stays(gateway, client, pki, pid_file):
    assert start(client, pki, "--pid-file", pid_file).wait_end() == 0
    pid = int(pid_file.read_text())
    pid_file.write_text("1\n")
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not processes.exists(pid), 5, "the client ends")
    assert pid_file.read_text() == "1\n"
    pid_file.unlink()


def test_the_pid_file_is_written_with_the_rights_of_its_folders_owner(gateway, client, pki, pid_file):
    users = pid_file.parent / "users"
    users.mkdir()
    os.chown(users, 61200, 61200)
    shut = pid_file.parent / "shut"
    shut.mkdir(mode=0o555)
    os.chown(shut, 61200, 61200)
    assert start(client, pki, "--pid-file", users / "pid").wait_end() == 0
    (users / "pid").rename(pid_file)  # for the end of the test, whatever comes
    assert pid_file.stat().st_uid == 61200
    shutil.copy2(pid_file, users / "pid")
    pid = int(pid_file.read_text())
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not processes.exists(pid), 5, "the client ends")
    assert not (users / "pid").exists()
    refused = start(client, pki, "--pid-file", shut / "pid")
    assert refused.wait_end() == 1 and "Permission denied" in refused.output, refused.output
    pid_file.unlink()


def test_where_no_tunnel_comes_about_the_command_ends_as_ever(gateway, client, pki, pid_file):
    command = start(client, pki, "--pid-file", pid_file, password="wrong")
    assert command.wait_end() == LOGIN_FAILED, command.output
    assert not pid_file.exists()


def test_a_pid_file_that_cannot_be_written_ends_it(gateway, client, pki, pid_file):
    command = start(client, pki, "--pid-file", pid_file / "below")
    assert command.wait_end() == 1, command.output
    assert str(pid_file) in command.output
    gateway.has_no_session()


def test_only_a_file_is_replaced_by_the_pid_file(gateway, client, pki, folder):
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    command = start(client, pki, "--pid-file", pipe)
    assert command.wait_end() == 1, command.output
    assert f"{pipe} is not a file" in command.output and pipe.is_fifo()


@pytest.mark.parametrize("way", ["terminal", "kill"])
def test_a_signal_to_the_command_is_for_the_client(gateway, client, pki, way):
    terminal = client.at_terminal(pki, "--background", "--user=alice", HOST)
    terminal.wait_for("[Pp]assword: ")
    if way == "terminal":
        terminal.type("\x03")
    else:
        terminal.process.send_signal(signal.SIGTERM)
    assert terminal.wait_end() == 1, terminal.shown
    assert terminal.echoes()
