import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { testDatabase } from '@draupnir/testing'
import { expect, it } from 'vitest'
import type { Db, Statement } from '../src/index.ts'

const { db } = await testDatabase({ schema: 'heap', sources: [] })
// As services do: see ADR 0023.
setFlagsFromString('--no-allocation-site-pretenuring')
setFlagsFromString('--expose-gc')
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc')

type Ask = (text: string) => Promise<unknown>

const TIMES = 500
// What is kept for another reason, compiled code for one, is not kept in each of them.
const ROUNDS = 4
const LONG = 2_000
const KEPT_AT_MOST = 700

const long = (n: number) => `${n}`.padEnd(LONG, '.')
const left = ({ sql, later }: Db, text: string) => later(sql`select length(${text})`.execute())
const lengths: Statement<string, number> = async (sql, asked) => {
  const [row] = await sql<
    { sum: number }[]
  >`select sum(length(it))::int as sum from unnest(${[...asked]}::text[]) as it`
  return asked.map(() => row?.sum ?? 0)
}

// V8 keeps until a major collection, which holds up everything, what something in its old space refers to.
it.each<[string, Ask]>([
  ['a statement', (text) => db.sql`select length(${text})`],
  ['a transaction', (text) => db.transaction(async (tx) => left(tx, text))],
  ['a savepoint', (text) => db.transaction((tx) => tx.savepoint(async (inner) => left(inner, text)))],
  ['a transaction that might be shared', (text) => db.sharedTransaction((tx) => tx.together(lengths, text))],
])('%s is gone with the next minor collection once it is done', async (_what, ask) => {
  await several(ask)
  const kept: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) kept.push(await keptBy(ask))
  expect(Math.min(...kept)).toBeLessThan(KEPT_AT_MOST)
})

/** Bytes for each, after two minor collections. */
async function keptBy(ask: Ask): Promise<number> {
  collect()
  const before = process.memoryUsage().heapUsed
  await several(ask)
  collect({ type: 'minor' })
  collect({ type: 'minor' })
  return (process.memoryUsage().heapUsed - before) / (TIMES * 2)
}

async function several(ask: Ask): Promise<void> {
  for (let n = 0; n < TIMES; n += 1) await Promise.all([ask(long(n)), ask(long(-n))])
}
