import { randomBytes } from 'node:crypto'
import type { Environment } from './api-key.ts'

/** A token with 256 random bits; shown once, only its hash is kept. */
export function newToken(environment: Environment): string {
  return `sk_${environment}_${randomBytes(32).toString('base64url')}`
}
