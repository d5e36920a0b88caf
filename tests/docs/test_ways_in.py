"""What the documents tell people to type exists, and the files for containers fit the project."""

import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from typer import Context
from typer.main import get_command

from autograder.cli import app
from autograder.grade.tasks import ATTEMPTS
from tests.build.conftest import ROOT

# Every line of their blocks without a language is a command; other pages show what a command prints as well.
ALL_COMMANDS = ("students.md", "course_server.md", "grading_on_a_cluster.md")
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`((?:autograder|python -m course_utils\.\w+|make) [^`]*)`")
# At the start of a line, or after what runs it elsewhere (`srun ...`, `docker run ... image`).
INVOKED = re.compile(r"(?:^|^srun .*|^docker run .*|^kubectl exec .*)\bautograder ")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def typed(page):
    """Return the commands of a page: lines of blocks without a language, continued ones joined, and inline ones."""
    text = page.read_text(encoding="utf-8")
    blocks = [block for language, block in BLOCK.findall(text) if not language]
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.split(" # ")[0].strip() for line in lines if line.strip()] + INLINE.findall(text)


COMMANDS = sorted({(page.name, line) for page in PAGES for line in typed(page)})


def split(line):
    """Return the words of a line; none where it is not one of a shell."""
    try:
        return shlex.split(line, posix="\\" not in line)
    except ValueError:
        return []


def words_after(line, start):
    """Return the words of a command after its name, wherever it stands in the line; None if it is not there."""
    words = split(line)
    for at in range(len(words)):
        if words[at : at + len(start)] == start:
            return words[at + len(start) :]
    return None


AUTOGRADER = [(page, line) for page, line in COMMANDS if INVOKED.search(line)]


def test_there_are_commands_to_look_at():
    assert len(AUTOGRADER) >= 8
    assert {"README.md", "students.md", "course_server.md", "grading_on_a_cluster.md"} <= {page for page, _ in COMMANDS}


@pytest.mark.parametrize(("page", "line"), AUTOGRADER, ids=lambda text: text)
def test_every_verb_and_option_of_autograder_exists(page, line):
    words = words_after(line, ["autograder"])
    group = get_command(app)
    context = Context(group)
    verbs = group.list_commands(context)
    if not words or words[0].startswith("-"):
        return
    assert words[0] in verbs, f"{page} names `autograder {words[0]}`"
    known = {option for parameter in group.resolve_command(context, words[:1])[1].params for option in parameter.opts}
    used = {word.split("=")[0] for word in words if word.startswith("--")}
    assert used <= {*known, "--help"}, f"{page}: {line}"


@pytest.mark.parametrize("module", ["autograder", "course_utils.submit"])
def test_help_is_there(module):
    done = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True)
    assert (done.returncode, "usage" in done.stdout.lower()) == (0, True)


def test_every_other_command_is_a_program_or_module_that_is_installed_or_a_system_s_own():
    own = {"autograder", "jupyter", "make", "python", "python3", "py", "dask"}
    elsewhere = {"conda", "docker", "kubectl", "helm", "srun", "pip", "chmod", "cd", "source", "export"}
    elsewhere |= {".venv\\Scripts\\Activate.ps1", "git"}
    first = {split(line)[0] for page, line in COMMANDS if page in ALL_COMMANDS}
    assert {word for word in first if "=" not in word} <= own | elsewhere
    programs = {entry.name for entry in importlib.metadata.entry_points(group="console_scripts")}
    assert {"autograder", "jupyter", "dask"} <= programs


def test_modules_and_verbs_of_make_that_are_named_exist():
    modules = {match for _, line in COMMANDS for match in re.findall(r"-m ((?:course_utils|autograder)[\w.]*)", line)}
    for module in modules:
        assert (ROOT / f"{module.replace('.', '/')}.py").is_file() or (ROOT / module / "__main__.py").is_file(), module
    verbs = {word for _, line in COMMANDS if line.startswith("make ") for word in line.split()[1:2]}
    there = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert verbs <= there


def test_files_that_pages_name_exist():
    links = {(page, link) for page in PAGES for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text())}
    assert len(links) > 3
    assert not [(page.name, link) for page, link in links if not (page.parent / link).exists()]


CONTAINERS = sorted((ROOT / "containers").glob("*.Dockerfile"))


def instructions(path):
    """Return a container file as pairs of instruction and text: comments left out, lines joined."""
    lines = [line for line in path.read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


@pytest.mark.parametrize("path", CONTAINERS, ids=lambda path: path.stem)
def test_a_container_file_copies_what_is_there_and_pins_what_it_installs(path):
    steps = instructions(path)
    assert {name for name, _ in steps} <= {"FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "EXPOSE", "CMD"}
    assert steps[0][0] == "FROM"
    version = re.search(r"python:(3\.\d+)-slim$", steps[0][1])[1]
    low, high = re.search(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    assert int(low) <= int(version.split(".")[1]) < int(high)
    sources = [source for name, text in steps if name == "COPY" for source in text.split()[:-1]]
    # The student edition is made by the command that the file's first lines name.
    assert "constraints.txt" in sources
    assert not [s for s in sources if s != "build/student" and not (ROOT / s).exists()]
    installs = [text for name, text in steps if name == "RUN" and "pip install" in text]
    assert installs
    assert all("--constraint" in text and "constraints.txt" in text for text in installs)
    users = [text for name, text in steps if name == "USER"]
    assert users
    assert users[-1] not in ("root", "0")
    assert [name for name, _ in steps].index("USER") > max(i for i, (name, _) in enumerate(steps) if name == "RUN")


def test_the_images_have_the_course_their_readers_need():
    steps = {path.stem: instructions(path) for path in CONTAINERS}
    copied = " ".join(text for name, text in steps["course_server"] if name == "COPY")
    assert "autograder" not in copied
    for image, extras in (("grading", "[instructor]"), ("serve", "[instructor,serve]")):
        assert any(extras in text for name, text in steps[image] if name == "RUN")


def test_the_service_on_a_cluster_is_called_the_same_in_both_files():
    *_, service, deployment = yaml.safe_load_all((ROOT / "containers" / "serve.yaml").read_text())
    values = yaml.safe_load((ROOT / "containers" / "zero_to_jupyterhub.yaml").read_text())
    (name,) = values["hub"]["services"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    variables = {one["name"]: one.get("value") for one in container["env"]}
    assert variables["JUPYTERHUB_SERVICE_NAME"] == service["metadata"]["name"] == name
    assert variables["JUPYTERHUB_SERVICE_PREFIX"] == f"/services/{name}/"
    assert container["image"] == "course-serve"
    assert all(
        f"access:services!service={name}" in values["hub"]["loadRoles"][role]["scopes"] for role in ("user", "server")
    )


# A submission is tried as often as on one machine; nothing waits on a busy worker; workers may start processes.
WORKERS = {"scheduler.allowed-failures": ATTEMPTS - 1, "scheduler.worker-saturation": 1.0, "worker.daemon": False}


def test_the_settings_of_workers_are_the_same_on_the_page_and_in_the_container():
    page = (ROOT / "docs" / "grading_on_a_cluster.md").read_text()
    container = (ROOT / "containers" / "grading.Dockerfile").read_text()
    for name, value in WORKERS.items():
        variable = f"DASK_DISTRIBUTED__{name.upper().replace('.', '__').replace('-', '_')}"
        assert f"export {variable}={value}" in page
        assert f"{variable}={value}" in container
        assert f'"{variable}": "{value}"' in page


def test_the_cluster_file_starts_one_thread_per_process_and_names_one_image():
    (cluster,) = yaml.safe_load_all((ROOT / "containers" / "grading_cluster.yaml").read_text())
    parts = {name: part["spec"]["containers"][0] for name, part in cluster["spec"].items()}
    assert {part["image"] for part in parts.values()} == {"course-grading"}
    args = [str(argument) for argument in parts["worker"]["args"]]
    assert args[:2] == ["dask", "worker"]
    assert args[args.index("--nthreads") + 1] == "1"
    ports = {port["name"] for port in parts["scheduler"]["ports"]}
    assert {port["targetPort"] for port in cluster["spec"]["scheduler"]["service"]["ports"]} <= ports


STAND_IN = """
from distributed import LocalCluster

class SLURMCluster(LocalCluster):
    def __init__(self, cores, processes, memory, walltime, worker_extra_args, job_script_prologue, scheduler_options):
        assert (cores, processes) == (1, 1)
        assert scheduler_options == {"dashboard": False}
        super().__init__(n_workers=0, threads_per_worker=cores, memory_limit=0, dashboard_address=None)

    def scale(self, jobs):
        super().scale(min(jobs, 2))
"""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_script_for_slurm_grades_a_class(tmp_path):
    page = (ROOT / "docs" / "grading_on_a_cluster.md").read_text()
    (script,) = re.findall(r"^```python\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "grade_on_slurm.py").write_text(script)
    (tmp_path / "dask_jobqueue.py").write_text(STAND_IN)
    name = "01_going_downhill"
    notebook = (ROOT / "notebooks" / name / f"{name}.ipynb").read_bytes()
    for student in ("ada", "bo"):
        path = tmp_path / "class" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(notebook)
    command = [sys.executable, str(tmp_path / "grade_on_slurm.py"), str(tmp_path / "class"), "--out", "results"]
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = Path(tmp_path / "results" / "grades.csv").read_text().splitlines()
    assert len(rows) >= 3
    assert {"ada", "bo"} <= {row.split(",")[0] for row in rows}
