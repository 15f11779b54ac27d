# PerSRV in a container: docker build -t persrv . ; compose.yaml runs it.
FROM python:3.12-slim AS build
RUN python -m venv /opt/persrv
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY jobs jobs
COPY migrations migrations
COPY persrv persrv
# The light install. For captions or the paper's encoders on this machine: --build-arg EXTRAS=[llava,clip]
ARG EXTRAS=""
RUN /opt/persrv/bin/pip install --no-cache-dir -c constraints.txt ".${EXTRAS}"

FROM python:3.12-slim
# OpenCV and onnxruntime want these two libraries.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 10001 persrv \
 && install -d -m 700 -o persrv -g persrv /data
COPY --from=build /opt/persrv /opt/persrv
USER persrv
WORKDIR /data
ENV PATH=/opt/persrv/bin:$PATH PERSRV_DATA_DIR=/data PERSRV_HEALTH_LISTEN=127.0.0.1:9090 PERSRV_LOG_FORMAT=json
VOLUME /data
# SIGTERM: it stops within 5 seconds, and what was acknowledged is on disk.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9090/readyz', timeout=4)"]
CMD ["persrv", "run"]
