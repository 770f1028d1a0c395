import type { z } from 'zod'
import { refuseInvalid } from './validate.ts'

/** Opaque to callers: base64url of a JSON list; only what `schema` accepts comes back. */
export interface Cursor<T> {
  readonly encode: (value: T) => string
  /** Refuses `request.invalid` for anything we did not write. */
  readonly decode: (cursor: string | undefined) => T | null
}

export function cursorOf<T>(schema: z.ZodType<T>): Cursor<T> {
  return {
    encode: (value) => Buffer.from(JSON.stringify(value)).toString('base64url'),
    decode: (cursor) => {
      if (cursor === undefined) return null
      const parsed = schema.safeParse(readJson(cursor))
      if (!parsed.success) refuseInvalid([{ path: 'query.cursor', message: 'is not a cursor of this list' }])
      return parsed.data ?? null
    },
  }
}

/** Cuts a query that asked for `limit + 1` rows to a page with the cursor of the next. */
export function page<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  cursorFor: (last: Row) => string,
): { data: Item[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    data: shown.map(toItem),
    next_cursor: rows.length > limit && last !== undefined ? cursorFor(last) : null,
  }
}

function readJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
