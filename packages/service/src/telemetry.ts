import { Refusal, Transient } from '@draupnir/errors'
import type { ServiceConfig } from './config.ts'
import type { ServiceLog } from './log.ts'

export interface Telemetry {
  /** Reports a defect where somebody looks. */
  readonly report: (error: unknown, context: Readonly<Record<string, string>>) => void
  readonly stop: () => Promise<void>
}

type Settings = Pick<ServiceConfig, 'SENTRY_DSN' | 'OTEL_EXPORTER_OTLP_ENDPOINT'>

/** OpenTelemetry only with an endpoint, Sentry only with a DSN; without them neither is even loaded. */
export async function startTelemetry(service: string, settings: Settings): Promise<Telemetry> {
  const { SENTRY_DSN: dsn, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = settings
  const stopTraces = endpoint === undefined ? async () => {} : await startTraces(service, endpoint)
  if (dsn === undefined) return { report: () => {}, stop: stopTraces }
  const sentry = await import('@sentry/node')
  sentry.init({
    dsn,
    serverName: service,
    // Requests hold account numbers: only what we report ourselves leaves the house.
    defaultIntegrations: false,
    enableRuntimeChannelInjection: false,
  })
  return {
    report: (error, context) => void sentry.captureException(error, { tags: { service, ...context } }),
    stop: async () => {
      await Promise.all([stopTraces(), sentry.close(2_000)])
    },
  }
}

async function startTraces(service: string, endpoint: string): Promise<() => Promise<void>> {
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const exporter = new OTLPTraceExporter({ url: new URL('v1/traces', `${endpoint.replace(/\/$/, '')}/`).href })
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  provider.register()
  return () => provider.shutdown()
}

/** A log whose errors are also reported: what is logged as `err` at level error, unless it is a rule or will pass. */
export function reporting(log: ServiceLog, report: Telemetry['report']): ServiceLog {
  return {
    ...log,
    error: (fields, message) => {
      log.error(fields, message)
      const error = 'err' in fields ? fields.err : null
      if (!(error instanceof Error) || error instanceof Refusal || error instanceof Transient) return
      const texts = Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      report(error, Object.fromEntries(texts))
    },
  }
}
