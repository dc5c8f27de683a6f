/** Commands that send a first span, with the project's own address, service and token in them. */

export const LANGUAGES = ['java', 'python', 'otlp', 'curl'] as const;
export type SnippetLanguage = (typeof LANGUAGES)[number];
export const LANGUAGE_LABELS: Record<SnippetLanguage, string> = {
  java: 'Java',
  python: 'Python',
  otlp: 'OpenTelemetry SDK',
  curl: 'curl',
};

export interface SnippetFacts {
  endpoint: string;
  service: string;
  token: string;
}

export function snippet(language: SnippetLanguage, { endpoint, service, token }: SnippetFacts): string {
  const name = shell(service);
  if (language === 'java') {
    return `java -javaagent:omegi-agent.jar \\
  -Dotel.service.name=${name} \\
  -Dotel.exporter.otlp.endpoint=${endpoint} \\
  -Dotel.exporter.otlp.headers="Authorization=Bearer ${token}" \\
  -jar app.jar`;
  }
  if (language === 'python') {
    return `pip install omegi-agent
OTEL_SERVICE_NAME=${name} \\
OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint} \\
OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20${token}" \\
omegi-run python app.py`;
  }
  if (language === 'otlp') {
    return `export OTEL_SERVICE_NAME=${name}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_EXPORTER_OTLP_ENDPOINT=${endpoint}
export OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20${token}"`;
  }
  return testError({ endpoint, service, token });
}

/** One failing span as OTLP/JSON: the whole way from the sender to the screen without an SDK. */
export function testError({ endpoint, service, token }: SnippetFacts): string {
  const body = JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: '$TRACE',
                spanId: '$SPAN',
                name: 'test error',
                kind: 2,
                startTimeUnixNano: '$NOW',
                endTimeUnixNano: '$NOW',
                status: { code: 2, message: 'a test error' },
                events: [
                  {
                    name: 'exception',
                    timeUnixNano: '$NOW',
                    attributes: [
                      { key: 'exception.type', value: { stringValue: 'TestError' } },
                      { key: 'exception.message', value: { stringValue: 'a test error' } },
                    ],
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
  });
  const quoted = body.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('`', '\\`');
  return `TRACE=$(openssl rand -hex 16) SPAN=$(openssl rand -hex 8) NOW=$(date +%s)000000000
curl ${endpoint}/v1/traces -H 'Content-Type: application/json' \\
  -H 'Authorization: Bearer ${token}' \\
  -d "${quoted}"`;
}

/** A service name goes into a command: what the shell would read is quoted. */
function shell(text: string): string {
  return /^[\w.:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
