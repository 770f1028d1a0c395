import { refuse } from '@draupnir/errors'
import { component, defineRoute, strict } from '@draupnir/http'
import { instantField } from '@draupnir/wire'
import { z } from 'zod'
import { requestAudit } from './audit-mirror.ts'
import { readDrift, readMirror } from './read-mirror.ts'
import { retryRefused } from './retry-refused.ts'

const TAGS = ['Mirror']

const mirrorResource = component(
  'Mirror',
  z.object({
    state: z.enum(['off', 'current', 'behind', 'failing']),
    /** The ledger at Modern Treasury; null until the first transaction is mirrored. */
    ledger_id: z.string().nullable(),
    /** What is booked and not mirrored: commits of the journal, and transactions in them. */
    behind: z.object({
      links: z.int(),
      transactions: z.int(),
      oldest_recorded_at: instantField.nullable(),
    }),
    last_error: z.string().nullable(),
    next_attempt_at: instantField.nullable(),
  }),
)

const driftResource = component(
  'MirrorDrift',
  z.object({
    /** Null when the mirror was never compared. */
    audited_at: instantField.nullable(),
    /** What is not there as it is here, a thousand at most. */
    findings: z.array(z.object({ row: z.string(), detail: z.string(), found_at: instantField })),
  }),
)

/** `on`: whether the books are mirrored at all. */
export function mirrorRoutes(on: boolean) {
  const demandOn = () => {
    if (!on) refuse('ledger.mirror-off')
  }
  return [
    defineRoute({
      method: 'get',
      path: '/v1/ledger/mirror',
      scope: 'ledger:read',
      summary: 'Shows how far the books are mirrored to Modern Treasury',
      tags: TAGS,
      responses: { 200: mirrorResource },
      handler: async (ctx) => {
        const { state, ledgerId, lag, lastError, nextAttemptAt } = await readMirror(ctx, on)
        const rest = { last_error: lastError, next_attempt_at: nextAttemptAt }
        return { status: 200, body: { state, ledger_id: ledgerId, behind: lag, ...rest } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/ledger/mirror/drift',
      scope: 'ledger:read',
      summary: 'Names the transactions and accounts that differ at Modern Treasury, as the last audit found them',
      tags: TAGS,
      responses: { 200: driftResource },
      handler: async (ctx) => {
        const { auditedAt, findings } = await readDrift(ctx)
        return { status: 200, body: { audited_at: auditedAt, findings: [...findings] } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/ledger/mirror/audits',
      scope: 'ledger:write',
      summary: 'Has the whole mirror compared with the books now',
      tags: TAGS,
      body: strict({}),
      responses: { 202: component('MirrorAudit', z.object({ requested_at: instantField })) },
      handler: async (ctx) => {
        demandOn()
        await requestAudit(ctx)
        return { status: 202, body: { requested_at: ctx.now() } }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/ledger/mirror/retries',
      scope: 'ledger:write',
      summary: 'Asks again for every transaction whose copy Modern Treasury refused',
      tags: TAGS,
      body: strict({}),
      responses: { 202: component('MirrorRetry', z.object({ transactions: z.int() })) },
      handler: async (ctx) => {
        demandOn()
        return { status: 202, body: { transactions: await retryRefused(ctx) } }
      },
    }),
  ]
}
