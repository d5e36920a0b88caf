"""The script that is committed is the one that its sources make, and it is small."""

import json
import re
import shutil
import subprocess

from course_utils.widgets.client_page import bundle
from tests.widgets.npm import CLIENT, packages

LARGEST = 150_000


def built(folder):
    subprocess.run(["npm", "run", "--silent", "build"], cwd=folder, check=True)
    return (folder / "demos.js").read_bytes()


def copied(folder):
    shutil.copytree(CLIENT, folder, ignore=shutil.ignore_patterns("node_modules", "demos.js"))
    (folder / "node_modules").symlink_to(packages())
    return folder


def test_the_bundle_is_made_from_the_sources_byte_for_byte(tmp_path):
    assert built(copied(tmp_path / "client")) == (CLIENT / "demos.js").read_bytes()


def test_a_changed_source_makes_another_bundle(tmp_path):
    folder = copied(tmp_path / "client")
    source = folder / "src" / "demos" / "step_size.js"
    source.write_text(source.read_text().replace("Diverges", "Explodes"))
    assert built(folder) != (CLIENT / "demos.js").read_bytes()


def test_the_bundle_is_small_asks_for_nothing_and_names_its_licence():
    text = bundle()
    assert len(text.encode()) <= LARGEST
    assert "Permission to use, copy, modify" in text[:1500]
    assert not re.search(r"\bfetch\(|XMLHttpRequest|import\(|document\.cookie|localStorage|sessionStorage", text)
    assert set(re.findall(r"https?://[^\"'` )]+", text)) <= {
        "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml", "http://www.w3.org/1999/xlink",
        "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/",
    }  # fmt: skip


def test_every_version_is_exact_and_no_lock_file_is_kept():
    record = json.loads((CLIENT / "package.json").read_text())
    versions = {**record["dependencies"], **record["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    tracked = subprocess.run(["git", "ls-files", "."], cwd=CLIENT, capture_output=True, text=True, check=True).stdout
    assert "lock" not in tracked
    assert "node_modules" not in tracked
