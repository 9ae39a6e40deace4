"""Running commands and waiting for conditions."""

import os
import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def binaries() -> Path:
    """bin/ of the build under test: SALLYPORT_BUILD names the build folder, build/release by default."""
    return (ROOT / os.environ.get("SALLYPORT_BUILD", "build/release") / "bin").resolve()


def sanitized() -> bool:
    """Was sallyportd built with a sanitizer? Its run time can't live in the sandbox, so there is none."""
    program = (binaries() / "sallyportd").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


SANITIZER_REPORT = re.compile(r"(?:ERROR|WARNING|SUMMARY): \w+Sanitizer|runtime error:")


def no_sanitizer_complained(output):
    """Fails if a program's output holds a sanitizer's report."""
    report = SANITIZER_REPORT.search(output)
    assert not report, f"a sanitizer reported:\n{output[report.start():]}"


def run(*command, check=True, text_input=None, timeout=30, env=None, stderr=subprocess.STDOUT):
    """Runs a command to its end; its output is in .stdout, both streams in one unless stderr is given."""
    done = subprocess.run(
        [str(part) for part in command],
        input="" if text_input is None else text_input,
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        env=env,
        check=False,
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(done.args)} ended with {done.returncode}:\n{done.stdout}")
    return done


def wait_until(condition, seconds, why):
    """Calls `condition` until it returns something true, which is returned; fails after `seconds`.

    `why` may be a function, for words that only the end knows.
    """
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {why() if callable(why) else why}")
        time.sleep(0.02)
