import { createHash, randomFillSync } from 'node:crypto'
import { refuse } from '@draupnir/errors'
import { epochMs, type Instant } from '@draupnir/time'
import { V7Generator } from 'uuidv7'
import { type IdKind, PREFIXES } from './prefixes.ts'

declare const brand: unique symbol

/** `ctr_01kam…`: a prefix, then 26 characters of Crockford base32 that sort by time of creation. */
export type Id<K extends IdKind> = `${(typeof PREFIXES)[K]}_${string}` & { readonly [brand]: K }

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/
// Randomness is fetched in pages: a call for each word costs more than the rest of an id.
const page = Buffer.alloc(4_096)
let taken = page.length
const generator = new V7Generator({ nextUint32 })

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

function nextUint32(): number {
  if (taken === page.length) {
    randomFillSync(page)
    taken = 0
  }
  taken += 4
  return page.readUInt32BE(taken - 4)
}

// Five bits to a character; 128 bits are read as 130, two zeros first.
function encode(bytes: Uint8Array): string {
  let text = ''
  let value = 0
  let bits = 2
  for (const byte of bytes) {
    value = ((value & 31) << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET.charAt((value >>> bits) & 31)
    }
  }
  return text
}
