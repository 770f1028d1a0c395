import type { RefusalCode } from '@draupnir/errors'
import type { Operation } from './document.ts'
import { type Shot, shot, textOf, unknownId } from './request.ts'
import { isRecord } from './schema.ts'
import type { World } from './world.ts'

/** A request that must be refused; with exactly these codes where the rule is the same for every route. */
export interface Case extends Shot {
  readonly expected: readonly RefusalCode[] | null
}

const OVERSIZED = 1024 ** 2 + 1
const DEEP = 50_000
const WRONG_PER_FIELD = 3
const WRONG = [null, true, -1, 1e308, '', [], {}, '\u0000', '\ud800', '9'.repeat(30), '-1']

/** What nobody may send, derived from the document: a new route is covered without anybody thinking of it. */
export function badInput(operation: Operation, world: World, body: unknown): Case[] {
  const fine = (title: string) => shot(operation, world, title, body)
  const bad = (title: string, change: Partial<Shot>, ...codes: RefusalCode[]): Case => ({
    ...fine(title),
    ...change,
    expected: codes.length === 0 ? null : codes,
  })
  return [
    bad('no key', { token: undefined }, 'auth.missing'),
    bad('a key that is none', { token: 'sk_sandbox_none' }, 'auth.invalid'),
    bad('a key without the scope', { token: world.powerlessKey }, 'auth.scope-missing'),
    ...withoutIdempotencyKey(operation, bad),
    ...paths(operation, world, bad),
    ...queries(operation, bad),
    ...(operation.body === null ? [] : [...bodies(bad, body), ...fields(bad, body, operation.name.length)]),
  ]
}

const NEVER = '9999-99-99T99:99:99.999Z'
const LISTED = ['inv', 'key', 'leg', 'pin', 'pty', 'pyo', 'txn']
/** Cursors that look like ours, of a place no list has: a number too large, a moment that never comes. */
const FORGED = [10 ** 12, [NEVER, '1'], ...LISTED.map((prefix) => [NEVER, `${prefix}_${'0'.repeat(26)}`])].map(
  (place) => Buffer.from(JSON.stringify(place)).toString('base64url'),
)

type Bad = (title: string, change: Partial<Shot>, ...codes: RefusalCode[]) => Case

function withoutIdempotencyKey({ needsKey }: Operation, bad: Bad): Case[] {
  if (!needsKey) return []
  return [
    bad('no Idempotency-Key', { idempotencyKey: undefined }, 'request.idempotency-key-missing'),
    bad('an endless Idempotency-Key', { idempotencyKey: 'k'.repeat(201) }, 'request.invalid'),
  ]
}

function paths({ params }: Operation, world: World, bad: Bad): Case[] {
  return params.flatMap(({ name, schema }) => [
    bad(`unknown ${name}`, { params: { [name]: unknownId(schema) } }),
    bad(`another's ${name}`, { token: world.strangerKey }),
    ...['nonsense', '%00', '\u0000', '\ud800', '../../internal', 'x'.repeat(5_000), "' or 1=1 --"].map((value) =>
      bad(`${name} ${value.slice(0, 20)}`, { params: { [name]: value } }),
    ),
  ])
}

function queries({ query }: Operation, bad: Bad): Case[] {
  const wrong = (name: string, value: string) =>
    bad(`${name}=${value.slice(0, 30)}`, { query: [[name, value]] }, 'request.invalid')
  const cursors = [
    'nonsense',
    '\u0000',
    '\ud800',
    'W10',
    'bnVsbA',
    'WyJcdTAwMDAiLCJcdTAwMDAiXQ',
    'x'.repeat(501),
    '',
  ].concat(FORGED)
  return [
    wrong('unheard_of', '1'),
    ...query.flatMap(({ name }) => {
      if (name === 'limit') return ['0', '-1', '201', '1e400', 'ten', '1.5', ''].map((value) => wrong(name, value))
      if (name === 'cursor') return cursors.map((value) => wrong(name, value))
      return [wrong(name, '\u0000'), wrong(name, ''), bad(`${name} is no UTF-8`, { query: [[name, '\ud800']] })]
    }),
    ...query.slice(0, 1).map(({ name }) =>
      bad(`${name} twice`, {
        query: [
          [name, '1'],
          [name, '2'],
        ],
      }),
    ),
  ]
}

function bodies(bad: Bad, body: unknown): Case[] {
  const text = textOf(body)
  return [
    bad('no body', { raw: '' }),
    bad('cut-off JSON', { raw: text.slice(0, -1) }, 'request.malformed-json'),
    bad('no JSON', { raw: 'name=value' }, 'request.malformed-json'),
    bad('bytes that are no UTF-8', { raw: Uint8Array.from([0x22, 0xff, 0xfe, 0x22]) }, 'request.malformed-json'),
    bad('endless nesting', { raw: '['.repeat(DEEP) + ']'.repeat(DEEP) }),
    bad('too much of it', { raw: `"${'x'.repeat(OVERSIZED)}"` }, 'request.too-large'),
    bad('a form', { contentType: 'application/x-www-form-urlencoded' }, 'request.unsupported-media-type'),
    bad('no content type', { contentType: undefined, raw: Buffer.from(text) }, 'request.unsupported-media-type'),
    ...[null, [], 'text', 1].map((value) => bad(`${textOf(value)} as body`, { body: value }, 'request.invalid')),
    bad('an unknown field', { body: { ...asRecord(body), unheard_of: 1 } }, 'request.invalid'),
    bad('a prototype', { raw: `${text.slice(0, -1)}${text === '{}' ? '' : ','}"__proto__":{"x":1}}` }),
  ]
}

/** Every field of the body, however deep, with some of what it cannot be; what fits by chance is left to the judge. */
function fields(bad: Bad, body: unknown, asked: number): Case[] {
  return pathsIn(body).flatMap((path, field) => [
    ...wrongFor(field + asked).map((value) =>
      bad(`${path.join('.')} = ${textOf(value)}`, { body: replaced(body, path, value) }),
    ),
    bad(`${path.join('.')} is long`, { body: replaced(body, path, 'x'.repeat(10_000)) }),
    bad(`without ${path.join('.')}`, { body: replaced(body, path, undefined) }),
  ])
}

// Not each with each, which would be thousands of requests: fields take turns.
function wrongFor(turn: number): unknown[] {
  return Array.from({ length: WRONG_PER_FIELD }, (_, step) => WRONG[(turn + step * 4) % WRONG.length])
}

type Path = readonly string[]

function pathsIn(value: unknown, at: Path = []): Path[] {
  if (!isRecord(value)) return at.length === 0 ? [] : [at]
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(isRecord(inner) ? [[...at, key]] : []),
    ...pathsIn(inner, [...at, key]),
  ])
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by
  const record = asRecord(value)
  return { ...record, [key]: replaced(record[key], rest, by) }
}

function asRecord(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}
