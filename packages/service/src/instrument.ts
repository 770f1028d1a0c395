import type { Bus } from '@draupnir/bus'
import type { Definition, SweepContext } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { inSpan, SpanKind, traceparentOf } from '@draupnir/http'
import type { Handler } from '@draupnir/outbox'

/** Each event in a span that continues its producer's; what the handler emits continues in turn. */
export function traceHandler(handler: Handler, consumer: string): Handler {
  return {
    event: handler.event,
    apply: (events, unit) =>
      inSpan(`${consumer} ${handler.event.type}`, SpanKind.CONSUMER, events[0]?.traceparent ?? null, (span) => {
        span.setAttribute('messaging.batch.message_count', events.length)
        return handler.apply(events, (event) => continued(unit(event), traceparentOf(span)))
      }),
  }
}

/** Each timer, activity, sweep and run of a follower in a span that continues where it was scheduled. */
export function traceDefinition(definition: Definition): Definition {
  const { type, kind } = definition
  if (type === 'timer')
    return { ...definition, run: (ctx, data) => traced(definition, ctx, (own) => definition.run(own, data)) }
  if (type === 'activity') {
    const { perform } = definition
    return { ...definition, perform: (ctx, data, nth) => traced(definition, ctx, (own) => perform(own, data, nth)) }
  }
  const run = (ctx: SweepContext) => inSpan(`${type} ${kind}`, SpanKind.INTERNAL, null, () => definition.run(ctx))
  return { ...definition, run }
}

function traced<T>({ type, kind }: Definition, ctx: Context, work: (ctx: Context) => Promise<T>): Promise<T> {
  return inSpan(`${type} ${kind}`, SpanKind.INTERNAL, ctx.trace.traceparent, (span) =>
    work(continued(ctx, traceparentOf(span))),
  )
}

/** Each window the relay publishes in a span of its own. */
export function traceBus(bus: Bus): Bus {
  return {
    ...bus,
    publishWindow: (messages, options) =>
      inSpan('relay publish', SpanKind.PRODUCER, null, (span) => {
        span.setAttribute('messaging.batch.message_count', messages.length)
        return bus.publishWindow(messages, options)
      }),
  }
}

function continued(ctx: Context, traceparent: string | null): Context {
  return traceparent === null ? ctx : { ...ctx, trace: { ...ctx.trace, traceparent } }
}
