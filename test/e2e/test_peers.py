"""Programs of others at the other end: Debian's openconnect and ocserv, as packaged."""

import pytest

from lab.client import BLOCKED, LOGIN_FAILED, Client, Ocserv
from lab.pki import Pki


@pytest.fixture
def ocserv(network, folder, pair):
    server = Ocserv(network.gateway, folder / "ocserv", pair)
    try:
        yield server.start()
    finally:
        server.stop()


def test_the_client_passes_phase_1_with_ocserv(ocserv, client_host, folder, pki):
    client = Client(client_host, folder / "home")
    done = client.connect("--cafile", pki.ca, f"vpn.example.com:{ocserv.PORT}")
    assert done.returncode == LOGIN_FAILED and "username" in done.stdout, done.stdout


def test_the_client_blocks_an_ocserv_of_another_authority(ocserv, client_host, folder):
    client = Client(client_host, folder / "home")
    stranger = Pki(folder / "stranger")
    done = client.connect("--cafile", stranger.ca, f"vpn.example.com:{ocserv.PORT}")
    assert done.returncode == BLOCKED, done.stdout
