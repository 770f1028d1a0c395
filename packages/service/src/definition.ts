import type { Definition } from '@draupnir/clock'
import type { DbPool, Log } from '@draupnir/db'
import { assert } from '@draupnir/errors'
import type { App, AppOptions, Route } from '@draupnir/http'
import type { Handler } from '@draupnir/outbox'
import { type EventDefinition, type ServiceName, SUBSCRIPTIONS } from '@draupnir/wire'
import { z } from 'zod'
import type { ServiceClock } from './connect.ts'
import type { Check } from './verify.ts'

/** What a service's own parts may be built from. */
export interface Deps<C> {
  /** The service's own settings, validated. */
  readonly config: C
  readonly db: DbPool
  /** `sandbox` moves the test clock; null in production. */
  readonly clock: ServiceClock
  readonly log: Log
  readonly internalAuthSecret: string
}

type Parts<T, C> = readonly T[] | ((deps: Deps<C>) => readonly T[])

export interface ServiceSpec<S extends z.ZodObject> {
  readonly name: ServiceName
  /** Absolute directory of the service's own `NNNN-what.sql`. */
  readonly migrations: string
  /** Environment variables only this service has; `config.ts` holds the schema. */
  readonly config?: S
  readonly routes?: Parts<Route, z.output<S>>
  /** Exactly the events that `SUBSCRIPTIONS` gives this service, each once. */
  readonly handlers?: Parts<Handler, z.output<S>>
  readonly timers?: Parts<Definition, z.output<S>>
  /** Routes that `defineRoute` cannot express, behind authentication. */
  readonly extend?: (app: App, deps: Deps<z.output<S>>) => void
  /** Who may ask; by default only what is signed with `INTERNAL_AUTH_SECRET`. */
  readonly authenticate?: (deps: Deps<z.output<S>>) => AppOptions['authenticate']
  /** Mounted before authentication, beside `/healthz`. */
  readonly open?: (app: App, deps: Deps<z.output<S>>) => void
  /** Requests that wait for others and must not keep the test clock from moving: streams, the advance itself. */
  readonly waits?: (path: string) => boolean
  /** The invariants of the service's own data, for `npm run verify`; reads only. */
  readonly verify?: (deps: Deps<z.output<S>>) => Promise<readonly Check[]>
  /** Something else to run; the result stops it. */
  readonly start?: (deps: Deps<z.output<S>>) => Promise<() => Promise<void>>
}

/** A service with its types closed over: what `runService` runs. */
export interface ServiceDefinition {
  readonly name: ServiceName
  readonly migrations: string
  readonly configSchema: z.ZodObject
  /** Builds the parts; `Defect` when the handlers are not the subscriptions of `@draupnir/wire`. */
  readonly build: (deps: Deps<unknown>) => ServiceParts
}

export interface ServiceParts {
  readonly routes: readonly Route[]
  readonly handlers: readonly Handler[]
  readonly timers: readonly Definition[]
  readonly extend: (app: App) => void
  readonly open: (app: App) => void
  readonly authenticate: AppOptions['authenticate'] | undefined
  readonly waits: (path: string) => boolean
  readonly verify: () => Promise<readonly Check[]>
  readonly start: () => Promise<() => Promise<void>>
}

/** Declares a service; nothing runs until `runService` or `startService`. */
export function defineService<S extends z.ZodObject = z.ZodObject>(spec: ServiceSpec<S>): ServiceDefinition {
  return {
    name: spec.name,
    migrations: spec.migrations,
    configSchema: spec.config ?? z.object({}),
    build: (given) => {
      // `config` was parsed by `configSchema`, which is the schema this spec came with.
      const deps = given as Deps<z.output<S>>
      const handlers = listOf(spec.handlers, deps)
      checkSubscriptions(spec.name, handlers)
      return {
        routes: listOf(spec.routes, deps),
        handlers,
        timers: listOf(spec.timers, deps),
        extend: (app) => spec.extend?.(app, deps),
        open: (app) => spec.open?.(app, deps),
        authenticate: spec.authenticate?.(deps),
        waits: spec.waits ?? (() => false),
        verify: async () => (await spec.verify?.(deps)) ?? [],
        start: async () => (await spec.start?.(deps)) ?? (async () => {}),
      }
    },
  }
}

function listOf<T, C>(parts: Parts<T, C> | undefined, deps: Deps<C>): readonly T[] {
  if (parts === undefined) return []
  return typeof parts === 'function' ? parts(deps) : parts
}

function checkSubscriptions(name: ServiceName, handlers: readonly Handler[]): void {
  const title = ({ type, version }: EventDefinition) => `${type} v${version}`
  const handled = handlers.map(({ event }) => title(event))
  const declared = SUBSCRIPTIONS[name].map(title)
  const unhandled = declared.filter((event) => !handled.includes(event))
  const undeclared = handled.filter((event) => !declared.includes(event))
  assert(new Set(handled).size === handled.length, `${name} handles an event twice: ${handled.join(', ')}`)
  assert(unhandled.length === 0, `${name} has no handler for ${unhandled.join(', ')}, which SUBSCRIPTIONS gives it`)
  assert(undeclared.length === 0, `${name} handles ${undeclared.join(', ')}, which SUBSCRIPTIONS does not give it`)
}
