import { sameSecret } from '@draupnir/sandbox'
import type { MiddlewareHandler } from 'hono'
import { ApiError, errorBody } from './errors.ts'

/** Basic authentication with the organization's id as user and its API key as password. */
export function authenticate(organizationId: string, apiKey: string): MiddlewareHandler {
  const expected = `Basic ${Buffer.from(`${organizationId}:${apiKey}`).toString('base64')}`
  return async (c, next) => {
    if (sameSecret(c.req.header('authorization') ?? '', expected)) return next()
    const refused = new ApiError(401, 'invalid_key', 'The organization id or API key is not valid')
    return c.json(errorBody(refused), 401)
  }
}
