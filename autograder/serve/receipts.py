"""Receipts: what was handed in, by whom and when, signed, so that anybody with the public key can verify it offline."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from autograder.grade.files import write_all
from autograder.grade.types import GradingError

__all__ = ["PRIVATE_KEY", "PUBLIC_KEY", "BadReceipt", "Receipt", "Signer", "open_signer", "read_public_key", "verify"]

PRIVATE_KEY, PUBLIC_KEY = "receipt_key.pem", "receipt_key.pub.pem"
KIND = "hand-in receipt, version 1"


class BadReceipt(Exception):
    """A receipt that proves nothing; the message gives the reason."""


@dataclass(frozen=True)
class Receipt:
    """What a receipt says.

    Args:
        course: The id of the course.
        workbook: The workbook that was handed in.
        student: Who handed it in.
        number: The number of the hand-in; numbers grow, whatever the clock does.
        time: When it was received: UTC, ISO 8601.
        sha256: The SHA-256 of the file, in hexadecimal.
        size: The length of the file, in bytes.
    """

    course: str
    workbook: str
    student: str
    number: int
    time: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Signer:
    """Signs receipts with the private key of the service; `public` is the other key, in PEM."""

    key: Ed25519PrivateKey
    public: bytes

    def sign(self, receipt: Receipt) -> str:
        """Return the receipt as the text of a file: what is signed, and the signature in base64."""
        signed = json.dumps({"kind": KIND, **asdict(receipt)}, sort_keys=True, ensure_ascii=False)
        signature = base64.b64encode(self.key.sign(signed.encode())).decode()
        return json.dumps({"signed": signed, "signature": signature}, indent=1, ensure_ascii=False) + "\n"


def open_signer(folder: Path) -> Signer:
    """Return the signer of a folder; its keys are made when they are not there.

    Raises:
        GradingError: The key cannot be read.
        OSError: The keys cannot be written.
    """
    path = folder / PRIVATE_KEY
    if not path.exists():
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        before = os.umask(0o077)
        try:
            write_all(folder, [(PRIVATE_KEY, made)])
        finally:
            os.umask(before)
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise GradingError(f"the key {path} cannot be read ({error}); put it back from a backup") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise GradingError(f"the key {path} is not an Ed25519 key; put it back from a backup")
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_all(folder, [(PUBLIC_KEY, public)])
    return Signer(key, public)


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read the published key.

    Raises:
        BadReceipt: It cannot be read, or is not such a key.
    """
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadReceipt(f"{path} is not a public key; the service publishes it as key.pem") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadReceipt(f"{path} is a public key of another kind; the service publishes an Ed25519 key as key.pem")
    return key


def verify(text: bytes, key: Ed25519PublicKey, notebook: bytes | None = None) -> Receipt:
    """Return what a receipt says, after its signature was verified.

    Args:
        text: The file; untrusted.
        key: The public key of the service.
        notebook: A file that should be the one that was handed in; None if only the receipt is to be verified.

    Raises:
        BadReceipt: It is not a receipt, was changed, was signed by another key, or is for another file.
    """
    try:
        record = json.loads(text)
        signed, signature = record["signed"], base64.b64decode(record["signature"], validate=True)
        key.verify(signature, signed.encode())
        said = json.loads(signed)
    except InvalidSignature as error:
        raise BadReceipt("the signature is not that of this key: the receipt was changed, or is of another service"
                         ) from error  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadReceipt("the file is not a receipt") from error
    if said.pop("kind", None) != KIND:
        raise BadReceipt("the signature is right, but the signed text is not a receipt of a hand-in")
    receipt = Receipt(**said)
    if notebook is not None and hashlib.sha256(notebook).hexdigest() != receipt.sha256:
        raise BadReceipt("the receipt is genuine, but for another file: the SHA-256 differs")
    return receipt
