#!/usr/bin/env bash
# Makes the environment of the grader, once, as root: Python, the packages in the versions of the course, PyTorch
# without CUDA. Needs a network.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
environment="@{environment}"

python=""
choose() {
    for name in python3.12 python3.11 python3.13; do
        if [ -z "$python" ] && "$name" -c 'import ensurepip, venv' 2>/dev/null; then python="$name"; fi
    done
}
choose
if [ -z "$python" ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    for name in python3.12 python3.11; do
        if [ -z "$python" ] && apt-cache show "$name-venv" >/dev/null 2>&1; then
            apt-get install -y -qq --no-install-recommends "$name" "$name-venv"
            choose
        fi
    done
fi
if [ -z "$python" ]; then
    echo "error: no Python 3.11, 3.12 or 3.13 can be found or installed; take an image of Ubuntu 22.04 or 24.04" >&2
    exit 1
fi

"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check \
    --extra-index-url https://download.pytorch.org/whl/cpu \
    --constraint "$here/constraints.txt" --requirement "$here/requirements.txt"
# The course is not installed: it stays here, where only root reads it.
site="$("$environment/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
echo "$here/course" > "$site/course.pth"
bash "$here/close.sh"
"$environment/bin/python" -m compileall -q "$here/course"

# The notebook as students get it: it has no marks, but all that grading needs must be there.
cd "$here/course"
"$environment/bin/python" -P -m autograder one "notebooks/@{workbook}/@{workbook}.ipynb" \
    --workbook "@{workbook}" --weak-walls >/dev/null
echo "The grader of @{workbook} is in place."
