"""Messages between the trusted side and the process that runs student code: JSON and safetensors bytes."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load, save

__all__ = ["HEADER", "UPON", "pack", "receive", "unpack_arrays"]

HEADER = struct.Struct("!IQ")  # length of the JSON text, length of the arrays
# Before the names of arrays that came of a part upon stand-ins.
UPON = "upon/"


def pack(message: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return one framed message."""
    text = json.dumps(message).encode()
    data = save({name: np.array(array, order="C") for name, array in arrays.items()}) if arrays else b""
    return HEADER.pack(len(text), len(data)) + text + data


def unpack_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of a frame; an empty dictionary where it holds none."""
    return load(data) if data else {}


def receive(channel: socket.socket) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read one message of the trusted side, for as long as it takes.

    Raises:
        EOFError: The other side has hung up.
    """
    text_length, data_length = HEADER.unpack(_read(channel, HEADER.size))
    text, data = _read(channel, text_length), _read(channel, data_length)
    return json.loads(text), unpack_arrays(data)


def _read(channel: socket.socket, length: int) -> bytes:
    buffer = bytearray()
    while len(buffer) < length:
        chunk = channel.recv(min(length - len(buffer), 1 << 20))
        if not chunk:
            raise EOFError("the other side has hung up")
        buffer += chunk
    return bytes(buffer)
