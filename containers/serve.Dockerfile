# The service that takes hand-ins, alone or beside a JupyterHub. In the folder of the course:
#   docker build --file containers/serve.Dockerfile --tag course-serve .
# The walls around student code need namespaces inside the container; `autograder doctor` says whether they stand:
#   docker run --rm --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
#     course-serve autograder doctor
FROM python:3.12-slim

WORKDIR /opt/course
# What takes minutes changes seldom: the packages come before the course.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY course_utils course_utils
COPY autograder autograder
RUN python -m pip install --no-cache-dir --disable-pip-version-check \
    --constraint constraints.txt --editable ".[instructor,serve]"

COPY course.toml ./
COPY notebooks notebooks

# The folder of the class holds the keys, the hand-ins and the marks: mount a volume there, and back it up.
RUN useradd --create-home grader && mkdir /grading && chown grader /grading
ENV COURSE_DOWNLOAD=0 \
    OMP_NUM_THREADS=1

USER grader
EXPOSE 8778
# At a hub, its variables say where to listen. Without one: `--accounts --roster /grading/roster.csv --host 0.0.0.0`.
CMD ["autograder", "serve", "/grading"]
