import type { Readable } from 'node:stream'
import type { DbPool, Log } from '@draupnir/db'
import { assert } from '@draupnir/errors'
import type { Instant } from '@draupnir/time'
import { Hono } from 'hono'
import { authenticate } from './authenticate.ts'
import { answerFailure, answerUnmatched } from './failure-answers.ts'
import type { Claims, SignedRequest } from './internal-auth.ts'
import { observe } from './observe.ts'
import type { Route } from './route.ts'
import { RememberingRouter } from './router.ts'
import { serveRoute } from './serve-route.ts'

export interface AppVariables {
  requestId: string
  log: Log
  /** The path template, for logs and metrics. */
  route: string | undefined
  traceparent: string | null
  /** Set once the request is authenticated; what `extend` mounts may read them. */
  claims: Claims
  bytes: Uint8Array
  /** What was answered, when it has its request id already. */
  answer: Response | undefined
}
/** What Node gave us, when it is a server of Node's that asks. */
export interface AppBindings {
  readonly incoming?: Readable
}
export type AppEnv = { Variables: AppVariables; Bindings: AppBindings | undefined }
export type App = Hono<AppEnv>

export interface RequestSeen {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export interface AppOptions {
  readonly routes: readonly Route[]
  readonly db: DbPool
  /** A pool of its own for the locks of `resumable` routes: they are held while the handler works. */
  readonly locks?: DbPool
  /** Keys the fingerprints of idempotent requests; the same in every replica and after a restart. */
  readonly fingerprintSecret?: string
  /** Read once for each request. */
  readonly now: () => Promise<Instant>
  readonly log: Log
  /** Who asks; refuses otherwise. `internalAuth(secret)` in services, API keys in the gateway. */
  readonly authenticate: (request: SignedRequest, headers: Headers) => Promise<Claims>
  /** Mounted before authentication: health, metrics. */
  readonly open?: (app: App) => void
  /** Mounted after the routes, behind authentication: what `defineRoute` cannot say. */
  readonly extend?: (app: App) => void
  readonly onDefect?: (error: unknown, request: { requestId: string; route: string }) => void
  readonly onRequest?: (seen: RequestSeen) => void
  /** Also checks what handlers answer against `responses`; a misfit is a `Defect`. For tests and the sandbox. */
  readonly checkReplies?: boolean
  readonly maxBodyBytes?: number
}

/** The HTTP side of a service: request ids, problems, authentication, strict validation, idempotency, one span each. */
export function createApp(options: AppOptions): App {
  const { routes, locks, open, extend } = options
  assert(locks !== undefined || routes.every((r) => r.idempotency !== 'resumable'), 'resumable routes need `locks`')
  const app: App = new Hono<AppEnv>({ router: new RememberingRouter() })
  app.use((c, next) => observe(options, c, next))
  app.onError((error, c) => answerFailure(options, c, error))
  app.notFound((c) => answerUnmatched(app, c))
  open?.(app)
  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path.replace(/\{([a-z_]+)\}/g, ':$1'), (c) =>
      serveRoute(options, c, route),
    )
  }
  app.use(async (c, next) => {
    await authenticate(options, c)
    await next()
  })
  extend?.(app)
  return app
}
