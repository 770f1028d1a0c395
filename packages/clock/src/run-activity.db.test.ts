import { Defect, Refusal, Transient } from '@draupnir/errors'
import { eventually } from '@draupnir/testing'
import { addMs, type Instant } from '@draupnir/time'
import { afterEach, expect, it } from 'vitest'
import { anything, effect, openBench, START } from '../test/fixture.ts'
import { type ActivityOptions, activity } from './definitions.ts'
import { cancel } from './schedule.ts'
import { retryTimer } from './timer.store.ts'

const bench = await openBench()
const kind = 'payout.submit'
const backoff = { firstMs: 1_000, factor: 10, maxMs: 50_000, maxAttempts: 4 }
afterEach(bench.clear)

type Options = Partial<ActivityOptions<ReturnType<typeof bench.ctx>, unknown, string>>
function submit(options: Options = {}) {
  const perform = async () => 'sent'
  const settle: Options['settle'] = (ctx, _data, result) => effect(ctx, result)
  return activity(kind, anything, { perform, settle, backoff, ...options })
}

it('performs outside any transaction and settles in one with the end of the activity', async () => {
  const where: boolean[] = []
  await bench.later({ kind })
  const settle: Options['settle'] = async (ctx, _data, result) => {
    where.push(ctx.db.inTransaction)
    await effect(ctx, result)
  }
  const perform: Options['perform'] = async (ctx) => {
    where.push(ctx.db.inTransaction)
    return 'sent'
  }
  await bench.quiet(bench.run([submit({ perform, settle })]))
  expect([where, await bench.effects(), await bench.timers()]).toEqual([[false, true], ['sent'], []])
})

it('tries again on the clock, tells of each failure and gives up in the end, visibly', async () => {
  const attempts: number[] = []
  const perform: Options['perform'] = async (_ctx, _data, attempt) => {
    attempts.push(attempt)
    throw new Error('the bank says 500')
  }
  const failed: Options['failed'] = (ctx, _data, _error, attempt, next) => effect(ctx, `${attempt} ${next}`)
  await bench.later({ kind })
  const runner = bench.run([submit({ perform, failed })])
  for (const delayMs of [0, 1_000, 10_000, 50_000, 86_400_000]) {
    bench.clock.advance(delayMs)
    await bench.quiet(runner)
  }
  expect(attempts).toEqual([1, 2, 3, 4])
  const next = [1_000, 11_000, 61_000].map((ms, index) => `${index + 1} ${addMs(START, ms)}`)
  expect(await bench.effects()).toEqual([...next, '4 null'])
  const [stuck] = await bench.timers()
  expect(stuck).toMatchObject({ state: 'given_up', attempt: 4, last_error: 'Error: the bank says 500' })
})

it('starts again when an operator asks for it', async () => {
  let broken = true
  const perform = async () => {
    if (broken) throw new Refusal('request.invalid')
    return 'sent'
  }
  await bench.later({ kind })
  const runner = bench.run([submit({ perform })])
  await bench.quiet(runner)
  const [row] = await bench.db.sql<{ id: string }[]>`select id from timers where state = 'given_up'`
  broken = false
  expect(await retryTimer(bench.db, bench.ctx().tenant, row?.id ?? '', START)).toBe(true)
  await bench.quiet(runner)
  expect([await bench.effects(), await bench.timers()]).toEqual([['sent'], []])
})

it.each<[string, unknown, Instant | null]>([
  [
    'waits as long as the provider asks',
    new Transient('bank.busy', 'busy', { retryAfterMs: 7_000 }),
    addMs(START, 7_000),
  ],
  ['stops at a refusal, which no attempt can change', new Refusal('request.invalid'), null],
  ['leaves a defect to a later release', new Defect('ours'), addMs(START, 60_000)],
])('%s', async (_what, error, next) => {
  const seen: (Instant | null)[] = []
  const failed: Options['failed'] = async (_ctx, _data, _error, _attempt, at) => void seen.push(at)
  await bench.later({ kind })
  await bench.quiet(bench.run([submit({ perform: () => Promise.reject(error), failed })]))
  expect(seen).toEqual([next])
  expect(await bench.timers()).toMatchObject([{ state: next === null ? 'given_up' : 'failing', due_at: next ?? START }])
})

it('keeps the failure on record when the hook that shows it fails', async () => {
  const perform = () => Promise.reject(new Error('500'))
  const failed = () => Promise.reject(new Error('hook'))
  await bench.later({ kind })
  await bench.quiet(bench.run([submit({ perform, failed })]))
  expect(await bench.timers()).toMatchObject([{ attempt: 1, last_error: 'Error: 500' }])
})

it('counts an attempt that takes too long as failed', async () => {
  await bench.later({ kind })
  await bench.quiet(bench.run([submit({ perform: () => new Promise(() => undefined), timeoutMs: 20 })]))
  expect(await bench.timers()).toMatchObject([{ attempt: 1, last_error: expect.stringContaining('took over 20 ms') }])
})

it('settles again when Postgres fails under it, without calling the provider again', async () => {
  let calls = 0
  let settles = 0
  const perform = async () => {
    calls += 1
    return `call ${calls}`
  }
  const settle: Options['settle'] = async (ctx, _data, result) => {
    settles += 1
    await effect(ctx, result)
    if (settles < 3) await ctx.db.sql`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`
  }
  await bench.later({ kind })
  await bench.quiet(bench.run([submit({ perform, settle })]))
  expect([calls, settles, await bench.effects()]).toEqual([1, 3, ['call 1']])
})

it('is busy and cannot be cancelled while the provider is called', async () => {
  const { resolve: open, promise: passed } = Promise.withResolvers<void>()
  const perform = async () => {
    await passed
    return 'sent'
  }
  await bench.later({ kind })
  const runner = bench.run([submit({ perform })])
  await eventually(async () => (await bench.db.sql`select 1 from timers where locked_until is not null`).length === 1)
  expect(await cancel(bench.ctx(), { kind, key: 'a' })).toBe(false)
  expect((await runner.activity()).busy).toEqual([{ what: `timer ${kind}`, count: 1 }])
  open()
  await bench.quiet(runner)
  expect(await bench.effects()).toEqual(['sent'])
})

it('settles what was performed and runs again when it was scheduled anew meanwhile', async () => {
  const { resolve: open, promise: passed } = Promise.withResolvers<void>()
  const perform: Options['perform'] = async (_ctx, data) => {
    await passed
    return JSON.stringify(data)
  }
  await bench.later({ kind, data: { n: 1 } })
  const runner = bench.run([submit({ perform })])
  await eventually(async () => (await bench.db.sql`select 1 from timers where locked_until is not null`).length === 1)
  await bench.later({ kind, data: { n: 2 } })
  open()
  await bench.quiet(runner)
  expect([await bench.effects(), await bench.timers()]).toEqual([['{"n":1}', '{"n":2}'], []])
})

it('drops the result of a replica that lost its lease to another, which is still calling', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const replica = (index: number) =>
    submit({ perform: () => gates[index]?.promise.then(() => `${index}`) ?? Promise.reject(new Error('no gate')) })
  const claimed = (count: number) =>
    eventually(async () => (await bench.db.sql`select 1 from timers where claims = ${count}`).length === 1)
  await bench.later({ kind })
  const late = bench.run([replica(0)])
  await claimed(1)
  await bench.db.sql`update timers set locked_until = clock_timestamp() - interval '1 s'`
  const other = bench.run([replica(1)])
  await claimed(2)
  gates[0]?.resolve()
  await late.stop()
  expect([await bench.effects(), (await bench.timers()).length]).toEqual([[], 1])
  expect(bench.log.entries.map(({ message }) => message)).toContain('activity lost its lease, its result is dropped')
  gates[1]?.resolve()
  await bench.quiet(other)
  expect(await bench.effects()).toEqual(['1'])
})

it('keeps its lease for as long as it performs', async () => {
  const { resolve: open, promise: passed } = Promise.withResolvers<void>()
  let calls = 0
  const perform = async () => {
    calls += 1
    await passed
    return 'sent'
  }
  await bench.later({ kind })
  const first = bench.run([submit({ perform })], { leaseMs: 60 })
  const second = bench.run([submit({ perform })], { leaseMs: 60 })
  const [claimed] = await eventually(async () => {
    const rows = await bench.db.sql<{ locked_until: Instant }[]>`select locked_until from timers where claims = 1`
    return rows.length === 1 ? rows : false
  })
  await eventually(async () => {
    const rows = await bench.db
      .sql`select 1 from timers where locked_until > ${claimed?.locked_until ?? ''}::timestamptz + interval '120 ms'`
    return rows.length === 1
  })
  open()
  await bench.quiet(first)
  await second.stop()
  expect([calls, await bench.effects()]).toEqual([1, ['sent']])
})
