import { assert } from '@draupnir/errors'
import type { z } from 'zod'
import { SERVICES, type ServiceName } from './services.ts'

/** A fact that crosses a process. Types and versions are permanent; a version changes by addition only. */
export interface EventDefinition<D = unknown, I = D> {
  /** `<service>.<noun>.<fact>` */
  readonly type: string
  readonly version: number
  readonly service: ServiceName
  /** What the event is ordered within, together with its id. */
  readonly aggregate: string
  /** One sentence for the catalogue. */
  readonly summary: string
  /** Reads `I`, a message of any age, to `D`, with defaults for what was added since. */
  readonly schema: z.ZodType<D, I>
  /** Field of `data` that holds the aggregate's id. */
  // A method, so that a list may hold events of every payload.
  aggregateId(data: D): string
}

export interface EventSpec<S extends z.ZodType> {
  readonly type: string
  readonly version: number
  readonly aggregate: string
  readonly summary: string
  readonly data: S
  readonly aggregateId: (data: z.infer<S>) => string
}

/** Declares an event once; `Defect` when the type does not start with a service's name. */
export function defineEvent<S extends z.ZodType>(spec: EventSpec<S>): EventDefinition<z.infer<S>, z.input<S>> {
  const service = SERVICES.find((name) => spec.type.startsWith(`${name}.`))
  assert(service !== undefined, `event type ${spec.type} does not start with a service`)
  assert(/^[a-z-]+\.[a-z_]+\.[a-z_]+$/.test(spec.type), `event type ${spec.type} is not <service>.<noun>.<fact>`)
  const { type, version, aggregate, summary, data, aggregateId } = spec
  return { type, version, service, aggregate, summary, schema: data, aggregateId } as EventDefinition<
    z.infer<S>,
    z.input<S>
  >
}

/** `evt.contract.line.added.v1.ctr_…` */
export function subjectOf(event: Pick<EventDefinition, 'type' | 'version'>, aggregateId: string): string {
  return `evt.${event.type}.v${event.version}.${aggregateId}`
}

/** The payload type of an event definition. */
export type DataOf<E> = E extends EventDefinition<infer D, unknown> ? D : never
