"""What happens when a process is killed: the service stays, or ends when it must."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from lab import processes
from lab.gateway import PORT, ROLES
from lab.run import wait_until
from lab.tls import shakes_hands

WORKERS = sorted(ROLES)


@pytest.mark.parametrize("role", WORKERS)
def test_a_killed_process_is_replaced_and_handshakes_work_again(new_gateway, client_host, role):
    gateway = new_gateway().start()
    others = {name: pid for name, pid in gateway.roles().items() if name != role}
    former = gateway.kill(role)
    gateway.wait_replaced(role, former, seconds=2)
    wait_until(lambda: shakes_hands(client_host, timeout=2), 3, "handshakes work again")
    assert others.items() <= gateway.roles().items()


@pytest.mark.parametrize("role", ["gateway", "keeper"])
def test_no_connection_is_refused_while_a_process_is_replaced(new_gateway, client_host, role):
    gateway = new_gateway().start()
    former = gateway.kill(role)
    end = time.monotonic() + 1
    connections = []
    while time.monotonic() < end:
        connections.append(client_host.connect("192.0.2.1", PORT))  # raises ConnectionRefusedError
        time.sleep(0.01)
    assert len(connections) > 10
    for connection in connections:
        connection.close()
    gateway.wait_replaced(role, former)


def test_a_connection_made_while_the_gateway_is_gone_is_served_by_the_next(new_gateway, client_host):
    gateway = new_gateway().start()
    former = gateway.kill("gateway")
    assert shakes_hands(client_host, timeout=4)
    gateway.wait_replaced("gateway", former)



def test_the_tunnel_interface_outlives_the_gateway_process(new_gateway, network):
    gateway = new_gateway().start()

    def addresses():
        lines = network.gateway.ip("-o", "address", "show", "dev", "sally0").splitlines()
        return [line.split()[:4] for line in lines]

    before = addresses()
    assert {"10.20.0.1/16", "fd20::1/64"} <= {line[3] for line in before}
    former = gateway.kill("gateway")
    assert addresses() == before
    gateway.wait_replaced("gateway", former)
    assert addresses() == before
    gateway.stop()
    assert "sally0" not in network.gateway.ip("link")


def test_two_services_do_not_share_a_state_folder(new_gateway):
    first = new_gateway().start()
    second = new_gateway()
    second.config["listen"].update(tcp="192.0.2.1:8443", udp="")
    second.config["tunnel"]["interface"] = "sally1"
    second.config["state"]["directory"] = str(first.folder / "state")
    second.write_config()
    done = second.command()
    assert done.returncode == 1
    assert re.search(r"sallyport.toml:\d+:\d+: another sallyportd uses the folder", done.stdout), done.stdout


def test_a_stopped_keeper_fails_handshakes_quickly_and_delays_nothing_afterwards(new_gateway, client_host):
    gateway = new_gateway().start()
    keeper = gateway.roles()["keeper"]
    os.kill(keeper, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        assert not shakes_hands(client_host, timeout=5)
        assert time.monotonic() - begin < 3
    finally:
        os.kill(keeper, signal.SIGCONT)
    wait_until(lambda: shakes_hands(client_host, timeout=2), 5, "handshakes work again")


def test_a_successor_that_does_not_come_up_is_killed_before_the_next(new_gateway):
    # Both have the same databases.
    gateway = new_gateway().start()
    known = set(gateway.roles().values())
    gateway.kill("authenticator")
    children = Path(f"/proc/{gateway.pid}/task/{gateway.pid}/children")
    while not (new := set(map(int, children.read_text().split())) - known):
        pass  # before it can say that it is ready
    (hung,) = new
    os.kill(hung, signal.SIGSTOP)
    gateway.wait_log("authenticator could not be started: did not answer in time", 13)
    gateway.wait_log("authenticator runs again")
    assert not processes.exists(hung)


def test_the_others_end_with_a_killed_supervisor(new_gateway, network):
    gateway = new_gateway().start()
    pids = gateway.roles().values()
    os.kill(gateway.pid, signal.SIGKILL)
    gateway.wait_end()
    wait_until(lambda: not any(processes.exists(pid) for pid in pids), 3, "the others end")
    assert not network.gateway.pids()


def test_five_deaths_in_a_minute_end_the_service_with_a_crash_note(new_gateway, network):
    gateway = new_gateway().start()
    former = None
    for _ in range(5):
        former = gateway.wait_replaced("gateway", former, seconds=15)  # the pause doubles: 0, 1, 2, 4 s
        os.kill(former, signal.SIGKILL)
    assert gateway.wait_end(20) != 0
    assert not network.gateway.pids()
    notes = "".join(path.read_text() for path in (gateway.folder / "state").glob("crash*")) + gateway.log
    assert re.search(r"signal[ =]9\b|SIGKILL", notes), notes
    assert re.search(r"\d+\.\d+\.\d+", notes), "the note names the build"
    assert not list(gateway.folder.glob("**/core*"))


def test_a_death_now_and_then_does_not_end_the_service(new_gateway, client_host):
    gateway = new_gateway().start()
    for role in WORKERS:
        gateway.wait_replaced(role, gateway.kill(role), seconds=5)
    assert gateway.roles().keys() == ROLES
    wait_until(lambda: shakes_hands(client_host, timeout=2), 3, "handshakes work")
