# docker build -t aienotes . && docker run -p 8000:8000 -v aienotes:/data aienotes
#
# At an https address: -e SITE_URL=https://notes.example.org -e SECRET_KEY=..., behind a proxy that sets X-Forwarded-Proto.

FROM python:3.13-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/aienotes
RUN python -m venv /srv/venv
ENV PATH=/srv/venv/bin:$PATH
COPY requirements.txt ./
RUN python -m pip install -r requirements.txt
COPY manage.py ./
COPY aienotes aienotes
COPY accounts accounts
COPY roadmap roadmap
COPY templates templates
COPY static static
COPY locale locale
COPY notes notes
RUN DATA_DIR=/tmp/data SECRET_KEY=unused python manage.py collectstatic --no-input

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PATH=/srv/venv/bin:$PATH HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
# Notes may come from a git repository.
RUN apt-get update && apt-get install --yes --no-install-recommends git openssh-client && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home aienotes && install -d -m 700 -o aienotes /data
COPY --from=build /srv /srv
WORKDIR /srv/aienotes
USER aienotes
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=8)"]
CMD ["sh", "-c", "python manage.py migrate --no-input --verbosity 0 && python manage.py import_bundled && exec python -m gunicorn -c aienotes/gunicorn.py aienotes.wsgi"]
