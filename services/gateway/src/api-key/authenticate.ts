import type { Clock } from '@draupnir/clock'
import type { Db } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { type Claims, isSignedInternally, requestIdOf, type SignedRequest, verifyInternal } from '@draupnir/http'
import { findByToken, noteUse } from './api-key.store.ts'
import { hashToken, isUsable, TOKEN } from './api-key.ts'
import { spelledOut } from './scopes.ts'

const BEARER = /^Bearer +(\S+)$/i

export interface Doors {
  readonly db: Db
  readonly clock: Clock
  readonly internalAuthSecret: string
}

/**
 * Who asks: our own machinery by its signature, everybody else by API key. Refuses `auth.missing` and, for a wrong,
 * expired or revoked key, `auth.invalid`.
 */
export async function authenticate(doors: Doors, request: SignedRequest, headers: Headers): Promise<Claims> {
  if (isSignedInternally(headers)) return verifyInternal(doors.internalAuthSecret, request, headers)
  return authenticateKey(doors, headers)
}

async function authenticateKey({ db, clock }: Doors, headers: Headers): Promise<Claims> {
  const header = headers.get('authorization')
  if (header === null) refuse('auth.missing')
  const token = BEARER.exec(header)?.[1]
  if (token === undefined || !TOKEN.test(token)) refuse('auth.invalid')
  const [key, now] = await Promise.all([findByToken(db, hashToken(token)), clock.read()])
  if (key === null || !isUsable(key, now)) refuse('auth.invalid')
  await noteUse(db, key.id, now)
  const requestId = requestIdOf(headers.get('x-request-id') ?? undefined)
  return { tenant: key.tenant, actor: key.id, scopes: spelledOut(key.scopes, key.tenant), request_id: requestId }
}
