import { transact } from '@draupnir/db'
import { Refusal, type RefusalRule, refuse, Transient } from '@draupnir/errors'
import { eventually } from '@draupnir/testing'
import { addMs } from '@draupnir/time'
import { afterEach, expect, it } from 'vitest'
import { anything, effect, openBench, START } from '../test/fixture.ts'
import { timer } from './definitions.ts'
import { cancel, schedule } from './schedule.ts'

const bench = await openBench()
const kind = 'billing.invoice-due'
class NothingToDo extends Refusal {
  override get rule(): RefusalRule {
    return { ...super.rule, consumer: 'ack' }
  }
}
const record = timer(kind, { parse: (data) => data as { what?: string } }, (ctx, { what = 'ran' }) => effect(ctx, what))
afterEach(bench.clear)

it('runs what is due, in order, and leaves what is not', async () => {
  await bench.later({ kind, key: 'c', dueAt: addMs(START, -1), data: { what: 'second' } })
  await bench.later({ kind, key: 'b', dueAt: addMs(START, -2), data: { what: 'first' } })
  await bench.later({ kind, key: 'a', dueAt: START, data: { what: 'third' } })
  await bench.later({ kind, key: 'd', dueAt: addMs(START, 1), data: { what: 'later' } })
  await bench.quiet(bench.run([record], { timerLanes: 1 }))
  expect(await bench.effects()).toEqual(['first', 'second', 'third'])
  expect((await bench.timers()).map(({ key }) => key)).toEqual(['d'])
})

it('goes on with the trace and the tenant of who scheduled it', async () => {
  let seen: unknown
  await bench.later({ kind })
  const look = timer(kind, anything, async ({ actor, trace, tenant }) => {
    seen = { actor, tenant, ...trace }
  })
  await bench.quiet(bench.run([look]))
  const { tenant, trace } = bench.ctx()
  const causationId = expect.stringMatching(/^tmr_/)
  expect(seen).toEqual({
    actor: `timer:${kind}`,
    tenant,
    correlationId: trace.correlationId,
    causationId,
    traceparent: null,
  })
})

it('is woken by the commit of a schedule, long before the poll', async () => {
  await bench.quiet(bench.run([record], { pollMs: 60_000 }))
  await bench.later({ kind })
  await eventually(async () => (await bench.effects()).length === 1, 5_000)
})

it('undoes the effect of a handler that fails, shows why, and tries again later', async () => {
  await bench.later({ kind })
  const failing = timer(kind, anything, async (ctx) => {
    await effect(ctx, 'half')
    throw new Transient('bank.closed', 'the bank is closed')
  })
  const runner = bench.run([failing])
  await bench.quiet(runner)
  expect(await bench.effects()).toEqual([])
  const failed = { state: 'failing', last_error: 'Transient: the bank is closed', kind, key: 'a' }
  expect(await bench.timers()).toEqual([{ ...failed, attempt: 1, due_at: addMs(START, 1_000) }])
  bench.clock.advance(1_000)
  await bench.quiet(runner)
  expect(await bench.timers()).toEqual([{ ...failed, attempt: 2, due_at: addMs(START, 3_000) }])
})

it('keeps a poison timer out of the way of others', async () => {
  await bench.later({ kind: 'billing.poison', dueAt: addMs(START, -9) })
  await bench.later({ kind: 'billing.misfit', dueAt: addMs(START, -8) })
  await bench.later({ kind })
  const poison = timer('billing.poison', anything, async () => void JSON.parse('{'))
  const misfit = timer('billing.misfit', { parse: () => refuse('request.invalid') }, async () => undefined)
  await bench.quiet(bench.run([poison, misfit, record], { timerLanes: 1 }))
  expect(await bench.effects()).toEqual(['ran'])
  const stuck = await bench.timers()
  expect(stuck.map(({ key, state, due_at }) => [key, state, due_at])).toEqual([
    ['a', 'failing', addMs(START, 60_000)],
    ['a', 'failing', addMs(START, 60_000)],
  ])
  expect(stuck.map((row) => row.last_error).join()).toContain('SyntaxError')
})

it('ends a timer that is refused in a way that means nothing to do', async () => {
  const ack = timer(kind, anything, async (ctx) => {
    await effect(ctx, 'half')
    throw new NothingToDo('request.not-found')
  })
  await bench.later({ kind })
  await bench.quiet(bench.run([ack]))
  expect([await bench.effects(), await bench.timers()]).toEqual([[], []])
})

it('makes a deferred constraint the failure of its own timer', async () => {
  await bench.later({ kind })
  const negative = timer(kind, anything, async (ctx) => void (await ctx.db.sql`insert into limited values (-1)`))
  await bench.quiet(bench.run([negative]))
  expect(await bench.timers()).toMatchObject([{ attempt: 1, last_error: 'PostgresError: n is negative' }])
})

it('tries again at once when Postgres fails, without waiting for the clock', async () => {
  let tries = 0
  await bench.later({ kind })
  const deadlocked = timer(kind, anything, async (ctx) => {
    tries += 1
    await effect(ctx, `try ${tries}`)
    if (tries < 3) await ctx.db.sql`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`
  })
  await bench.quiet(bench.run([deadlocked]))
  expect([await bench.effects(), await bench.timers()]).toEqual([['try 3'], []])
})

it('lets others go first while Postgres fails under a timer', async () => {
  await bench.later({ kind: 'billing.deadlocked', dueAt: addMs(START, -1) })
  await bench.later({ kind })
  const deadlocked = timer('billing.deadlocked', anything, async (ctx) => {
    const others = await ctx.db.sql`select 1 from effects where what = 'ran'`
    if (others.length === 0) await ctx.db.sql`do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`
  })
  await bench.quiet(bench.run([deadlocked, record], { timerLanes: 1 }))
  expect(await bench.effects()).toEqual(['ran'])
})

it('lets a handler set its own timer again', async () => {
  await bench.later({ kind })
  const again = timer(kind, anything, async (ctx) => {
    await effect(ctx, ctx.now())
    await schedule(ctx, { kind, key: 'a', dueAt: addMs(ctx.now(), 1_000), data: {} })
  })
  const runner = bench.run([again])
  await bench.quiet(runner)
  bench.clock.advance(1_000)
  await bench.quiet(runner)
  expect(await bench.effects()).toEqual([START, addMs(START, 1_000)])
  expect(await bench.timers()).toMatchObject([{ due_at: addMs(START, 2_000), attempt: 0 }])
})

it('lets a handler cancel its own timer', async () => {
  await bench.later({ kind })
  const own = timer(kind, anything, async (ctx) => {
    await effect(ctx, 'ran')
    await cancel(ctx, { kind, key: 'a' })
  })
  await bench.quiet(bench.run([own]))
  expect([await bench.effects(), await bench.timers()]).toEqual([['ran'], []])
})

it.each([
  ['cancels', [], async () => void (await cancel(bench.ctx(), { kind, key: 'a' }))],
  ['moves', [addMs(START, 5_000)], () => bench.later({ kind, dueAt: addMs(START, 5_000) })],
])('undoes a handler when somebody %s its timer while it runs', async (_what, left, meanwhile) => {
  await bench.later({ kind })
  let runs = 0
  const slow = timer(kind, anything, async (ctx) => {
    runs += 1
    await effect(ctx, 'ran')
    await meanwhile()
  })
  await bench.quiet(bench.run([slow]))
  expect(runs).toBe(1)
  expect(await bench.effects()).toEqual([])
  expect((await bench.timers()).map((row) => row.due_at)).toEqual(left)
})

it('does not deadlock with a verb that holds the aggregate and moves its timer', async () => {
  await bench.later({ kind })
  await bench.db.sql`insert into limited values (1)`
  let waiting = false
  const handler = timer(kind, anything, async (ctx) => {
    waiting = true
    await ctx.db.sql`update limited set n = n + 1`
    await effect(ctx, 'ran')
  })
  await transact(bench.ctx(), async (ctx) => {
    await ctx.db.sql`update limited set n = n + 1`
    bench.run([handler])
    await eventually(() => waiting)
    await schedule(ctx, { kind, key: 'a', dueAt: addMs(START, 60_000), data: {} })
  })
  await eventually(async () => (await bench.db.sql`select 1 from pg_locks where locktype = 'advisory'`).length === 0)
  expect(await bench.effects()).toEqual([])
  expect(await bench.timers()).toMatchObject([{ due_at: addMs(START, 60_000), attempt: 0 }])
})
