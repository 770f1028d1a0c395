import { activity, sweep, timer } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { handle } from '@draupnir/outbox'
import { PayoutReserved } from '@draupnir/wire'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { traceDefinition, traceHandler } from '../src/instrument.ts'

const exporter = new InMemorySpanExporter()
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
provider.register()

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${TRACE}-b7ad6b7169203331-01`
const ctx = { trace: { correlationId: 'c', causationId: null, traceparent } } as Context
const seen: (string | null)[] = []
const note = async (own: Context) => void seen.push(own.trace.traceparent)

describe('with telemetry', () => {
  beforeEach(() => {
    exporter.reset()
    seen.length = 0
  })

  afterAll(() => provider.shutdown())

  const continuesTheTrace = (name: string) => {
    const [span] = exporter.getFinishedSpans()
    expect(span).toMatchObject({ name, parentSpanContext: { traceId: TRACE, spanId: 'b7ad6b7169203331' } })
    expect(seen).toEqual([`00-${TRACE}-${span?.spanContext().spanId}-01`])
  }

  it('a handler continues the trace of its event, and what it emits continues in turn', async () => {
    const traced = traceHandler(
      handle(PayoutReserved, (own) => note(own)),
      'payout',
    )
    await traced.apply([{ traceparent } as never], () => ctx)
    continuesTheTrace('payout ledger.payout.reserved')
  })

  it('a timer continues the trace of who scheduled it', async () => {
    const definition = traceDefinition(timer('x.later', z.object({}), (own) => note(own)))
    if (definition.type === 'timer') await definition.run(ctx, {})
    continuesTheTrace('timer x.later')
  })

  it('an activity continues the trace of who scheduled it, and a failure marks the span', async () => {
    const perform = async (own: Context) => {
      await note(own)
      throw new Error('provider is down')
    }
    const backoff = { firstMs: 1, factor: 1, maxMs: 1, maxAttempts: 1 }
    const definition = traceDefinition(activity('x.call', z.object({}), { perform, settle: async () => {}, backoff }))
    if (definition.type === 'activity') await expect(definition.perform(ctx, {}, 1)).rejects.toThrow('provider is down')
    continuesTheTrace('activity x.call')
    expect(exporter.getFinishedSpans()[0]?.status.code).toBe(2)
  })

  it('a sweep begins a trace of its own', async () => {
    const definition = traceDefinition(sweep('x.sweep', { everyMs: 1 }, async () => {}))
    if (definition.type === 'sweep') await definition.run({} as never)
    expect(exporter.getFinishedSpans()).toMatchObject([{ name: 'sweep x.sweep', parentSpanContext: undefined }])
  })
})
