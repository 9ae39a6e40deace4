"""A login and a tunnel as runs of their own, which any client may do with any other's cookie."""

import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from lab import ocserv as ocservs
from lab.client import LOGIN_FAILED, Client, OpenConnect
from lab.run import binaries
from lab.traffic import carries_data

HOST = "vpn.example.com"
NAMES = ["COOKIE", "HOST", "CONNECT_URL", "FINGERPRINT", "RESOLVE"]


@pytest.fixture
def clients(untouched, vpn_client, client_host, folder, request):
    """Both, by name."""
    stock = OpenConnect(client_host, folder / request.node.name[-40:])
    made = {"sallyport": vpn_client, "openconnect": stock}
    yield made
    for client in made.values():
        client.close()


@pytest.fixture(params=["sallyportd", "ocserv"])
def server(request, shared_gateway, new_ocserv):
    """A gateway, and how clients call it."""
    if request.param == "ocserv":
        yield new_ocserv(route=["10.30.0.0/24", "fd20:0:0:30::/64"]).start(), f"{HOST}:{ocservs.PORT}"
        return
    yield shared_gateway if shared_gateway.is_running else shared_gateway.start(), HOST
    shared_gateway.ctl("disconnect", "--all")


def printed(done) -> dict[str, str]:
    """What --authenticate said, as a shell reads it."""
    assert done.returncode == 0, done.stdout
    lines = [line for line in done.stdout.splitlines() if re.match(r"[A-Z_]+=", line)]
    values = dict(line.split("=", 1) for line in lines)
    return {name: shlex.split(value)[0] for name, value in values.items()}


def log_in(client, pki, host) -> dict[str, str]:
    options = ("--user=alice", "--passwd-on-stdin", host)
    return printed(client.authenticate(pki, *options, password="correct horse"))


def resume(client, pki, told, *options):
    """Brings the tunnel up as scripts do."""
    where = ("--servercert", told["FINGERPRINT"], "--resolve", told["RESOLVE"], told["CONNECT_URL"])
    return client.start(pki, *options, *where, cookie=told["COOKIE"])


@pytest.mark.parametrize("host", [HOST, "192.0.2.1", "[2001:db8::1]"])
def test_the_lines_are_openconnects(server, clients, pki, host):
    where = server[1].replace(HOST, host) + "/"
    ours, theirs = (log_in(clients[name], pki, where) for name in ("sallyport", "openconnect"))
    assert list(ours) == NAMES and list(theirs) == NAMES
    # The cookie is another each time, and openconnect puts a key of its own before it.
    assert re.fullmatch(r"webvpn=[\w+/=]{40,}", ours.pop("COOKIE")), ours
    assert theirs.pop("COOKIE").rpartition("; ")[2].startswith("webvpn=")
    assert ours == theirs


def test_a_shell_gets_the_cookie_and_needs_no_root(gateway, client_host, vpn_client, pki):
    """Nothing but the lines is on stdout, and the session waits for its tunnel."""
    folder = vpn_client.home / "nobodys"
    folder.mkdir()
    folder.chmod(0o777)
    nobody = ("setpriv", "--reuid=61200", "--regid=61200", "--clear-groups", "env", f"HOME={folder}")
    program = shutil.copy(binaries() / "sallyport", folder)  # where it is built nobody may read, perhaps
    login = (program, "connect", "--authenticate", "--passwd-on-stdin", "--cafile", pki.ca)
    words = shlex.join(map(str, (*nobody, *login, "--user=alice", HOST)))
    script = f'eval "$({words})" && printf %s "$COOKIE|$HOST|$CONNECT_URL"'
    done = client_host.run("sh", "-c", script, text_input="correct horse\n", stderr=subprocess.PIPE)
    cookie, *others = done.stdout.split("|")
    assert re.fullmatch(r"webvpn=[\w+/=]{40,}", cookie), done.stdout
    assert others == ["192.0.2.1", "https://vpn.example.com/"], done.stdout
    assert "3 POST, user auth" in done.stderr, done.stderr
    states = [session["state"] for session in gateway.ctl_json("sessions", "--all")]
    assert states == ["detached"], states
    gateway.ctl("disconnect", "--all")


@pytest.mark.parametrize(
    "leads, why, asks",
    [(">/dev/full", "No space left on device: the session is ended", True), (">&-", "closed", False)],
    ids=["full", "closed"],
)
def test_a_cookie_that_nobody_gets_leaves_no_session(server, client_host, clients, pki, leads, why, asks):
    gateway, host = server
    login = (binaries() / "sallyport", "connect", "--authenticate", "--passwd-on-stdin", "--cafile", pki.ca)
    script = f"{shlex.join(map(str, (*login, '--user=alice', host)))} {leads}"
    done = client_host.run(
        "sh", "-c", script, check=False, text_input="correct horse\n", stderr=subprocess.PIPE
    )
    assert done.returncode == 1 and why in done.stderr, done.stderr
    assert ("1 TLS" in done.stderr) == asks, done.stderr
    gateway.has_no_session()


@pytest.mark.parametrize(
    "first, second",
    [
        ("sallyport", "sallyport"),
        ("sallyport", "openconnect"),
        ("openconnect", "sallyport"),
        ("openconnect", "openconnect"),
    ],
)
def test_either_clients_cookie_makes_the_others_tunnel_while_it_lives(
    server, clients, client_host, pki, first, second
):
    gateway, host = server
    told = log_in(clients[first], pki, host)
    tunnel = resume(clients[second], pki, told).wait_up()
    carries_data(client_host, gateway)
    assert tunnel.stop() == 0, tunnel.output
    # The user has ended it: the cookie is dead, for everybody.
    gateway.has_no_session()
    again = resume(clients["sallyport"], pki, told)
    assert again.wait_end() == LOGIN_FAILED, again.output
    assert "rejected the session cookie: 401" in again.output, again.output
    assert resume(clients["openconnect"], pki, told).wait_end() == LOGIN_FAILED


def test_a_cookie_lives_while_its_user_is_away(server, clients, client_host, pki):
    gateway, host = server
    told = log_in(clients["sallyport"], pki, host)
    first = resume(clients["sallyport"], pki, told).wait_up()
    address = first.stdout.split()[1]
    first.send(signal.SIGHUP)
    assert first.wait_end() == 0, first.output
    gateway.has_no_tunnel()
    second = resume(clients["sallyport"], pki, told).wait_up()
    assert second.stdout.split()[1] == address, second.stdout
    carries_data(client_host, gateway, gateway.inner[0])


def test_a_second_one_with_the_cookie_takes_over(server, clients, client_host, network, folder, pki):
    gateway, host = server
    told = log_in(clients["sallyport"], pki, host)
    first = resume(clients["sallyport"], pki, told).wait_up()
    elsewhere = Client(network["other"], folder / f"elsewhere-{type(gateway).__name__}")
    speaking = part_that_speaks(first)
    try:
        os.kill(speaking, signal.SIGSTOP)  # else it would take its session back
        second = resume(elsewhere, pki, told).wait_up()
        assert second.stdout.split()[1] == first.stdout.split()[1]
        carries_data(network["other"], gateway, gateway.inner[0])
        os.kill(speaking, signal.SIGCONT)
        first.wait_output("the connection was lost|the gateway ended the session")
    finally:
        first.process.kill()
        elsewhere.close()


def part_that_speaks(tunnel) -> int:
    """The pid of the client's process that holds the connection."""
    children = Path(f"/proc/{tunnel.process.pid}/task/{tunnel.process.pid}/children").read_text().split()
    return next(int(pid) for pid in children if "sally-connect" in Path(f"/proc/{pid}/comm").read_text())


@pytest.mark.parametrize("line", [None, "a=b; c=d", "webvpn=a b"])
def test_a_line_without_a_cookie_asks_nobody(gateway, vpn_client, pki, line):
    tunnel = vpn_client.start(pki, HOST, cookie=line or "")
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "standard input has no session cookie" in tunnel.output, tunnel.output
    assert "1 TLS" not in tunnel.output, tunnel.output


def test_a_cookie_that_never_was(server, clients, pki):
    _, host = server
    tunnel = clients["sallyport"].start(pki, host, cookie="webvpn=" + "A" * 43 + "=")
    assert tunnel.wait_end() == LOGIN_FAILED, tunnel.output
    assert "rejected the session cookie" in tunnel.output, tunnel.output
