import type { Context } from '@draupnir/db'
import { refuse } from '@draupnir/errors'
import { addMs } from '@draupnir/time'
import { parseAccount } from './account.ts'
import { type Balance, opened } from './balance.ts'
import { type AsOf, balanceAt, type StatementFilter, type StatementLine, statementLines } from './balance-at.store.ts'

/** A balance as of an effective and a recorded time. Refuses `request.not-found`. */
export async function readBalanceAt(ctx: Context, ref: string, asOf: AsOf): Promise<Balance> {
  const account = parseAccount(ref)
  const balance = account === null ? null : await balanceAt(ctx, account, asOf)
  return balance ?? refuse('request.not-found', { ref })
}

export interface Statement {
  readonly opening: Balance
  readonly closing: Balance
  readonly lines: readonly StatementLine[]
}

/** What was recorded for an account in a period between its opening and its closing balance. Refuses `request.not-found`. */
export async function readStatement(
  ctx: Context,
  ref: string,
  period: Omit<StatementFilter, 'account'>,
): Promise<Statement> {
  const account = parseAccount(ref)
  if (account === null) refuse('request.not-found', { ref })
  const before = (at: typeof period.from) => balanceAt(ctx, account, { effectiveAt: null, recordedAt: addMs(at, -1) })
  const [opening, closing, lines] = await Promise.all([
    before(period.from),
    before(period.to),
    statementLines(ctx, { ...period, account }),
  ])
  if (opening === null) refuse('request.not-found', { ref })
  return { opening, closing: closing ?? opened(account), lines }
}
