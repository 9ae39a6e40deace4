"""TLS connections to the gateway: openssl s_client for what is negotiated, Python's ssl for HTTP over it."""

import re
import socket
import ssl
from dataclasses import dataclass

from lab.gateway import PORT
from lab.network import Host


@dataclass(frozen=True)
class Handshake:
    """What openssl s_client said."""

    text: str

    def _find(self, pattern):
        found = re.search(pattern, self.text, re.M)
        return found[1].strip() if found else None

    @property
    def cipher(self):
        """None: no handshake."""
        name = self._find(r"^(?:New|Reused), .*Cipher is (\S+)")
        return None if name == "(NONE)" else name

    @property
    def version(self):
        return self._find(r"^\s*Protocol\s*: (\S+)") or self._find(r"^New, (TLSv1\.3)")

    @property
    def signature(self):
        """What the gateway signed with: RSA, RSA-PSS, ECDSA, DSA; None with RSA key exchange."""
        return self._find(r"^Peer signature type: (\S+)")

    @property
    def session_id(self):
        return bytes.fromhex(self._find(r"^\s*Session-ID: ([0-9A-F]*)") or "")

    @property
    def verified(self):
        return self.cipher is not None and "Verify return code: 0 (ok)" in self.text

    @property
    def resumed(self):
        return bool(re.search(r"^Reused, ", self.text, re.M))

    @property
    def has_ticket(self):
        return "TLS session ticket:" in self.text or "New Session Ticket arrived" in self.text

    @property
    def certificate(self):
        """The gateway's, as PEM."""
        return self._find(r"(?s)(-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----)")


def s_client(host: Host, *arguments, address="192.0.2.1", port=PORT, request=None) -> Handshake:
    """A handshake; with `request`, that is sent and the answer read until the gateway closes."""
    target = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    waiting = ("-ign_eof",) if request else ()
    done = host.run(
        *("openssl", "s_client", "-connect", target, *waiting, *arguments),
        text_input=request or "",
        check=False,
    )
    return Handshake(done.stdout)


def connect(
    host: Host, address="192.0.2.1", port=PORT, version=None, timeout=5, suites=None, pair=None
) -> ssl.SSLSocket:
    """A TLS connection that trusts everybody: for what is said over it; with `pair` as client certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version is not None:
        context.minimum_version = context.maximum_version = version
    if suites is not None:
        context.set_ciphers(suites)
    if pair is not None:
        context.load_cert_chain(pair.certificate, pair.key)
    raw = host.connect(address, port, timeout)
    try:
        return context.wrap_socket(raw)
    except BaseException:
        raw.close()
        raise


def shakes_hands(host: Host, address="192.0.2.1", timeout=5) -> bool:
    try:
        connect(host, address, timeout=timeout).close()
        return True
    except OSError:
        return False


def read_to_end(connection: socket.socket) -> bytes:
    """Everything up to the peer's close, however it closes."""
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except TimeoutError:
        raise AssertionError(f"the gateway neither answered nor closed after {received!r}") from None
    except OSError:
        pass
    return received


def exchange(host: Host, request: bytes, address="192.0.2.1", timeout=5) -> bytes:
    """Sends bytes over a fresh TLS connection; all that comes back until the gateway closes."""
    with connect(host, address, timeout=timeout) as connection:
        try:
            connection.sendall(request)
        except OSError:
            pass  # closed before it was all sent; what it said is still to be read
        return read_to_end(connection)
