"""Throw-away certificates, made with the openssl command."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from lab.run import run

GATEWAY_NAMES = ("DNS:vpn.example.com", "IP:192.0.2.1", "IP:198.51.100.1", "IP:2001:db8::1")


@dataclass(frozen=True)
class Pair:
    certificate: Path  # with its chain
    key: Path

    def serial(self):
        return run("openssl", "x509", "-in", self.certificate, "-noout", "-serial").stdout.strip()

    def public_key(self) -> bytes:
        """The DER SubjectPublicKeyInfo."""
        pem = run("openssl", "x509", "-in", self.certificate, "-noout", "-pubkey").stdout
        return _der(pem)

    def der(self) -> bytes:
        return _der(run("openssl", "x509", "-in", self.certificate).stdout)

    def encrypted(self, password) -> "Pair":
        """With its key as PEM that only the password opens."""
        key = self.key.with_suffix(".encrypted.key")
        run("openssl", "pkey", "-aes256", "-passout", f"pass:{password}", "-in", self.key, "-out", key)
        return Pair(self.certificate, key)

    def pkcs12(self, password) -> Path:
        """Both in one file."""
        path = self.certificate.with_suffix(".p12")
        run(
            *("openssl", "pkcs12", "-export", "-passout", f"pass:{password}", "-out", path),
            *("-in", self.certificate, "-inkey", self.key),
        )
        return path

    def secret_numbers(self) -> dict[str, bytes]:
        """The private numbers of an RSA or EC key by openssl's name for them, big-endian."""
        text = run("openssl", "pkey", "-in", self.key, "-noout", "-text").stdout
        found = re.findall(r"^(privateExponent|prime1|prime2|priv):\s*\n((?:\s+[0-9a-f:]+\n)+)", text, re.M)
        return {name: bytes.fromhex(re.sub(r"[\s:]", "", digits)).lstrip(b"\0") for name, digits in found}


def email(address):
    return f"email:{address}"


def upn(name):
    """The user principal name of Windows, an otherName of the type msUPN."""
    return f"otherName:1.3.6.1.4.1.311.20.2.3;UTF8:{name}"


def _der(pem):
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-----")))


class Pki:
    """An authority with its own folder. Each certificate has a file name of its own."""

    _key_options = {
        "rsa": ("rsa:2048",),
        "ecdsa": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        "ed25519": ("ed25519",),
    }

    def __init__(self, folder: Path, name="Laboratory CA"):
        self.folder = folder
        self.name = name
        folder.mkdir(parents=True, exist_ok=True)
        self.ca = folder / "ca.pem"
        self._ca_key = folder / "ca.key"
        run(
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", 30, "-sha256"),
            *("-subj", f"/O=Sallyport/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign"),
            *("-keyout", self._ca_key, "-out", self.ca),
        )

    def server(self, file_name="server", kind="rsa", names=GATEWAY_NAMES, days=30) -> Pair:
        """A gateway's certificate; `days` below zero: it has expired."""
        extensions = ("subjectAltName=" + ",".join(names), "extendedKeyUsage=serverAuth")
        return self._issue(file_name, kind, "/CN=vpn.example.com", extensions, days)

    def client(self, user, kind="rsa", days=30, subject=None, names=()) -> Pair:
        """A user's; `subject` as /O=…/UID=… in place of the CN, `names` beside it: email(…), upn(…)."""
        extensions = ["extendedKeyUsage=clientAuth"]
        extensions += ["subjectAltName=" + ",".join(names)] if names else []
        return self._issue(f"client-{user}", kind, subject or f"/CN={user}", extensions, days)

    def revocation_list(self, *revoked: Pair, file_name="crl.pem") -> Path:
        """The authority's list, as PEM."""
        index, number = self.folder / "index", self.folder / "crlnumber"
        index.write_text("")
        number.write_text("01\n")
        config = self.folder / "ca.conf"
        config.write_text(f"[ca]\ndefault_ca=own\n[own]\ndatabase={index}\ncrlnumber={number}\n")
        command = ("openssl", "ca", "-config", config, "-md", "sha256")
        command += ("-keyfile", self._ca_key, "-cert", self.ca)
        for pair in revoked:
            run(*command, "-revoke", pair.certificate)
        run(*command, "-gencrl", "-crldays", 30, "-out", self.folder / file_name)
        return self.folder / file_name

    def _issue(self, file_name, kind, subject, extensions, days):
        pair = Pair(self.folder / f"{file_name}.pem", self.folder / f"{file_name}.key")
        request = self.folder / f"{file_name}.csr"
        run(
            *("openssl", "req", "-new", "-nodes", "-newkey", *self._new_key(kind), "-subj", subject),
            *(part for extension in extensions for part in ("-addext", extension)),
            *("-keyout", pair.key, "-out", request),
        )
        run(
            *("openssl", "x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self._ca_key),
            *("-days", days, "-sha256", "-copy_extensions", "copy", "-out", pair.certificate),
        )
        return pair

    def _new_key(self, kind):
        if kind != "dsa":
            return self._key_options[kind]
        parameters = self.folder / "dsa.parameters"
        if not parameters.exists():
            run(
                *("openssl", "genpkey", "-genparam", "-algorithm", "DSA"),
                *("-pkeyopt", "dsa_paramgen_bits:2048", "-out", parameters),
            )
        return (f"param:{parameters}",)
