import { type Instant, instant } from '@draupnir/time'
import { Hono } from 'hono'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { manualClock } from './clock.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'
import { emptyDatabase, type Receiver, startReceiver } from './testing/index.ts'
import { enqueue } from './webhook/delivery.ts'
import { cancel, schedule, type WorkHandler } from './work/work.ts'

const Activity = z.looseObject({ counter: z.number() })
const START = instant('2026-01-01T00:00:00Z')
const hour = (n: number): Instant => instant(`2026-01-01T0${n}:00:00Z`)
const closers: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(work: Record<string, WorkHandler>) {
  const database = await emptyDatabase()
  const clock = manualClock(START)
  const errors: string[] = []
  const sandbox = await openSandbox({
    // The name of the shared migrations' own scope: this sandbox has none of its own.
    name: 'sandbox',
    databaseUrl: database.url,
    migrations: new URL('../migrations/', import.meta.url),
    clock,
    controlSecret: 'secret',
    webhooks: {
      sign: async ({ messageId }, at) => ({ 'x-id': messageId, 'x-at': at }),
      timeoutMs: 1_000,
      retriesMs: [60_000],
    },
    work,
    problem: (status) => new Response('fault', { status }),
    onError: (_, what) => errors.push(what),
  })
  closers.push(database.drop, () => sandbox.close())
  return { sandbox, clock, errors }
}

const plan = (sandbox: Sandbox, kind: string, key: string, dueAt: Instant) =>
  sandbox.database.transaction((tx) => schedule(tx, { kind, key, dueAt }))

test('one leap of the clock does all work in due order, each at its own moment, what it schedules too', async () => {
  const done: string[] = []
  const { sandbox, clock } = await open({
    note: async (tx, { key, dueAt }) => {
      done.push(`${key} ${dueAt.slice(11, 13)}`)
      if (key === 'b') await schedule(tx, { kind: 'note', key: 'follow-up', dueAt: hour(3) })
    },
  })
  await plan(sandbox, 'note', 'd', hour(4))
  await plan(sandbox, 'note', 'b', hour(2))
  await plan(sandbox, 'note', 'a', hour(1))
  await plan(sandbox, 'note', 'never', hour(2))
  await sandbox.database.transaction((tx) => cancel(tx, 'note', 'never'))
  await sandbox.settle()
  expect(done).toEqual([])
  clock.set(hour(5))
  await sandbox.settle()
  expect(done).toEqual(['a 01', 'b 02', 'follow-up 03', 'd 04'])
})

test('work that fails is undone, holds up nothing else, and is done on the next pass', async () => {
  let broken = true
  const done: string[] = []
  const { sandbox, errors } = await open({
    note: async (tx, { key }) => {
      await schedule(tx, { kind: 'note', key: `child of ${key}`, dueAt: hour(9) })
      if (key === 'bad' && broken) throw new Error('not yet')
      done.push(key)
    },
  })
  await plan(sandbox, 'note', 'bad', START)
  await plan(sandbox, 'note', 'good', START)
  await sandbox.settle()
  expect([done, errors]).toEqual([['good'], ['note bad']])
  const left = await sandbox.database.sql`select key, failures, last_error from sandbox.due_work order by id`
  expect(left.map(({ key, failures }) => [key, failures])).toEqual([
    ['bad', 1],
    ['child of good', 0],
  ])
  broken = false
  await sandbox.settle()
  expect(done).toEqual(['good', 'bad'])
})

test('a webhook is queued with its cause or not at all', async () => {
  const receiver = await receive()
  const { sandbox } = await open({})
  const cause = sandbox.database.transaction(async (tx) => {
    await enqueue(tx, START, message(receiver, '1'))
    throw new Error('rolled back')
  })
  await expect(cause).rejects.toThrow('rolled back')
  await sandbox.settle()
  expect(receiver.received).toEqual([])
})

test('a webhook is signed anew at each attempt and given up after the last', async () => {
  const receiver = await receive()
  receiver.answer(500)
  const { sandbox, clock } = await open({})
  await sandbox.database.transaction((tx) => enqueue(tx, START, message(receiver, '1')))
  for (const at of [hour(0), hour(1), hour(2)]) {
    clock.set(at)
    await sandbox.settle()
  }
  expect(receiver.received.map(({ headers }) => headers['x-at'])).toEqual([hour(0), hour(1)])
  const [row] = await sandbox.database.sql`select status, attempts, last_error from sandbox.webhook_deliveries`
  expect(row).toEqual({ status: 'failed', attempts: 2, last_error: 'answered 500' })
})

test('the activity says what is due now, what comes next, and that something happened', async () => {
  const receiver = await receive()
  const { sandbox, clock } = await open({
    hook: async (tx, { dueAt }) => {
      await enqueue(tx, dueAt, message(receiver, 'from work'))
    },
  })
  const running = await sandbox.listen(new Hono(), { host: '127.0.0.1', port: 0 })
  closers.pop()
  closers.push(() => running.stop())
  const activity = async () => Activity.parse(await (await fetch(`${running.url}/internal/activity`)).json())
  await plan(sandbox, 'hook', 'later', hour(1))
  const before = await activity()
  expect(before).toMatchObject({ name: 'sandbox', busy: [], next_due_at: hour(1) })
  clock.set(hour(1))
  expect(await activity()).toMatchObject({ busy: [{ what: 'due_work', count: 1 }], next_due_at: null })
  await sandbox.settle()
  const after = await activity()
  expect(after).toMatchObject({ busy: [], next_due_at: null })
  expect(after.counter).toBeGreaterThanOrEqual(before.counter + 2)
  expect(receiver.received).toHaveLength(1)
})

async function receive(): Promise<Receiver> {
  const receiver = await startReceiver()
  closers.push(() => receiver.close())
  return receiver
}

function message(receiver: Receiver, messageId: string) {
  return { messageId, endpoint: 'e', eventType: 'test', url: receiver.url, headers: {}, body: '{}' }
}
