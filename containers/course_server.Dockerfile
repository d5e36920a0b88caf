# What students work in: one environment with the student edition, for a spawner that starts containers.
# First `autograder release`, then in the folder of the course:
#   docker build --file containers/course_server.Dockerfile --tag course-server .
FROM python:3.12-slim

COPY constraints.txt /opt/course/constraints.txt
COPY build/student /opt/course/student

# Root installs, users only read: nothing in the package can be changed by them.
RUN python -m pip install --no-cache-dir --disable-pip-version-check \
    --constraint /opt/course/constraints.txt "/opt/course/student[lab]" jupyterhub \
    && python -c "import course_utils, torch, ipywidgets"

# A hub puts each user's own folder in this place.
RUN useradd --create-home --home-dir /srv/student --shell /bin/bash student \
    && cp -r /opt/course/student/notebooks /srv/student/notebooks \
    && chown -R student:student /srv/student

# The data folder is mounted read-only; what is missing there is taken from the package.
ENV COURSE_DATA=/srv/course-data \
    COURSE_DOWNLOAD=0 \
    OMP_NUM_THREADS=2 \
    JUPYTER_WIDGETS_ECHO=0

USER student
WORKDIR /srv/student
EXPOSE 8888
# KubeSpawner and DockerSpawner start jupyterhub-singleuser themselves; alone, this is JupyterLab.
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "notebooks"]
