import type { Operation } from './document.ts'
import { prefixOf, type Schema } from './schema.ts'
import type { World } from './world.ts'

/** A request as data: it can be judged against the document, sent, and shown. */
export interface Shot {
  readonly operation: Operation
  readonly title: string
  /** Undefined: no Authorization header. */
  readonly token: string | undefined
  readonly params: Readonly<Record<string, string>>
  readonly query: readonly (readonly [string, string])[]
  readonly idempotencyKey: string | undefined
  readonly contentType: string | undefined
  /** The value to send as JSON; `raw` wins when it is there. */
  readonly body: unknown
  readonly raw?: string | Uint8Array<ArrayBuffer>
}

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly requestId: string | null
  readonly text: string
}

const TIMEOUT_MS = 30_000
let count = 0

/** A request for things that are there, with everything a route asks for; `body` is what the caller found for it. */
export function shot(operation: Operation, world: World, title: string, body: unknown): Shot {
  count += 1
  return {
    operation,
    title,
    token: world.scopes.includes(operation.scope) ? world.key : world.platformKey,
    params: Object.fromEntries(operation.params.map(({ name, schema }) => [name, someValue(name, schema, world)])),
    query: operation.query.flatMap((parameter) =>
      parameter.required === true ? [[parameter.name, world.now] as const] : [],
    ),
    idempotencyKey: operation.needsKey ? `fuzz-${count}` : undefined,
    contentType: ['POST', 'PUT'].includes(operation.method) ? 'application/json' : undefined,
    body,
  }
}

function someValue(name: string, schema: Schema, world: World): string {
  const there = world.known[prefixOf(schema) ?? '']?.[0]
  if (there !== undefined) return there
  if (schema.enum !== undefined) return String(schema.enum[0])
  if (name === 'ref') return `${world.known.pty?.[0]}:available:USD`
  return schema.format === 'uuid' ? '00000000-0000-7000-8000-000000000000' : unknownId(schema)
}

/** An id of the right form that names nothing. */
export function unknownId(schema: Schema): string {
  return `${prefixOf(schema) ?? 'prk'}_${'0'.repeat(26)}`
}

export function textOf(body: unknown): string {
  return JSON.stringify(body)
}

/** Sends a request as it is, however wrong; status 0 when there is no answer. */
export function send(base: string, shot: Shot): Promise<Answer> {
  return ask(base, shot).catch((error) => ({ status: 0, contentType: '', requestId: null, text: String(error) }))
}

async function ask(base: string, shot: Shot): Promise<Answer> {
  const path = shot.operation.path.replace(/\{([a-z_]+)\}/g, (_, name: string) => encoded(shot.params[name] ?? ''))
  const query = shot.query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')
  const body = shot.raw ?? (shot.body === undefined ? undefined : textOf(shot.body))
  const answer = await fetch(`${base}${path}${query === '' ? '' : `?${query}`}`, {
    method: shot.operation.method,
    headers: {
      ...(shot.token === undefined ? {} : { authorization: `Bearer ${shot.token}` }),
      ...(shot.idempotencyKey === undefined ? {} : { 'idempotency-key': shot.idempotencyKey }),
      ...(shot.contentType === undefined ? {} : { 'content-type': shot.contentType }),
    },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? '',
    requestId: answer.headers.get('x-request-id'),
    text: await answer.text(),
  }
}

/** Lone surrogates have no encoding; they go as the bytes that no UTF-8 may have. */
function encoded(value: string): string {
  return value.isWellFormed() ? encodeURIComponent(value) : '%ED%A0%80'
}
