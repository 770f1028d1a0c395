import type { Context } from '@draupnir/db'
import { assert } from '@draupnir/errors'
import type { z } from 'zod'
import { fingerprintOf } from './fingerprint.ts'
import { assertStrict } from './strict.ts'
import { type RawInput, validate } from './validate.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
/**
 * `transaction`: effect and stored answer commit together. `shared`: the same, and the commit may be that of other requests
 * too (`Db.sharedTransaction`). `resumable`: a retry after a crash runs the handler again.
 * `own`: the handler is idempotent by the key itself and runs outside any transaction; the key must still be given.
 */
export type IdempotencyMode = 'transaction' | 'shared' | 'resumable' | 'own' | 'none'
export type ResponseSchemas = Readonly<Record<number, z.ZodType | null>>
export type ResponseHeaders = Readonly<Record<string, string>>

type Output<S> = S extends z.ZodType ? z.output<S> : undefined

/** What a handler is given: parsed and strict; `body` is the bytes themselves where the route says `'raw'`. */
export interface Input<P, Q, B> {
  readonly params: Output<P>
  readonly query: Output<Q>
  readonly body: B extends 'raw' ? Uint8Array : Output<B>
  readonly headers: Headers
  readonly idempotencyKey: string | null
}

/** One of the declared responses, in its wire form; `null` in `responses` is an answer without a body. */
export type Reply<R> = {
  [S in keyof R & number]: R[S] extends z.ZodType
    ? {
        readonly status: S
        readonly body: z.input<R[S]>
        readonly headers?: ResponseHeaders
        readonly unrecorded?: true
      }
    : { readonly status: S; readonly headers?: ResponseHeaders }
}[keyof R & number]

export interface RouteDefinition<P, Q, B, R extends ResponseSchemas> {
  readonly method: Method
  /** OpenAPI form: `/v1/contracts/{contract_id}`. */
  readonly path: string
  /** The scope a caller needs; `null` for provider webhooks, which prove themselves by signature. */
  readonly scope: string | null
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  readonly responses: R
  readonly idempotency?: IdempotencyMode
  /** The resource has a version, its `ETag`; an `If-Match` that names another is refused. */
  readonly versioned?: boolean
  /** Fields of the answer that are shown once: neither stored nor replayed, so a replay has `null` in their place. */
  readonly shownOnce?: readonly string[]
  readonly handler: (ctx: Context, input: Input<P, Q, B>) => Promise<Reply<NoInfer<R>>>
}

export interface AnyReply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: ResponseHeaders
  /** Of a dry run: not kept under the idempotency key, which stays free. */
  readonly unrecorded?: true
}

/** A route whose types are closed over: what `createApp` mounts. */
export interface Route {
  readonly method: Method
  readonly path: string
  readonly scope: string | null
  readonly summary: string
  readonly description: string | undefined
  readonly tags: readonly string[]
  readonly params: z.ZodObject | undefined
  readonly query: z.ZodObject | undefined
  readonly body: z.ZodType | 'raw' | undefined
  readonly responses: ResponseSchemas
  readonly idempotency: IdempotencyMode
  readonly versioned: boolean
  readonly shownOnce: readonly string[]
  /** Validates. Refuses `request.invalid`. */
  readonly prepare: (raw: RawInput) => Prepared
}

export interface Prepared {
  readonly run: (ctx: Context) => Promise<AnyReply>
  /** Of everything that makes two requests the same, keyed. */
  readonly fingerprint: (secret: string) => string
}

/** Declares a route; throws a `Defect` at start when its schemas are loose or do not fit its path. */
export function defineRoute<
  const R extends ResponseSchemas,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | 'raw' | undefined = undefined,
>(definition: RouteDefinition<P, Q, B, R>): Route {
  const { method, path, params, query, body, handler } = definition
  const name = `${method.toUpperCase()} ${path}`
  checkPath(name, path, params)
  if (params !== undefined) assertStrict(params, `${name} params`)
  if (query !== undefined) assertStrict(query, `${name} query`)
  if (body !== undefined && body !== 'raw') assertStrict(body, `${name} body`)
  return {
    ...definition,
    description: definition.description,
    params,
    query,
    body,
    idempotency: definition.idempotency ?? (method === 'post' && body !== 'raw' ? 'transaction' : 'none'),
    versioned: definition.versioned ?? false,
    shownOnce: definition.shownOnce ?? [],
    prepare: (raw) => {
      const { input, json } = validate({ params, query, body }, raw)
      return {
        run: (ctx) => handler(ctx, input as unknown as Input<P, Q, B>),
        fingerprint: (secret) => fingerprintOf(secret, [raw.params, [...raw.query], json ?? null]),
      }
    },
  }
}

function checkPath(name: string, path: string, params: z.ZodObject | undefined): void {
  const placeholders = [...path.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1])
  const declared = Object.keys(params?.shape ?? {})
  assert(/^(\/([a-z0-9._-]+|\{[a-z_]+\}))+$/.test(path), `${name}: the path must be in OpenAPI form`)
  assert(
    placeholders.length === declared.length && placeholders.every((p) => p !== undefined && declared.includes(p)),
    `${name}: params must declare exactly ${placeholders.join(', ') || 'nothing'}`,
  )
}
