import { required } from '@draupnir/errors'
import type { Sql } from '@draupnir/sandbox'
import { z } from 'zod'
import { ok, type Route, replace } from '../api/route.ts'

const DAY_MS = 86_400_000
const LedgerManner = z.strictObject({
  bulk_delay_ms: z.int().min(0).max(DAY_MS).default(0),
  entry_delay_ms: z.int().min(0).max(DAY_MS).default(0),
})
export type LedgerManner = z.infer<typeof LedgerManner>

export async function readManner(sql: Sql): Promise<LedgerManner> {
  const [row] = await sql<LedgerManner[]>`select bulk_delay_ms, entry_delay_ms from ledger_manner`
  return required(row, 'the manner is there from the first migration on')
}

/** How late the ledgers may be: the original answers first and works later. */
export const mannerRoutes: readonly Route[] = [
  replace('/_sandbox/ledger-manner')(LedgerManner, async (unit, { bulk_delay_ms, entry_delay_ms }) => {
    await unit.sql`update ledger_manner set ${unit.sql({ bulk_delay_ms, entry_delay_ms })}`
    return readManner(unit.sql)
  }),
  { method: 'get', path: '/_sandbox/ledger-manner', handle: async (unit) => ok(await readManner(unit.sql)) },
]
