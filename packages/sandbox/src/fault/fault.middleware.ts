import { setTimeout as delay } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, MiddlewareHandler } from 'hono'
import type { Sql } from '../database.ts'
import { takeFault } from './fault.store.ts'

const DEFAULT_DELAY_MS = 1_000

/** Makes an API misbehave as the fault switch says. `problem` writes an error in the manner of the imitated provider. */
export function faultMiddleware(
  sql: Sql,
  problem: (status: number) => Response,
): MiddlewareHandler<{ Bindings: HttpBindings }> {
  return async (c, next) => {
    const fault = await takeFault(sql, { kind: 'request', method: c.req.method, path: c.req.path })
    switch (fault?.effect) {
      case 'delay':
        await delay(fault.delay_ms ?? DEFAULT_DELAY_MS)
        return next()
      case 'error':
        return problem(fault.status ?? 500)
      case 'timeout_before':
        await delay(fault.delay_ms ?? 0)
        return cut(c)
      case 'timeout_after':
        await next()
        await delay(fault.delay_ms ?? 0)
        c.res = undefined
        c.res = cut(c)
        return
      default:
        return next()
    }
  }
}

function cut(c: Context<{ Bindings: HttpBindings }>): Response {
  c.env.incoming.socket.destroy()
  return RESPONSE_ALREADY_SENT
}
