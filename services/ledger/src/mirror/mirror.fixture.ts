import type { SweepContext } from '@draupnir/clock'
import type { Context } from '@draupnir/db'
import type { Id } from '@draupnir/ids'
import { allOf, type ModernTreasury, modernTreasury, type Pace, type Ticking } from '@draupnir/modern-treasury'
import { emptyDatabase } from '@draupnir/sandbox/testing'
import { startSandbox } from '@draupnir/sandbox-modern-treasury'
import { nextId, testClock, testContext, testLog } from '@draupnir/testing'
import { addMs } from '@draupnir/time'
import { afterAll } from 'vitest'
import { payInClear } from '../recipe/pay-in-clear.recipe.ts'
import { freshContext, ledgerDatabase, START, usd } from '../service.fixture.ts'
import { postBatch } from '../transaction/post-batch.ts'
import { acceptedOf, postTransaction } from '../transaction/post-transaction.ts'
import type { Transaction } from '../transaction/transaction.ts'
import { auditMirror } from './audit-mirror.ts'
import { findDriftOf } from './find-drift.ts'
import { followJournal } from './follow-journal.ts'
import { verifyMirror } from './verify-mirror.ts'

const ROUNDS = 200

export interface BenchOptions {
  readonly timeoutMs?: number
  /** The mirror's pace; `ticking` is the real time by which the sandbox limits. */
  readonly pace?: (ticking: Ticking) => Pace
}

/** A ledger and the Modern Treasury sandbox on one clock, and the mirror between them, run by hand. */
export async function mirrorBench(options: BenchOptions = {}) {
  const { db, owner, url } = await ledgerDatabase()
  const clock = testClock(START)
  const log = testLog()
  const bankDatabase = await emptyDatabase()
  // Real time passes only while the mirror waits for its turn.
  let realMs = 0
  const ticking: Ticking = {
    now: () => realMs,
    wait: async (ms) => {
      const until = realMs + ms
      await Promise.resolve()
      realMs = Math.max(realMs, until)
    },
  }
  const sandbox = await startSandbox(
    {
      host: '127.0.0.1',
      port: 0,
      databaseUrl: bankDatabase.url,
      clockDatabaseUrl: undefined,
      organizationId: 'org',
      apiKey: 'key',
      webhookKey: 'whk',
      controlSecret: 'control',
      webhookUrl: undefined,
    },
    clock,
    () => realMs,
  )
  afterAll(async () => {
    await sandbox.stop()
    await bankDatabase.drop()
  })
  const opened = { baseUrl: sandbox.url, organizationId: 'org', apiKey: 'key', timeoutMs: options.timeoutMs ?? 20_000 }
  const plain = modernTreasury(opened)
  const mt = options.pace === undefined ? plain : modernTreasury({ ...opened, pace: options.pace(ticking) })
  const control = async (method: string, path: string, body?: object | null) => {
    const response = await fetch(`${sandbox.url}/_sandbox/${path}`, {
      method,
      headers: { authorization: 'Bearer control', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return text === '' ? null : JSON.parse(text)
  }
  const sweepContext = (): SweepContext => {
    const now = clock.now()
    return { db, now: () => now, log, forTenant: (tenant) => testContext(db, { now, tenant, log }) }
  }
  const newFollower = () => followJournal(mt)
  let follower = newFollower()
  /** Lets the mirror work until it has caught up, or rests. */
  const follow = async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      if ((await follower.behind(db, clock.now())) === 0) return
      // A failure is recorded and rests; in the service the follower rests too.
      await follower.run(sweepContext()).catch(() => undefined)
    }
    throw new Error('the mirror does not come to rest')
  }
  return {
    ...{ db, owner, url, clock, log, mt: plain, control, follow },
    ...{ sandboxUrl: sandbox.url, sandboxDatabaseUrl: bankDatabase.url },
    /** Another process takes over: what the one before had in its head is gone. */
    restart: () => {
      follower = newFollower()
    },
    /** One run and no more. */
    step: () => follower.run(sweepContext()),
    realMs: () => realMs,
    fault: (fault: object) => control('POST', 'faults', fault),
    heal: () => control('DELETE', 'faults'),
    audit: () => auditMirror(plain, 1).run(sweepContext()),
    drift: (ctx: Context) => findDriftOf({ ...ctx, now: () => clock.now() }, plain),
    verify: async () => {
      const checks = await verifyMirror({ db, mt: plain, now: clock.now(), log })
      return checks.flatMap(({ name, findings }) => findings.map(({ row, detail }) => `${name}: ${row}: ${detail}`))
    },
    fresh: () => freshContext(db, clock),
  }
}

export type MirrorBench = Awaited<ReturnType<typeof mirrorBench>>

/** A pay-in into a wallet. */
export function payIn(
  ctx: Context,
  party: Id<'party'>,
  amount: number,
  state: 'pending' | 'posted' = 'posted',
): Promise<Transaction> {
  return postTransaction(ctx, {
    recipe: payInClear,
    input: { party_id: party, rail: 'ach', amount: usd(amount) },
    cause: nextId('payIn'),
    reference: nextId('payIn'),
    effectiveAt: addMs(ctx.now(), -1_000),
    state,
  })
}

/** Ends a pending transaction. */
export async function end(ctx: Context, { id }: Transaction, type: 'settle' | 'void'): Promise<Transaction> {
  const [outcome] = await postBatch(ctx, [{ type, target: { id }, cause: nextId('request') }])
  return acceptedOf(outcome)
}

/** What is in the ledger of a tenant there, by external id. */
export async function copiesThere(mt: ModernTreasury, { tenant }: Pick<Context, 'tenant'>) {
  const [ledger] = (await mt.ledgers.list({ metadata: { draupnir_id: tenant } })).items
  if (ledger === undefined) return []
  const query = { ledger_id: ledger.id, per_page: 100 }
  return allOf('list', () => mt.ledgerTransactions.list(query))
}

/** Balances there by ref: posted debits, posted credits, pending debits and credits with what is posted. */
export async function balancesThere(mt: ModernTreasury, { tenant }: Pick<Context, 'tenant'>) {
  const [ledger] = (await mt.ledgers.list({ metadata: { draupnir_id: tenant } })).items
  const accounts = await allOf('list', () => mt.ledgerAccounts.list({ ledger_id: ledger?.id ?? '', per_page: 100 }))
  return Object.fromEntries(
    accounts.map(({ external_id, balances: { posted_balance: posted, pending_balance: pending } }) => [
      external_id,
      [posted.debits, posted.credits, pending.debits, pending.credits],
    ]),
  )
}
