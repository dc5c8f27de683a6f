// Sends two spans, one with an exception, through opentelemetry-js as OTLP/JSON: send.js ENDPOINT TOKEN.
// Modules are found through NODE_PATH.
const { OTLPTraceExporter } = require('@opentelemetry/exporter-trace-otlp-http');
const { resourceFromAttributes } = require('@opentelemetry/resources');
const { BasicTracerProvider, BatchSpanProcessor } = require('@opentelemetry/sdk-trace-base');
const { SpanStatusCode, context, trace } = require('@opentelemetry/api');

const [endpoint, token] = process.argv.slice(2);
const exporter = new OTLPTraceExporter({
  url: `${endpoint}/v1/traces`,
  headers: { authorization: `Bearer ${token}` },
});
const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'js-http' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
const tracer = provider.getTracer('omegi');
const parent = tracer.startSpan('parent');
const child = tracer.startSpan('child', {}, trace.setSpan(context.active(), parent));
child.recordException(new TypeError('no such cart'));
child.setStatus({ code: SpanStatusCode.ERROR, message: 'no such cart' });
child.end();
parent.end();

provider
  .forceFlush()
  .then(() => provider.shutdown())
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
