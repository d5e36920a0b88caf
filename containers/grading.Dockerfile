# Where a class is graded: alone, or as scheduler and workers of a Dask cluster. In the folder of the course:
#   docker build --file containers/grading.Dockerfile --tag course-grading .
# The walls around student code need namespaces inside the container; `autograder doctor` says whether they stand:
#   docker run --rm --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
#     course-grading autograder doctor
FROM python:3.12-slim

WORKDIR /opt/course
# What takes minutes changes seldom: the packages come before the course.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY course_utils course_utils
COPY autograder autograder
RUN python -m pip install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt --editable ".[instructor]"

COPY course.toml ./
COPY notebooks notebooks

# Grading runs as a user without rights, and writes only where results are mounted.
RUN useradd --create-home grader && mkdir /results && chown grader /results
# A worker is one process per core; its settings are those of docs/grading_on_a_cluster.md.
ENV COURSE_DOWNLOAD=0 \
    OMP_NUM_THREADS=1 \
    DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=2 \
    DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION=1.0 \
    DASK_DISTRIBUTED__WORKER__DAEMON=False \
    DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP=300s

USER grader
CMD ["autograder", "--help"]
