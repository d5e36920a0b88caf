"""A receipt proves a hand-in to anybody who has the public key, and nothing that was changed does."""

import base64
import hashlib
import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from autograder.cli import app
from autograder.serve.receipts import PRIVATE_KEY, PUBLIC_KEY, BadReceipt, open_signer, read_public_key, verify
from tests.grade import mini


@pytest.fixture
def handed_in(running, course, tmp_path):
    """A notebook, its receipt and the published key, as files."""
    content = json.dumps(mini.solved(course, mini.PERFECT)).encode()
    said = running.hand_in("ada", content).json()
    files = [tmp_path / name for name in ("notebook.ipynb", "receipt.json", "key.pem")]
    for path, data in zip(
        files, (content, json.dumps(said["receipt"]).encode(), running.client.get("/key.pem").content), strict=True
    ):
        path.write_bytes(data)
    return files


def run(*words):
    found = CliRunner().invoke(app, ["receipt", "verify", *map(str, words)])
    return found.exit_code, " ".join(found.output.split())


def test_the_command_says_who_handed_in_what_and_when(handed_in):
    notebook, receipt, key = handed_in
    code, said = run(receipt, "--key", key, "--notebook", notebook)
    assert code == 0
    assert "genuine: ada handed in 02_mini of the course mini" in said
    assert hashlib.sha256(notebook.read_bytes()).hexdigest() in said
    assert "is the file that was handed in" in said


@pytest.mark.parametrize(
    ("field", "value"),
    [("student", "bob"), ("time", "2020-01-01T00:00:00+00:00"), ("sha256", "0" * 64), ("number", 7)],
)
def test_a_changed_receipt_is_refused(handed_in, field, value):
    _, receipt, key = handed_in
    record = json.loads(receipt.read_text())
    record["signed"] = json.dumps({**json.loads(record["signed"]), field: value}, sort_keys=True)
    receipt.write_text(json.dumps(record))
    code, said = run(receipt, "--key", key)
    assert code == 1
    assert "was changed" in said


def test_another_service_or_another_file_is_refused(handed_in, tmp_path):
    notebook, receipt, key = handed_in
    open_signer(tmp_path)
    code, said = run(receipt, "--key", tmp_path / PUBLIC_KEY)
    assert (code, "another service" in said) == (1, True)
    notebook.write_bytes(notebook.read_bytes() + b"\n")
    code, said = run(receipt, "--key", key, "--notebook", notebook)
    assert (code, "for another file" in said) == (1, True)


def test_openssl_alone_verifies_a_receipt(handed_in, tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    record = json.loads(handed_in[1].read_text())
    (tmp_path / "signed").write_bytes(record["signed"].encode())
    (tmp_path / "signature").write_bytes(base64.b64decode(record["signature"]))
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", handed_in[2], "-rawin", "-in", tmp_path / "signed"]
    done = subprocess.run([*command, "-sigfile", tmp_path / "signature"], capture_output=True, text=True)
    assert "Verified Successfully" in done.stdout


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"signed": 1, "signature": "AA=="}', b"\xff", b"[" * 100_000])
def test_what_is_no_receipt_is_called_so(text, tmp_path):
    open_signer(tmp_path)
    with pytest.raises(BadReceipt, match="not a receipt"):
        verify(text, read_public_key(tmp_path / PUBLIC_KEY))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_nothing_else_happens(running_key, text):
    with pytest.raises(BadReceipt):
        verify(text, running_key)


@pytest.fixture(scope="module")
def running_key(tmp_path_factory):
    folder = tmp_path_factory.mktemp("key")
    open_signer(folder)
    return read_public_key(folder / PUBLIC_KEY)


def test_the_private_key_is_for_its_user_only_and_stays_the_same(tmp_path):
    first, second = open_signer(tmp_path), open_signer(tmp_path)
    assert first.public == second.public
    assert (tmp_path / PRIVATE_KEY).stat().st_mode & 0o077 == 0
