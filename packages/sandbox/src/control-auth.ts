import { createHash, timingSafeEqual } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'

/** Admits only `Authorization: Bearer <secret>`; without a configured secret nobody is admitted. */
export function controlAuth(secret: string | undefined): MiddlewareHandler {
  return async (c, next) => {
    if (secret && sameSecret(c.req.header('authorization') ?? '', `Bearer ${secret}`)) return next()
    return c.json({ error: 'the control secret is missing or wrong' }, 401)
  }
}

/** Compares in constant time. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
