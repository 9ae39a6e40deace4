"""What may stand where a private key should, each made at a path."""

import os

from lab.run import run


def garbage(path, pair):
    path.write_text("no key\n")


def empty(path, pair):
    path.write_text("")


def encrypted(path, pair):
    path.write_text(pair.encrypted("secret").key.read_text())


def certificate(path, pair):
    path.write_text(pair.certificate.read_text())


def public_key(path, pair):
    path.write_text(run("openssl", "pkey", "-in", pair.key, "-pubout").stdout)


def huge(path, pair):
    path.write_bytes(b"x" * (1 << 20))


def folder_of_that_name(path, pair):
    path.mkdir()


def pipe(path, pair):
    os.mkfifo(path)


def device(path, pair):
    path.symlink_to("/dev/zero")


BAD_KEYS = [garbage, empty, encrypted, certificate, public_key, huge, folder_of_that_name, pipe, device]
