"""What is compared: a gateway and a client on two hosts of their own, with a tunnel between them."""

from pathlib import Path

from lab.client import Client, OpenConnect
from lab.gateway import Gateway, default_config
from lab.ocserv import Ocserv
from lab.pki import Pki
from scene import Scene

HOST = "vpn.example.com"
OURS, THEIRS = "ours", "theirs"
# Of both pairs: what ocserv and openconnect agree on over a path of 1500 bytes is not more.
INNER_MTU = 1400


class Pair(Scene):
    """`gateway` and `client` are each OURS (sallyportd, sallyport) or THEIRS (ocserv, openconnect)."""

    def __init__(self, folder: Path, gateway=OURS, client=OURS, dtls=True, openssl=False):
        self.name = {
            (OURS, OURS): "sallyport",
            (THEIRS, THEIRS): "ocserv + openconnect",
            (OURS, THEIRS): "sallyportd + openconnect",
            (THEIRS, OURS): "ocserv + sallyport",
        }[gateway, client]
        super().__init__(folder)
        self._kinds = gateway, client
        self._dtls = dtls
        self._openssl = openssl
        self.connection = None

    def _begin(self):
        self.pki = Pki(self._folder / "pki")
        pair = self.pki.server()
        kind, _ = self._kinds
        self.gateway = self._our_gateway(pair) if kind == OURS else self._ocserv(pair)
        self.gateway_pids = self.network.gateway.pids()
        self.connect()

    def _our_gateway(self, pair):
        config = default_config(self.pki, pair)
        config["tunnel"]["mtu"] = INNER_MTU
        if self._openssl:
            config["tunnel"]["dtls_crypto"] = "openssl"
        gateway = Gateway(self.network.gateway, self._folder / "gateway", config)
        gateway.log_level = "notice"
        self._stack.callback(gateway.close)
        self.address = HOST
        return gateway.start()

    def _ocserv(self, pair):
        ocserv = Ocserv(self.network.gateway, self._folder / "ocserv", pair)
        ocserv.config |= {"udp-port": 4443, "mtu": INNER_MTU, "max-same-clients": 0}
        self._stack.callback(ocserv.stop)
        self.address = f"{HOST}:4443"
        return ocserv.start()

    def connect(self):
        """Brings the tunnel up and waits for it, and for DTLS."""
        _, kind = self._kinds
        host = self.network["client"]
        make = Client if kind == OURS else OpenConnect
        self.client = make(host, self._folder / "client")
        self._stack.callback(self.client.close)
        self.connection = self.client.start(self.pki, *self.client_options(), self.address).wait_up()
        if self._dtls:
            self.connection.wait_output(self._dtls_is_up())
        self.client_pids = host.pids()
        self.gateway_pids = self.network.gateway.pids()

    def client_options(self):
        _, kind = self._kinds
        options = ["--user=alice"]
        if kind == OURS:
            options.append("--no-system-trust")  # as the laboratory's openconnect has it
        if not self._dtls:
            options.append("--no-dtls")
        if kind == OURS and self._openssl:
            options.append("--dtls-crypto=openssl")
        return options

    def _dtls_is_up(self):
        _, kind = self._kinds
        return r"(?m)^6 .*(up|DTLS)" if kind == OURS else "Established DTLS connection"

    @property
    def inner(self):
        """The gateway's address in the tunnel."""
        return self.gateway.inner[0]
