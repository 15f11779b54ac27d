# The bot with its light install, as a user without rights. Settings come from the environment: see .env.example.
#   docker build -t persrv . && docker run -e PERSRV_BOT_TOKEN=... -v persrv:/data persrv
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY persrv persrv
COPY bot bot
COPY jobs jobs
COPY migrations migrations
RUN python -m venv /opt/persrv \
 && /opt/persrv/bin/pip install --no-cache-dir -c constraints.txt .

FROM python:3.12-slim
# libgomp: faiss, onnxruntime and scikit-learn share the work between threads with it.
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgomp1 libglib2.0-0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin persrv \
 && install -d -o persrv -g persrv -m 700 /data
COPY --from=build /opt/persrv /opt/persrv
ENV PATH=/opt/persrv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PERSRV_DATA_DIR=/data \
    PERSRV_LOG_FORMAT=json \
    PERSRV_HEALTH_LISTEN=127.0.0.1:9090
USER persrv
WORKDIR /data
VOLUME /data
# Whether it lives, not whether it is ready: a restart does not bring Telegram back.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9090/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["persrv", "run"]
