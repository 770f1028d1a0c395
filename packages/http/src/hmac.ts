import { hash } from 'node:crypto'

const BLOCK_BYTES = 64
const DIGEST_BYTES = 32

/** A secret made ready to sign with. */
export interface HmacKey {
  readonly inner: Uint8Array
  readonly outer: Uint8Array
}

export function hmacKey(secret: string): HmacKey {
  const bytes = Buffer.from(secret)
  const block = Buffer.alloc(BLOCK_BYTES)
  block.set(bytes.length > BLOCK_BYTES ? hash('sha256', bytes, 'buffer') : bytes)
  return { inner: block.map((byte) => byte ^ 0x36), outer: block.map((byte) => byte ^ 0x5c) }
}

/**
 * HMAC-SHA256 (RFC 2104) of `text` in hex, out of two digests: `createHmac` makes an object with a life of its own for
 * each signature, which costs a multiple of the digests.
 */
export function hmacSha256(key: HmacKey, text: string): string {
  const message = Buffer.allocUnsafe(BLOCK_BYTES + Buffer.byteLength(text))
  message.set(key.inner)
  message.write(text, BLOCK_BYTES)
  const outer = Buffer.allocUnsafe(BLOCK_BYTES + DIGEST_BYTES)
  outer.set(key.outer)
  outer.write(hash('sha256', message, 'hex'), BLOCK_BYTES, 'hex')
  return hash('sha256', outer, 'hex')
}
