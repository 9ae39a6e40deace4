"""Fixtures: a folder, a network, certificates and gateways, each taken away when its test is over.

At the end nothing may be left: no namespace, no process, no file.
"""

import contextlib
import itertools
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from lab import network as networks
from lab.bystanders import Bystanders
from lab.client import Client, OpenConnect
from lab.gateway import Gateway, default_config
from lab.network import Network
from lab.ocserv import Ocserv
from lab.pki import Pki
from lab.run import binaries, wait_until
from lab.scripted_gateway import ScriptedGateway

_numbers = itertools.count(1)
_running = []  # gateways whose log belongs into a failure's report
_folder = Path(tempfile.gettempdir()) / f"sallyport-e2e-{os.getpid()}"


def pytest_sessionstart(session):
    if os.geteuid() != 0:
        pytest.exit("end-to-end tests make network namespaces: run them as root", returncode=77)
    if not (binaries() / "sallyportd").exists():
        pytest.exit(f"no sallyportd in {binaries()}: build first", returncode=2)
    networks.remove_abandoned()


@pytest.hookimpl(trylast=True)  # after the last fixtures are gone
def pytest_sessionfinish(session, exitstatus):
    shutil.rmtree(_folder, ignore_errors=True)
    ours = f"{networks.PREFIX}-{os.getpid()}-"
    left = [f"namespace {name}" for name in networks.namespaces() if name.startswith(ours)]
    left += [f"file {path}" for path in [_folder, *networks.NETNS_FILES.glob(ours + "*")] if path.exists()]
    left += [f"process {pid}" for pid in _pids_mentioning(str(_folder))]
    for line in left:
        print(f"\nleft over: {line}")
    if left and exitstatus == 0:
        session.exitstatus = 1


def _pids_mentioning(words):
    """Processes whose command line names our folder: every program that a test starts does."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if words in (folder / "cmdline").read_bytes().decode(errors="replace"):
                yield folder.name
        except OSError:
            continue


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        for gateway in _running:
            if gateway.log:
                report.sections.append((f"log of {gateway.folder.name}", gateway.log[-20000:]))


@pytest.fixture(scope="module")
def folder(request):
    path = _folder / request.module.__name__
    path.mkdir(parents=True)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def network():
    with Network("client", "other") as made:
        yield made


@pytest.fixture(scope="module")
def client_host(network):
    return network["client"]


@pytest.fixture
def cable(client_host, network):
    """Sets the MTU of the cable between client and gateway."""

    def set_mtu(mtu):
        for host in (client_host, network.gateway):
            host.ip("link", "set", "cable0", "mtu", str(mtu))

    yield set_mtu
    set_mtu(1500)


@pytest.fixture
def untouched(client_host):
    """The client's network is as it was, once the test and its clients are over."""
    before = _network_of(client_host)
    yield
    with contextlib.suppress(AssertionError):
        wait_until(lambda: _network_of(client_host) == before, 10, "the machine is as it was")
    assert _network_of(client_host) == before


def _network_of(host):
    """Interfaces, routes, rules and resolver, without what the kernel adds to a new cable late."""
    links = host.ip("-o", "link").splitlines()  # ip may complain that a namespace is being made meanwhile
    interfaces = [line.split()[1] for line in links if line[0].isdigit()]
    commands = (("route",), ("-6", "route"), ("rule",), ("-6", "rule"))
    lines = [line for command in commands for line in host.ip("-o", *command).splitlines()]
    routes = [line for line in lines if "fe80::" not in line]
    return interfaces, routes, host.run("cat", "/etc/resolv.conf").stdout


@pytest.fixture(scope="module")
def pki(folder):
    return Pki(folder / "pki")


@pytest.fixture(scope="module")
def pair(pki):
    """The gateway's usual RSA certificate and key."""
    return pki.server()


@pytest.fixture(scope="module")
def shared_gateway(network, folder, pki, pair):
    """The gateway of the tests that only talk to one; not yet started."""
    made = Gateway(network.gateway, folder / "gateway", default_config(pki, pair))
    _running.append(made)
    yield made
    _close_all([made])


@pytest.fixture
def gateway(shared_gateway):
    """A running gateway, the same one for all tests of a file."""
    return shared_gateway if shared_gateway.is_running else shared_gateway.start()


@pytest.fixture
def no_session_is_left(shared_gateway):
    """For all tests of a file: pytestmark = pytest.mark.usefixtures("no_session_is_left")."""
    yield
    if shared_gateway.is_running:
        shared_gateway.ctl("disconnect", "--all")


@pytest.fixture(scope="module")
def bystanders(shared_gateway, network, folder, pki):
    """Two tunnels on the shared gateway that carry data, for all tests of a file."""
    for name in Bystanders.NAMES:
        shared_gateway.add_user(name)
    if not shared_gateway.is_running:
        shared_gateway.start()
    made = Bystanders(shared_gateway, network, folder / "bystanders", pki)
    yield made
    made.close()


@pytest.fixture
def new_gateway(shared_gateway, network, folder, pki, pair):
    """Makes a gateway that is not started yet, for a test that changes its configuration or kills it.

    The shared one makes room: both have the same addresses.
    """
    if shared_gateway.is_running:
        shared_gateway.stop()
    made = []

    def make(**changes):
        """With keys of the configuration's tables changed: new_gateway(listen={"udp": ""})."""
        path = folder / f"gateway-{next(_numbers)}"  # short: a socket's path has 108 characters at most
        made.append(Gateway(network.gateway, path, default_config(pki, pair)))
        for table, keys in changes.items():
            made[-1].config[table].update(keys)
        _running.append(made[-1])
        return made[-1]

    yield make
    _close_all(made)


@pytest.fixture
def new_ocserv(network, folder, pair):
    """Makes an ocserv that is not started yet."""
    made = []

    def make(**config):
        made.append(Ocserv(network.gateway, folder / f"ocserv-{next(_numbers)}", pair))
        made[-1].config.update({key.replace("_", "-"): value for key, value in config.items()})
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def vpn_client(client_host, folder, request):
    """sallyport with a home of its own for each test; its connections end with the test."""
    made = Client(client_host, folder / f"home-{next(_numbers)}")
    yield made
    made.close()


@pytest.fixture
def openconnect(gateway, client_host, folder, request):
    """Debian's client on the shared gateway, where no session is left when the test is over."""
    made = OpenConnect(client_host, folder / f"oc-{request.node.name[:40]}")
    yield made
    made.close()
    if gateway.is_running:
        gateway.ctl("disconnect", "--all")


@pytest.fixture
def client(untouched, gateway, vpn_client):
    """sallyport on the shared gateway, where no session is left when the test is over."""
    yield vpn_client
    vpn_client.close()
    if gateway.is_running:
        gateway.ctl("disconnect", "--all")


@pytest.fixture
def meets(untouched, network, pair, vpn_client, pki):
    """Lets the client meet a gateway that plays a part; it may leave no file but the user's own behind."""
    with contextlib.ExitStack() as gateways:

        def start(play, *options, speaks_tls=True, pair=pair):
            made = gateways.enter_context(ScriptedGateway(network.gateway, pair, play, speaks_tls))
            host = f"vpn.example.com:{made.PORT}"
            return vpn_client.start(pki, "--user=alice", *options, host), made

        yield start
        vpn_client.close()
    own = {vpn_client.home / ".config/sallyport" / name for name in ("preferences.xml", "profiles/corp.xml")}
    files = {path for path in vpn_client.home.rglob("*") if path.is_file()}
    strangers = {path for path in files - own if path.parent.name != "connection-0"}
    assert not strangers, f"files that the gateway had no right to make: {strangers}"


def _close_all(gateways):
    for gateway in gateways:
        _running.remove(gateway)
    for gateway in gateways:
        gateway.close()
