import type { Database, TestClock } from '@draupnir/sandbox'
import type { Context } from 'hono'
import { badRequest } from './problem.ts'
import type { Unit } from './unit.ts'

/** What every route needs: transactions at the clock's time. */
export interface Routing {
  unit<T>(work: (unit: Unit) => Promise<T>): Promise<T>
}

export function routing(database: Database, clock: TestClock): Routing {
  return {
    unit: async (work) => {
      const now = await clock.read()
      return database.transaction((sql) => work({ sql, now }))
    },
  }
}

export async function readJson(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    throw badRequest('request body has an error: failed to decode request body')
  }
}

/** The body of an action that may be called without one. */
export async function readOptionalJson(c: Context): Promise<unknown> {
  const text = await c.req.text()
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest('request body has an error: failed to decode request body')
  }
}

export const search = (c: Context): URLSearchParams => new URL(c.req.url).searchParams
export const noContent = (): Response => new Response(null, { status: 204 })
