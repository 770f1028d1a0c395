import {
  context,
  INVALID_SPAN_CONTEXT,
  ProxyTracer,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'

const NO_SPAN = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** Reads a W3C `traceparent`; null when it is absent or not one. */
export function parseTraceparent(header: string | null | undefined): SpanContext | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(header ?? '') ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true }
}

/** The `traceparent` that continues `span`, or null where no telemetry is recorded. */
export function traceparentOf(span: Span): string | null {
  const { traceId, spanId, traceFlags } = span.spanContext()
  if (/^0+$/.test(traceId)) return null
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}

/** Runs `work` in a span that continues `traceparent`; a throw marks it failed. Without telemetry it costs nothing. */
export function inSpan<T>(
  name: string,
  kind: SpanKind,
  traceparent: string | null,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const remote = parseTraceparent(traceparent)
  const tracer = trace.getTracer('draupnir')
  // Nobody has registered: the library would make contexts and spans for each request that nobody sees.
  if (tracer instanceof ProxyTracer) return work(remote === null ? NO_SPAN : trace.wrapSpanContext(remote))
  const parent = remote === null ? context.active() : trace.setSpanContext(context.active(), remote)
  return tracer.startActiveSpan(name, { kind }, parent, async (span) => {
    try {
      return await work(span)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  })
}

export { SpanKind }
