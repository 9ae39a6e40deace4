"""What a row's measurements happen on: set up as a whole or not at all, and taken down at its end."""

import abc
import contextlib
from pathlib import Path

from lab.network import Network


class Scene(abc.ABC):
    """Its heirs set up hosts and gateways in _begin(), and give _stack what must end with them."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.network = self._stack.enter_context(Network())
            self._begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_):
        self._stack.close()

    @abc.abstractmethod
    def _begin(self): ...
