import type { DbPool } from '@draupnir/db'

export interface Verdict {
  /** Acknowledged to the writer, but not there. */
  readonly lostWrites: readonly string[]
  /** There, but nobody ever tried it. */
  readonly unexpected: readonly string[]
  /** Committed, but without effect. */
  readonly lostEffects: readonly string[]
  readonly doubledEffects: readonly string[]
  readonly outOfOrder: readonly string[]
  readonly parked: number
}

export const CLEAN: Verdict = {
  lostWrites: [],
  unexpected: [],
  lostEffects: [],
  doubledEffects: [],
  outOfOrder: [],
  parked: 0,
}

/** Set arithmetic over what was tried, what was acknowledged, what is committed and what was done. */
export async function check(producer: DbPool, consumer: DbPool, prefix: string, output: string): Promise<Verdict> {
  const like = `${prefix}-%`
  const [committed, effects, parked] = await Promise.all([
    producer.sql<Step[]>`select thing, n from attempt where thing like ${like}`,
    consumer.sql<Step[]>`select thing, n from effect where thing like ${like} order by position`,
    consumer.sql`select 1 from parked where status = 'parked'`,
  ])
  const written = new Set(committed.map(key))
  const done = new Set(effects.map(key))
  const said = (word: string) =>
    [...output.matchAll(new RegExp(`^${word} (\\S+ \\d+)$`, 'gm'))].map(([, step = '']) => step)
  const tried = new Set(said('try'))
  return {
    lostWrites: said('ok').filter((step) => !written.has(step)),
    unexpected: [...written].filter((step) => !tried.has(step)),
    lostEffects: [...written].filter((step) => !done.has(step)),
    doubledEffects: effects.map(key).filter((step, i, all) => all.indexOf(step) !== i),
    outOfOrder: inversions(effects),
    parked: parked.length,
  }
}

interface Step {
  readonly thing: string
  readonly n: number
}

function key({ thing, n }: Step): string {
  return `${thing} ${n}`
}

function inversions(effects: readonly Step[]): string[] {
  const last = new Map<string, number>()
  return effects
    .filter((step) => {
      const expected = (last.get(step.thing) ?? 0) + 1
      last.set(step.thing, Math.max(expected, step.n))
      return step.n !== expected
    })
    .map(key)
}
