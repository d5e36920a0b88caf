"""numpy multiplies in one thread in a notebook of the course, whichever was imported first, unless somebody chose."""

import json
import os
import subprocess
import sys

import pytest
import torch

from course_utils.one_thread import torch_in_one_thread

SAY = """
import json
from threadpoolctl import threadpool_info
print(json.dumps([pool["num_threads"] for pool in threadpool_info() if pool["internal_api"] == "openblas"]))
"""


def threads(imports, **chosen):
    """Return how many threads each OpenBLAS of a new process has."""
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")} | chosen
    run = subprocess.run(
        [sys.executable, "-c", f"{imports}\n{SAY}"], env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    "imports", ["import numpy, scipy.linalg, course_utils", "import course_utils, numpy, scipy.linalg"]
)
def test_products_take_one_thread(imports):
    found = threads(imports)
    assert found
    assert set(found) == {1}


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="OpenBLAS takes no more threads than there are cores")
def test_a_number_that_somebody_chose_stays():
    assert set(threads("import numpy, course_utils", OPENBLAS_NUM_THREADS="2")) == {2}


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="OpenBLAS takes no more threads than there are cores")
def test_what_torch_multiplies_keeps_its_threads():
    before = "import numpy, torch\nbefore = torch.get_num_threads()\nassert before > 1"
    assert set(threads(f"{before}\nimport course_utils\nassert torch.get_num_threads() == before")) == {1}


@torch_in_one_thread()
def fail_with_threads():
    raise KeyError(torch.get_num_threads())


def test_torch_has_its_threads_back_also_after_an_error():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyError, match="1"):
            fail_with_threads()
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
