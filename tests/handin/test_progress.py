"""How far a notebook is done: points of this session and of the saved file, and what is left."""

import json
import subprocess
import sys

import pytest

import course_utils
from autograder.course import load_course
from course_utils.exercises.optimizers.ema import solutions as ema
from course_utils.handin import last_checks
from course_utils.handin import open_notebook as module
from course_utils.handin.answer_frame import framed
from course_utils.handin.last_checks import Checked
from course_utils.handin.notebook import HandInError
from course_utils.handin.open_notebook import current_name, open_notebook
from course_utils.handin.progress import standing
from course_utils.submit import hand_in, submit
from tests.build.conftest import ROOT

NAME = "02_optimizers"
POINTS = load_course(ROOT).workbooks[NAME].points


@pytest.fixture
def saved(tmp_path):
    """A saved notebook in which `ema` and `momentum` are written and checked, the second with half a point."""
    record = json.loads((ROOT / "notebooks" / NAME / f"{NAME}.ipynb").read_text())
    for cell in record["cells"]:
        if cell["id"] in ("ema", "momentum"):
            cell["source"] = "def ema():\n    return 1"
        shown = {"check-ema": "[ok] ema: 1 of 1 point", "check-momentum": "[not yet] momentum: 0.5 of 1 point"}
        if cell["id"] in shown:
            lines = [shown[cell["id"]], "\n  Read again: section 2.2."]
            cell["outputs"] = [
                {"output_type": "stream", "name": "stdout", "text": ["[ok] surfaces: 3 of 3 points\n"]},
                {"output_type": "display_data", "data": {"text/plain": lines, "text/html": "3.0"}, "metadata": {}},
            ]
    path = tmp_path / f"{NAME}.ipynb"
    path.write_text(json.dumps(record))
    return path


def rows(path, marks=()):
    checks = {exercise: Checked(earned) for exercise, earned in dict(marks).items()}
    return {row.exercise: row for row in standing(open_notebook(str(path)), checks).rows}


def test_every_exercise_is_listed_in_order_with_its_points(saved):
    found = rows(saved)
    assert list(found) == list(POINTS)
    assert {e: (r.auto, r.manual) for e, r in found.items()} == {e: (p.auto, p.manual) for e, p in POINTS.items()}


def test_saved_outputs_count_until_a_check_of_this_session(saved):
    found = rows(saved)
    assert (found["ema"].marks, found["ema"].said) == ("1 of 1", "done")
    assert (found["momentum"].marks, found["momentum"].said) == ("0.5 of 1", "read the check's message")
    assert (found["adam"].marks, found["adam"].said) == ("0 of 2", "write the code")
    assert (found["surfaces"].marks, found["surfaces"].said) == ("–", "write the answer")
    assert found["race"].said == "write the code; race, answer in words"
    later = rows(saved, {"momentum": 1.0, "ema": 0.0, "unknown": 5.0})
    assert (later["momentum"].said, later["ema"].marks) == ("done", "0 of 1")
    assert "unknown" not in later


def test_what_was_written_but_not_checked_says_so(saved):
    text = saved.read_text().replace("[ok] ema: 1 of 1 point", "<Figure size 640x480>")
    saved.write_text(text)
    assert (rows(saved)["ema"].earned, rows(saved)["ema"].said) == (None, "run the check")


def test_the_text_and_the_table_say_the_same(saved):
    found = standing(open_notebook(str(saved)), {})
    auto, manual = (sum(getattr(p, kind) for p in POINTS.values()) for kind in ("auto", "manual"))
    total = f"{NAME}: 1.5 of {auto:g} points from the checks so far; {manual:g} more are given by hand."
    assert str(found).endswith(total)
    assert total in found._repr_html_()
    assert found._repr_html_().count("<tr>") == len(POINTS) + 1
    assert max(map(len, str(found).splitlines())) < 100


def test_a_check_is_remembered_and_shown(saved, capsys, monkeypatch):
    monkeypatch.setattr(last_checks, "_CHECKS", {})
    assert course_utils.check("ema", ema.plain_loop) == 1.0
    capsys.readouterr()
    assert last_checks.last_checks()["ema"].marks == 1.0
    assert last_checks.last_checks()["ema"].sources == ()
    course_utils.progress(str(saved))
    assert [line.split()[1:4] for line in capsys.readouterr().out.splitlines() if line.startswith("ema ")] == [
        ["1", "of", "1"]
    ]


def test_in_a_kernel_it_is_a_table(saved):
    code = f"""
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import publish_display_data
shell = InteractiveShell.instance()
shell.kernel = object()
shell.display_pub.publish = lambda data, **more: print(sorted(data))
import course_utils
course_utils.progress({str(saved)!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['text/html', 'text/plain']"


def test_the_open_notebook_is_found(saved, monkeypatch, capsys):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.chdir(saved.parent)
    with pytest.raises(HandInError, match="which notebook"):
        current_name()
    course_utils.progress()
    assert capsys.readouterr().out.startswith("[error] which notebook?")
    for given in (str(saved), f"some/folder/{NAME}.ipynb"):
        monkeypatch.setenv("JPY_SESSION_NAME", given)
        assert open_notebook().name == NAME


def test_on_colab_the_browser_is_asked(saved, monkeypatch, tmp_path, capsys):
    asked = []

    class Colab:
        def blocking_request(self, kind, **options):
            asked.append(kind)
            return {"ipynb": json.loads(saved.read_text())}

        def download(self, name):
            asked.append(name)

    monkeypatch.setitem(sys.modules, "google.colab", Colab())
    monkeypatch.setattr(module, "import_module", lambda name: Colab())
    monkeypatch.setattr("course_utils.submit.import_module", lambda name: Colab())
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    assert open_notebook(NAME).name == NAME
    hand_in(NAME)
    assert asked == ["get_ipynb", "get_ipynb", f"{NAME}-handin.ipynb"]
    assert "0.5 of 1  read the check's message" in capsys.readouterr().out
    monkeypatch.setattr(Colab, "blocking_request", lambda *_, **__: None)
    hand_in(NAME)
    assert "download it (menu File)" in capsys.readouterr().out


def test_the_last_cell_is_silent_while_nbgrader_runs_it(saved, monkeypatch, capsys):
    monkeypatch.chdir(saved.parent)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    hand_in(NAME)
    assert capsys.readouterr().out == ""
    assert [path.name for path in saved.parent.iterdir()] == [saved.name]
    monkeypatch.delenv("NBGRADER_EXECUTION")
    hand_in(NAME)
    assert (saved.parent / f"{NAME}-handin.ipynb").is_file()


def test_the_last_cell_says_each_thing_once(saved, monkeypatch, capsys):
    monkeypatch.chdir(saved.parent)
    course_utils.progress(NAME)
    table = capsys.readouterr().out
    hand_in(NAME)
    shown = capsys.readouterr().out
    assert shown.startswith(table)
    assert shown.removeprefix(table) == f"Hand in this file: {saved.parent / f'{NAME}-handin.ipynb'}\n"
    submit(NAME)
    listed = {line.split()[2].strip(":,") for line in capsys.readouterr().out.splitlines() if line[:7] == "[to do]"}
    assert listed == {line.split()[0] for line in table.splitlines()[1:-1] if "  done" not in line}


def test_the_frame_of_an_answer_is_no_answer(saved):
    record = json.loads(saved.read_text())
    answers = {"surfaces": framed(""), "momentum_equivalence": framed("Because.")}
    for cell in record["cells"]:
        cell["source"] = answers.get(cell["id"], cell["source"])
    saved.write_text(json.dumps(record))
    found = rows(saved)
    assert found["surfaces"].said == "write the answer"
    assert found["momentum_equivalence"].said == "done; words are marked by hand"


def test_an_exercise_of_the_table_leads_to_its_cell(saved, monkeypatch):
    found = standing(open_notebook(str(saved)), {})
    assert '<a href="#cell-id=ema">ema</a>' in found._repr_html_()
    monkeypatch.setitem(sys.modules, "google.colab", sys)
    assert "href" not in found._repr_html_()


def test_the_package_stays_light():
    code = "import sys, course_utils; print({'torch', 'numpy', 'IPython'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    code = "import sys, course_utils; course_utils.progress; print({'torch', 'IPython'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
