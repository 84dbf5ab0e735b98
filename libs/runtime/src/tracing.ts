import { context, propagation, ROOT_CONTEXT, SpanStatusCode, trace, type Attributes } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Config } from './config.ts';

const TRACER = 'tributary';

/**
 * Starts tracing for this process. Spans are always made, so that `traceparent` travels on; they are exported (OTLP over HTTP) only when
 * an endpoint is configured.
 * @returns a function that sends what is left and stops.
 */
export function startTracing(config: Pick<Config, 'otlpEndpoint'>): () => Promise<void> {
  const endpoint = config.otlpEndpoint;
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': TRACER }),
    spanProcessors:
      endpoint === undefined ? [] : [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }))],
  });
  provider.register({ propagator: new W3CTraceContextPropagator() });
  return async () => {
    await provider.shutdown();
    trace.disable();
    context.disable();
    propagation.disable();
  };
}

/**
 * Runs `work` inside a span. Its parent is the given W3C `traceparent` (a text that is none starts a new trace), or the current span.
 * An error marks the span and is thrown on.
 */
export async function withSpan<T>(
  name: string,
  parentTraceparent: string | undefined,
  work: () => Promise<T> | T,
  attributes: Attributes = {},
): Promise<T> {
  const parent = parentTraceparent === undefined ? context.active() : propagation.extract(ROOT_CONTEXT, { traceparent: parentTraceparent });
  return trace.getTracer(TRACER).startActiveSpan(name, { attributes }, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'error' });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** W3C `traceparent` of the current span; `undefined` outside of one or before {@link startTracing}. */
export function currentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}
