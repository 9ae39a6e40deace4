"""Looking for secrets in what programs write, in every form that they could have got there."""

import base64
import os
import urllib.parse
from pathlib import Path


def forms_of(secret: bytes) -> dict[str, bytes]:
    """The byte strings by which a secret shows, by the name of the form."""
    forms = {
        "plain": secret,
        "hex": secret.hex().encode(),
        "HEX": secret.hex().upper().encode(),
        "hex with colons": secret.hex(":").encode(),
        "url": urllib.parse.quote_from_bytes(secret, safe="").encode(),
        "url+": urllib.parse.quote_plus(secret).encode(),
        "xml": secret.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;"),
        "json": secret.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"/", b"\\/"),
        "base32": base64.b32encode(secret).rstrip(b"="),
        "reversed": secret[::-1],
    }
    for alignment in range(3):  # wherever it begins in what was encoded
        encoded = base64.b64encode(bytes(alignment) + secret)
        # Without the characters that neighbours share.
        inside = encoded[4 if alignment else 0 : len(encoded) // 4 * 4 - 4]
        forms[f"base64 at {alignment}"] = inside
        forms[f"base64url at {alignment}"] = inside.translate(bytes.maketrans(b"+/", b"-_"))
    return forms


class Search:
    """Secrets by name, looked for together."""

    def __init__(self):
        self.forms = {}
        self.names = []

    def add(self, name, secret):
        secret = secret.encode() if isinstance(secret, str) else secret
        assert len(secret) >= 8, f"{name} is too short to be told from chance"
        self.names.append(name)
        for form, text in forms_of(secret).items():
            self.forms[f"{name} ({len(self.names)}), {form}"] = text

    def found_in(self, content) -> list[str]:
        content = content.encode() if isinstance(content, str) else content
        return sorted(name for name, text in self.forms.items() if text in content)

    def found_below(self, *folders: Path, without=()) -> list[str]:
        """In names and contents of all files, but for those that are there to hold one."""
        found = []
        for folder in folders:
            for path in [folder, *folder.rglob("*")]:
                found += [f"name of {path}: {name}" for name in self.found_in(os.fsencode(path.name))]
                if path.is_file() and not path.is_symlink() and path not in without:
                    found += [f"{path}: {name}" for name in self.found_in(path.read_bytes())]
        return found
