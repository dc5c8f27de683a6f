"""Sends two spans, one with an exception, through opentelemetry-python: send.py http|grpc ENDPOINT TOKEN."""

import sys

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

transport, endpoint, token = sys.argv[1:4]
if transport == "http":
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(
        endpoint=f"{endpoint}/v1/traces",
        headers={"authorization": f"Bearer {token}"},
        compression=Compression.Gzip,
    )
else:
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    exporter = OTLPSpanExporter(
        endpoint=endpoint, insecure=True, headers=(("authorization", f"Bearer {token}"),)
    )

provider = TracerProvider(resource=Resource.create({"service.name": f"python-{transport}"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("omegi")
with tracer.start_as_current_span("parent"):
    try:
        with tracer.start_as_current_span("child"):
            raise ValueError("no such cart")
    except ValueError:
        pass
if not provider.force_flush():
    sys.exit("spans were not flushed")
provider.shutdown()
