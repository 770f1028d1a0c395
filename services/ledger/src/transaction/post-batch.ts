import { attempt, type Context, isPassingFailure, isUniqueViolation } from '@draupnir/db'
import { required, Transient } from '@draupnir/errors'
import { LostRace, lockBalances, openAccounts, openEmpty, peekBalances } from '../account/account.store.ts'
import { accountsOf, namesOf, pendingTargets } from './batch.ts'
import { type Forecast, isAsForeseen, type Known, type Sight } from './forecast.ts'
import { freezeTampered } from './freeze-tampered.ts'
import { alwaysByIndex, lockLane, lockThisLane } from './journal.store.ts'
import type { Outcome, Request, Together } from './reduce.ts'
import { findNamed } from './transaction.store.ts'
import { Trial } from './trial.ts'
import { record, type Worked, workOut } from './work-out.ts'

const MAX_RACES = 5

type Requests = readonly (Request | Together)[]

/**
 * Posts what arrived together in one commit; one outcome for each request, in order. A refused request leaves nothing.
 * Accounts are locked in order; several processes may post at once. With a forecast (never inside a transaction) a batch
 * is worked out while the one before it is written.
 */
export async function postBatch(ctx: Context, requests: Requests, forecast: Forecast | null = null) {
  for (let race = 1; race <= MAX_RACES; race += 1) {
    const trial = new Trial(forecast, race === 1)
    try {
      const outcomes = await attempt(ctx, (ctx) => postOnce(ctx, requests, trial))
      trial.kept()
      return outcomes
    } catch (error) {
      const guessed = trial.dropped()
      // Another process booked the same cause or opened the same account first: what it did is visible now.
      if (error instanceof LostRace) await openEmpty(ctx, error.accounts)
      else if (guessed ? isPassingFailure(error) : !isUniqueViolation(error)) throw error
    }
  }
  throw new Transient('ledger.race-lost', `lost ${MAX_RACES} races for the same rows`)
}

async function postOnce(ctx: Context, requests: Requests, trial: Trial): Promise<readonly Outcome[]> {
  const work = async () =>
    (trial.guesses ? await postForeseen(ctx, requests, trial) : null) ?? postSeen(ctx, requests, trial)
  const [, outcomes] = await Promise.all([alwaysByIndex(ctx), work()])
  return outcomes
}

/** Works out what it has locked. */
async function postSeen(ctx: Context, requests: Requests, trial: Trial): Promise<readonly Outcome[]> {
  const names = namesOf(requests)
  // A pending transaction says which accounts its end touches; it is read again once they are locked.
  const pending = await pendingTargets(ctx, names, requests)
  const [worked, ids] = await trial.inTurn(async () => {
    const [locked, transactions, lane] = await Promise.all([
      lockBalances(ctx, accountsOf(requests, pending)),
      findNamed(ctx, names),
      lockLane(ctx, trial.firstLane),
    ])
    const worked = workOut(ctx, { ...locked, ...lane, transactions }, requests)
    if (locked.tampered.length > 0) await freezeTampered(ctx, locked.tampered)
    const fresh = worked.changed.filter(({ account }) => !locked.ids.has(account.ref))
    const ids = await openAccounts(ctx, fresh, locked.ids, worked.at)
    trial.expect(worked, ids, lane.closedThrough)
    return [worked, ids] as const
  })
  if (worked.accepted.length > 0) await record(ctx, worked, ids)
  return worked.outcomes
}

/**
 * Works out what it foresees while the locks are awaited, and sends it behind them; compares when they are there. Null
 * when it cannot foresee. What was booked or ended by others meanwhile under the same names breaks a unique index or
 * finds no pending row.
 */
async function postForeseen(ctx: Context, requests: Requests, trial: Trial): Promise<readonly Outcome[] | null> {
  const forecast = required(trial.forecast, 'there is a forecast')
  const names = namesOf(requests)
  const [transactions, looked] = await Promise.all([
    findNamed(ctx, names),
    lookAt(ctx, forecast.unseen(accountsOf(requests, []))),
  ])
  const accounts = accountsOf(requests, transactions)
  const more = forecast.unseen(accounts)
  for (const ref of looked.keys()) more.delete(ref)
  const all = new Map([...looked, ...(await lookAt(ctx, more))])
  const begun = await trial.inTurn(async () => {
    const sight = forecast.isUnderWay(names) ? null : forecast.sight(accounts, all, transactions)
    if (sight === null) return null
    const locking = locked(ctx, accounts, sight)
    // Handled by whoever awaits it; until then a failure must not count as unhandled.
    locking.catch(() => undefined)
    // The locks go out before the work begins, so that commits lock in the order in which they are worked out.
    await new Promise((resolve) => setImmediate(resolve))
    const worked = workOut(ctx, sight, requests)
    trial.guess(worked, sight, accounts.keys())
    return { sight, worked, locking }
  })
  return begun === null ? null : finish(ctx, begun)
}

interface Begun {
  readonly sight: Sight
  readonly worked: Worked
  readonly locking: Promise<Sight | null>
}

async function finish(ctx: Context, { sight, worked, locking }: Begun): Promise<readonly Outcome[]> {
  const writing = worked.accepted.length > 0 ? record(ctx, worked, sight.ids) : undefined
  const [found] = await Promise.all([locking, writing])
  if (found === null || !isAsForeseen(sight, found)) throw new Error('the books are not what was foreseen')
  return worked.outcomes
}

/** The books under their locks; null when somebody else has changed an account by hand or holds the lane. */
async function locked(
  ctx: Context,
  accounts: Parameters<typeof lockBalances>[1],
  { head }: Sight,
): Promise<Sight | null> {
  const [{ balances, ids, tampered }, lane] = await Promise.all([
    lockBalances(ctx, accounts),
    lockThisLane(ctx, head.lane),
  ])
  return lane === null || tampered.length > 0 ? null : { balances, ids, transactions: [], ...lane }
}

async function lookAt(ctx: Context, accounts: Parameters<typeof peekBalances>[1]): Promise<Map<string, Known>> {
  if (accounts.size === 0) return new Map()
  const { balances, ids } = await peekBalances(ctx, accounts)
  return new Map(
    balances.flatMap((balance) => {
      const id = ids.get(balance.account.ref)
      return id === undefined ? [] : [[balance.account.ref, { balance, id }] as const]
    }),
  )
}
