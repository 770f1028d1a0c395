import type { Context } from '@draupnir/db'
import type { Event, EventDefinition } from '@draupnir/wire'

/** What a service does with one type and version of event. */
export interface Handler {
  readonly event: EventDefinition
  /** Applies events of this type and of one tenant, in order, inside the transaction of `unit(event)`. */
  readonly apply: (events: readonly Event<unknown>[], unit: UnitFor) => Promise<void>
}

/** The context to apply an event in; what it emits names the event as its cause. */
export type UnitFor = (event: Event<unknown>) => Context

/** Applies events one by one; a throw undoes that event alone. */
export function handle<D>(
  event: EventDefinition<D, unknown>,
  apply: (ctx: Context, event: Event<D>) => Promise<unknown>,
): Handler {
  return {
    event,
    apply: async (events, unit) => {
      for (const one of typed<D>(events)) await apply(unit(one), one)
    },
  }
}

/** Applies many events of one tenant at once, for set-based work; they stand in order per aggregate. Use `causedBy` to emit. */
export function handleMany<D>(
  event: EventDefinition<D, unknown>,
  apply: (ctx: Context, events: readonly Event<D>[]) => Promise<unknown>,
): Handler {
  return {
    event,
    apply: async (events, unit) => {
      const [first] = events
      if (first !== undefined) await apply(unit(first), typed<D>(events))
    },
  }
}

/** The context with `event` as the cause of what is emitted in it. */
export function causedBy(ctx: Context, event: Event<unknown>): Context {
  const trace = { correlationId: event.correlationid, causationId: event.id, traceparent: event.traceparent }
  return { ...ctx, trace }
}

// The data was parsed by the schema of this very definition before it came here.
function typed<D>(events: readonly Event<unknown>[]): readonly Event<D>[] {
  return events as readonly Event<D>[]
}
