import type { Bus } from '@draupnir/bus'
import type { Definition, SweepContext } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import { inSpan, SpanKind, traceparentOf } from '@draupnir/http'
import type { Handler } from '@draupnir/outbox'

type Traced = { readonly trace: Context['trace'] }

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

/** Each timer, activity and sweep in a span that continues where it was scheduled. */
export function traceDefinition(definition: Definition): Definition {
  const name = `${definition.type} ${definition.kind}`
  const traced = <C extends Partial<Traced>, T>(ctx: C, work: (ctx: C) => Promise<T>): Promise<T> =>
    inSpan(name, SpanKind.INTERNAL, ctx.trace?.traceparent ?? null, (span) => work(continued(ctx, traceparentOf(span))))
  if (definition.type === 'timer')
    return { ...definition, run: (ctx, data) => traced(ctx, (inner) => definition.run(inner, data)) }
  if (definition.type === 'sweep')
    return { ...definition, run: (ctx: SweepContext) => traced(ctx, (inner) => definition.run(inner)) }
  return {
    ...definition,
    perform: (ctx, data, attempt) => traced(ctx, (inner) => definition.perform(inner, data, attempt)),
  }
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

function continued<C extends Partial<Traced>>(ctx: C, traceparent: string | null): C {
  if (traceparent === null || ctx.trace === undefined) return ctx
  return { ...ctx, trace: { ...ctx.trace, traceparent } }
}
