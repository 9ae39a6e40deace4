"""sallyportctl over the admin socket: status, reload, stop, and who may use it."""

import os
import re
import stat

from lab import processes
from lab.run import binaries, run, wait_until
from lab.tls import shakes_hands


def test_status_has_the_promised_keys_and_tells_the_truth(gateway):
    status = gateway.ctl_json("status")
    promised = {"version", "uptime_seconds", "sessions", "workers", "pid", "processes"}
    assert promised <= status.keys()
    assert status["pid"] == gateway.pid
    assert status["sessions"] == 0
    assert status["uptime_seconds"] >= 0
    assert re.match(r"\d+\.\d+\.\d+", status["version"])
    expected = {role: (pid, processes.uid(pid)) for role, pid in gateway.roles().items()}
    told = {entry["role"]: (entry["pid"], entry["uid"]) for entry in status["processes"]}
    assert expected.items() <= told.items()
    assert told.keys() - expected.keys() <= {"supervisor"}


def test_status_for_a_person_names_each_process(gateway):
    printed = gateway.ctl("status").stdout
    for role, pid in gateway.roles().items():
        assert re.search(rf"{role}\b.*\b{pid}\b", printed), printed


def test_an_answer_that_cannot_be_written_is_an_error(gateway):
    command = f"{binaries() / 'sallyportctl'} --socket {gateway.socket} status > /dev/full"
    done = run("sh", "-c", command, check=False)
    assert done.returncode == 1 and "cannot write the answer" in done.stdout, done.stdout


def test_status_follows_a_process_that_was_replaced(new_gateway):
    gateway = new_gateway().start()
    former = gateway.kill("gateway")
    successor = gateway.wait_replaced("gateway", former)
    told = {entry["role"]: entry["pid"] for entry in gateway.ctl_json("status")["processes"]}
    assert told["gateway"] == successor


def test_reload_reports_a_bad_file_with_its_position_and_a_non_zero_status(new_gateway):
    gateway = new_gateway().start()
    gateway.config["tls"]["certifikate"] = "x.pem"
    gateway.write_config()
    done = gateway.ctl("reload", check=False)
    assert done.returncode != 0
    assert re.search(r"sallyport\.toml:\d+:\d+: .*certifikate", done.stdout), done.stdout


def test_reload_of_a_good_file_succeeds(new_gateway, client_host):
    gateway = new_gateway().start()
    assert gateway.ctl("reload", check=False).returncode == 0
    wait_until(lambda: shakes_hands(client_host), 3, "handshakes work")


def test_stop_ends_the_gateway_with_status_0(new_gateway):
    gateway = new_gateway().start()
    assert gateway.ctl("stop", check=False).returncode == 0
    assert gateway.wait_end() == 0
    assert not gateway.socket.exists()


def test_without_a_gateway_it_says_so_in_one_line(new_gateway):
    done = new_gateway().ctl("status", check=False)
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert "admin.sock" in done.stdout


def test_a_command_that_does_not_exist_is_a_usage_error(gateway):
    done = gateway.ctl("frobnicate", check=False)
    assert done.returncode == 1
    assert processes.exists(gateway.pid)


def test_the_socket_is_closed_to_other_users(gateway):
    mode = os.stat(gateway.socket)
    assert mode.st_uid == 0
    assert stat.S_IMODE(mode.st_mode) & 0o007 == 0


def test_peer_credentials_are_checked_even_if_the_socket_can_be_opened(new_gateway):
    gateway = new_gateway().start()
    for folder in (gateway.folder, *gateway.folder.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    gateway.socket.chmod(0o666)
    program = gateway.folder / "sallyportctl"  # the build folder may be closed to others
    run("cp", binaries() / "sallyportctl", program)
    done = run(
        *("setpriv", "--reuid=61999", "--regid=61999", "--clear-groups"),
        *(program, "--socket", gateway.socket, "--json", "status"),
        check=False,
    )
    assert done.returncode != 0
    assert "processes" not in done.stdout
