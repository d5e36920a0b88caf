#!/usr/bin/env bash
# PrairieLearn runs this for every submission. Student code runs as another user, for whom all of /grade is closed.
set -u
chmod 700 /grade
mkdir -p -m 700 /grade/results
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
bash "$here/close.sh"
cd "$here/course" && "@{environment}/bin/python" -P -m autograder.places.prairielearn
if [ ! -s /grade/results/results.json ]; then
    echo '{"gradable": false, "format_errors": ["Grading did not start, which is no fault of what you handed in. Tell your instructors."]}' \
        > /grade/results/results.json
fi
