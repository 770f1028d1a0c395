import { nextId, runUntilCrash, type ScriptOptions, startScript } from '@draupnir/testing'
import { addMs, fromEpochMs, HOUR_MS } from '@draupnir/time'
import { beforeEach, expect, it } from 'vitest'
import { copiesThere, end, mirrorBench, payIn } from '../src/mirror/mirror.fixture.ts'
import type { Transaction } from '../src/transaction/transaction.ts'

const SCRIPT = new URL('./mirror-process.ts', import.meta.url)

const bench = await mirrorBench({ timeoutMs: 60_000 })
const { mt, url, sandboxUrl, clock } = bench
const script: ScriptOptions = { script: SCRIPT, args: [url, sandboxUrl] }
let ctx = bench.fresh()
let booked: Transaction[] = []

beforeEach(async () => {
  clock.set(addMs(fromEpochMs(Date.now()), -HOUR_MS))
  ctx = bench.fresh()
  booked = []
  for (let n = 0; n < 80; n += 1) {
    const state = n % 4 === 0 ? 'pending' : 'posted'
    booked.push(await payIn(ctx, nextId('party'), n + 1, state))
  }
  for (const [index, each] of booked.filter(({ state }) => state === 'pending').entries())
    if (index % 2 === 0) await end(ctx, each, index % 4 === 0 ? 'settle' : 'void')
})

/** Each transaction once, in the state it has here. */
async function expectMirrored(): Promise<void> {
  const here = await bench.db.sql<{ id: string; state: string }[]>`
    select id, state from transactions where tenant_id = ${ctx.tenant} order by id`
  const there = (await copiesThere(mt, ctx)).map(({ external_id, status }) => ({
    id: external_id,
    state: status === 'archived' ? 'voided' : status,
  }))
  expect(there.toSorted((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))).toEqual(here.map((row) => ({ ...row })))
  clock.set(addMs(fromEpochMs(Date.now()), HOUR_MS))
  expect(await bench.verify()).toEqual([])
}

it('mirrors each transaction once, however often it is killed between the answer and the commit', async () => {
  for (const passing of [1, 1, 2, 3]) {
    await runUntilCrash('after-provider-call-before-commit', script, passing).catch((error: unknown) => {
      // What is left may be less than so many answers.
      if (!String(error).includes('ended with 0')) throw error
    })
  }
  expect((await startScript(script).ended).code).toBe(0)
  await expectMirrored()
}, 120_000)

it('mirrors each transaction once when it is killed in the middle of calls', async () => {
  for (let kill = 1; kill <= 5; kill += 1) {
    const before = (await copiesThere(mt, ctx)).length
    const process = startScript(script)
    // As soon as something more is there than before, whatever is known of it here.
    for (;;) {
      const now = (await copiesThere(mt, ctx)).length
      if (now > before || now === booked.length) break
    }
    process.kill('SIGKILL')
    await process.ended
  }
  expect((await startScript(script).ended).code).toBe(0)
  await expectMirrored()
}, 120_000)

it('mirrors each transaction once when two processes do it at the same time', async () => {
  const ends = await Promise.all([1, 2].map(() => startScript(script).ended))
  expect(ends.map(({ code }) => code)).toEqual([0, 0])
  await expectMirrored()
}, 120_000)
