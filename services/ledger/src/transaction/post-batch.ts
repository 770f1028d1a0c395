import { attempt, type Context, isDeadlock, isPassingFailure, isUniqueViolation } from '@draupnir/db'
import { required, Transient } from '@draupnir/errors'
import { LostRace, lockBalances, openAccounts, openEmpty, peekBalances } from '../account/account.store.ts'
import type { Account } from '../account/account.ts'
import { accountsOf, namesOf, pendingTargets } from './batch.ts'
import { areAsForeseen, type Forecast, isLaneAsForeseen, type Known, type Sight } from './forecast.ts'
import { freezeTampered } from './freeze-tampered.ts'
import { alwaysByIndex, lockLane, lockThisLane } from './journal.store.ts'
import type { Outcome, Request, Together } from './reduce.ts'
import { findNamed } from './transaction.store.ts'
import { Trial } from './trial.ts'
import { recordChanges, recordNews, type Worked, workOut } from './work-out.ts'

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
      else if (!isLostRace(error, guessed)) throw error
    }
  }
  throw new Transient('ledger.race-lost', `lost ${MAX_RACES} races for the same rows`)
}

// Two may book under the same names in another order; a wrong guess can fail in any way that is not the database's.
function isLostRace(error: unknown, guessed: boolean): boolean {
  return isDeadlock(error) || (guessed ? !isPassingFailure(error) : isUniqueViolation(error))
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
  const [worked, sight] = await trial.inTurn(async () => {
    await trial.others()
    const [locked, transactions, lane] = await Promise.all([
      lockBalances(ctx, accountsOf(requests, pending)),
      findNamed(ctx, names),
      lockLane(ctx, trial.nextLane),
    ])
    const worked = workOut(ctx, { ...locked, ...lane, transactions }, requests)
    if (locked.tampered.length > 0) await freezeTampered(ctx, locked.tampered)
    const fresh = worked.changed.flatMap(({ account }) => (locked.ids.has(account.ref) ? [] : account))
    const ids = await openAccounts(ctx, fresh, locked.ids)
    trial.expect(worked, ids, lane.closedThrough)
    return [worked, { balances: locked.balances, ids }] as const
  })
  await Promise.all([recordChanges(ctx, worked, sight), recordNews(ctx, worked, sight.ids)])
  return worked.outcomes
}

/**
 * Works out what it foresees and writes what is new in the books while the commits before it are still written; when they
 * have ended it changes the accounts, provided that they are what it foresaw. Null when it cannot foresee. What was booked
 * or ended by others meanwhile under the same names breaks a unique index or finds no pending row.
 */
async function postForeseen(ctx: Context, requests: Requests, trial: Trial): Promise<readonly Outcome[] | null> {
  const forecast = required(trial.forecast, 'there is a forecast')
  const names = namesOf(requests)
  const asked = accountsOf(requests, [])
  const [transactions, looked] = await Promise.all([findNamed(ctx, names), lookAt(ctx, forecast.unseen(asked))])
  const accounts = transactions.length === 0 ? asked : accountsOf(requests, transactions)
  const all = accounts === asked ? looked : await lookFurther(ctx, forecast.unseen(accounts), looked)
  const begun = await trial.inTurn(async () => {
    const sight = forecast.isUnderWay(names) ? null : forecast.sight(accounts, all, transactions)
    if (sight === null) return null
    const worked = workOut(ctx, sight, requests)
    trial.guess(worked, sight, accounts.keys())
    return { sight, worked }
  })
  return begun === null ? null : finish(ctx, begun, trial)
}

interface Begun {
  readonly sight: Sight
  readonly worked: Worked
}

async function finish(ctx: Context, { sight, worked }: Begun, trial: Trial): Promise<readonly Outcome[]> {
  const news = Promise.all([holdLane(ctx, sight), recordNews(ctx, worked, sight.ids)])
  // It is awaited below; until then a failure must not count as unhandled.
  news.catch(() => undefined)
  await trial.others()
  await Promise.all([news, recordChanges(ctx, worked, sight), holdUnchanged(ctx, worked, sight)])
  return worked.outcomes
}

async function holdLane(ctx: Context, sight: Sight): Promise<void> {
  const lane = await lockThisLane(ctx, sight.head.lane)
  if (lane === null || !isLaneAsForeseen(sight, lane)) throw new Error('the lane is not what was foreseen')
}

/** A refusal, too, holds only over the books it was worked out over. */
async function holdUnchanged(ctx: Context, { changed }: Worked, sight: Sight): Promise<void> {
  if (changed.length === sight.balances.length) return
  const written = new Set(changed.map(({ account }) => account.ref))
  const unchanged = sight.balances.flatMap(({ account }) => (written.has(account.ref) ? [] : account))
  const locked = await lockBalances(ctx, new Map(unchanged.map((account) => [account.ref, account])))
  if (locked.tampered.length > 0 || !areAsForeseen(sight, locked))
    throw new Error('the books are not what was foreseen')
}

/** What is ended touches accounts that nobody named. */
async function lookFurther(ctx: Context, unseen: Map<string, Account>, looked: ReadonlyMap<string, Known>) {
  for (const ref of looked.keys()) unseen.delete(ref)
  return new Map([...looked, ...(await lookAt(ctx, unseen))])
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
