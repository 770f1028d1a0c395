import { component, defineRoute } from '@draupnir/http'
import { instantField } from '@draupnir/wire'
import { z } from 'zod'
import { readTrialBalances } from './read-accounts.ts'

const amount = z.string().regex(/^(0|-?[1-9]\d*)$/)

const trialBalanceResource = component(
  'TrialBalance',
  z.object({
    at: instantField,
    currencies: z.array(
      z.object({
        currency: z.string(),
        debits: amount,
        credits: amount,
        difference: amount,
        rows: z.array(
          z.object({
            account: z.string(),
            normal_side: z.enum(['debit', 'credit']),
            debits: amount,
            credits: amount,
            balance: amount,
            accounts: z.int(),
          }),
        ),
      }),
    ),
  }),
)

export const trialBalanceRoutes = [
  defineRoute({
    method: 'get',
    path: '/v1/ledger/trial-balance',
    scope: 'ledger:read',
    summary: 'Shows debits and credits of every account of the chart, by currency, in minor units',
    tags: ['Ledger'],
    responses: { 200: trialBalanceResource },
    handler: async (ctx) => ({
      status: 200,
      body: { at: ctx.now(), currencies: await readTrialBalances(ctx) },
    }),
  }),
]
