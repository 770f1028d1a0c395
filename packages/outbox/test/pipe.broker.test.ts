import { afterAll, beforeAll, expect, test } from 'vitest'
import { outboxStatus } from '../src/index.ts'
import { doThing, effectsOf, openPipe, type Pipe } from './pipe.ts'

let pipe: Pipe

beforeAll(async () => {
  pipe = await openPipe()
  pipe.relay()
  pipe.consumer()
}, 60_000)
afterAll(() => pipe.remove())

test('an event committed is applied once, in order', async () => {
  for (let n = 1; n <= 20; n += 1) await doThing(pipe.producer, 'a', n)
  await expect.poll(() => effectsOf(pipe.consumerDb, 'a')).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  await expect
    .poll(() => outboxStatus(pipe.producer.sql))
    .toMatchObject({ pending: 0, blocked: 0, oldestPendingMs: null })
})
