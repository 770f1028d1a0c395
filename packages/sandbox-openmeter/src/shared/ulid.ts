import { randomBytes } from 'node:crypto'
import { epochMs, type Instant } from '@draupnir/time'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const RANDOM_BITS = 80n
let last = { ms: -1, random: 0n }

/** A ULID for the moment `at`; ids made in one millisecond keep the order they were made in. */
export function ulid(at: Instant): string {
  const ms = epochMs(at)
  const random = ms === last.ms ? last.random + 1n : BigInt(`0x${randomBytes(9).toString('hex')}`)
  last = { ms, random }
  return encode((BigInt(ms) << RANDOM_BITS) | random)
}

export const isUlid = (text: string): boolean => /^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$/.test(text)

function encode(value: bigint): string {
  let rest = value
  let text = ''
  for (let i = 0; i < 26; i += 1) {
    text = `${ALPHABET[Number(rest & 31n)]}${text}`
    rest >>= 5n
  }
  return text
}
