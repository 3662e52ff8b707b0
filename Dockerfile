# The service as an image: unprivileged, at home on a read-only file system, every library held to its hash.
#
#   docker build -t ice-confirmation .
#
# The base is pinned by its tag. Where the build reaches a registry, pin its digest too
# (docker buildx imagetools inspect python:3.11-slim-bookworm): it was not to be had where this file was written.

FROM python:3.11-slim-bookworm AS build
WORKDIR /opt/ice-confirmation
COPY requirements-bootstrap.lock requirements-postgres.lock ./
RUN python -m venv /opt/bootstrap \
    && /opt/bootstrap/bin/pip install --no-cache-dir --require-hashes -r requirements-bootstrap.lock \
    && python -m venv --without-pip .venv \
    && /opt/bootstrap/bin/uv pip install --no-cache --python .venv/bin/python --require-hashes --compile-bytecode \
        -r requirements-postgres.lock
COPY app app
# Compiled here, because nothing can be written there.
RUN python -m compileall -q app

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="APD ICE-confirmation service" \
      org.opencontainers.image.description="An inquiry is logged, a call is placed, a status is returned, the log can be checked." \
      org.opencontainers.image.licenses="Apache-2.0"

# The keys that open what is sealed lie apart from the data, so that a copy of one volume opens nothing.
RUN groupadd --system --gid 10001 service \
    && useradd --system --uid 10001 --gid service --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin service \
    && install -d -o service -g service -m 0700 /var/lib/ice-confirmation /var/lib/ice-confirmation-vault

WORKDIR /opt/ice-confirmation
COPY --from=build /opt/ice-confirmation/.venv .venv
COPY --from=build /opt/ice-confirmation/app app
COPY LICENSE ./

ENV PATH=/opt/ice-confirmation/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    APP_HOST=0.0.0.0 \
    APP_PORT=8000 \
    APP_DATA_DIR=/var/lib/ice-confirmation \
    APP_VAULT_DIR=/var/lib/ice-confirmation-vault
USER 10001:10001
VOLUME ["/var/lib/ice-confirmation", "/var/lib/ice-confirmation-vault"]
EXPOSE 8000
STOPSIGNAL SIGTERM

# Alive, not ready: a database that is away is no reason to start the service anew. /readyz says what is amiss.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ['APP_PORT']), timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]

ENTRYPOINT ["python", "-m", "app"]
CMD ["serve"]
