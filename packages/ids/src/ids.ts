import { createHash, randomBytes } from 'node:crypto'
import { refuse } from '@draupnir/errors'
import { epochMs, type Instant } from '@draupnir/time'
import { V7Generator } from 'uuidv7'
import { type IdKind, PREFIXES } from './prefixes.ts'

declare const brand: unique symbol

/** `ctr_01kam…`: a prefix, then 26 characters of Crockford base32 that sort by time of creation. */
export type Id<K extends IdKind> = `${(typeof PREFIXES)[K]}_${string}` & { readonly [brand]: K }

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/
const generator = new V7Generator({ nextUint32: () => randomBytes(4).readUInt32BE(0) })

/** A new id, sortable by `at`; ids of one process and millisecond keep their order. */
export function newId<K extends IdKind>(kind: K, at: Instant): Id<K> {
  return branded(kind, encode(generator.generateOrResetCore(epochMs(at), 10_000).bytes))
}

/** A UUIDv7 for event ids, sortable by `at`. */
export function newEventId(at: Instant): string {
  return generator.generateOrResetCore(epochMs(at), 10_000).toString()
}

/** The same id for the same parts, for ever: lets a redelivered message create the same thing. */
export function deriveId<K extends IdKind>(kind: K, ...parts: readonly string[]): Id<K> {
  const hash = createHash('sha256')
    .update(JSON.stringify([kind, ...parts]))
    .digest()
  return branded(kind, encode(hash.subarray(0, 16)))
}

/** Whether `text` is an id of this kind. */
export function isId<K extends IdKind>(kind: K, text: string): text is Id<K> {
  const prefix = `${PREFIXES[kind]}_`
  return text.startsWith(prefix) && BODY.test(text.slice(prefix.length))
}

/** Reads an id. Refuses `ids.invalid`. */
export function parseId<K extends IdKind>(kind: K, text: string): Id<K> {
  return isId(kind, text) ? text : refuse('ids.invalid', { expected: PREFIXES[kind], value: text.slice(0, 64) })
}

/** A regular expression source for OpenAPI and SQL checks. */
export function idPattern(kind: IdKind): string {
  return `^${PREFIXES[kind]}_[0-7][0-9a-hjkmnp-tv-z]{25}$`
}

function branded<K extends IdKind>(kind: K, body: string): Id<K> {
  return `${PREFIXES[kind]}_${body}` as Id<K>
}

function encode(bytes: Uint8Array): string {
  let value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (let i = 0; i < 26; i += 1) {
    text = `${ALPHABET[Number(value & 31n)]}${text}`
    value >>= 5n
  }
  return text
}
