# One image per connector: docker build --build-arg CONNECTOR_NAME=source-crm -t source-crm .
# All images share every layer but the last few lines.
FROM python:3.11-slim

RUN useradd --create-home airbyte
WORKDIR /airbyte/integration_code

COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/run.txt

COPY pyproject.toml README.md LICENSE ./
COPY mailsync mailsync
COPY source-crm source-crm
COPY source-campaigns source-campaigns
COPY destination-campaigns destination-campaigns
COPY destination-crm destination-crm
RUN pip install --no-cache-dir --no-deps .

ARG CONNECTOR_NAME
ARG CONNECTOR_VERSION=dev
RUN test -x "/usr/local/bin/${CONNECTOR_NAME}" && ln -s "/usr/local/bin/${CONNECTOR_NAME}" /usr/local/bin/connector
LABEL io.airbyte.name="${CONNECTOR_NAME}" io.airbyte.version="${CONNECTOR_VERSION}"
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/connector"
USER airbyte
ENTRYPOINT ["/usr/local/bin/connector"]
