import { cpus, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from '@draupnir/db'
import { contextFor } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { addMs, fromEpochMs, HOUR_MS, type Instant } from '@draupnir/time'
import { changeQuantity } from '../src/contract/change-quantity.ts'
import { readContract } from '../src/contract/read-contract.ts'
import { type Bench, openBench, SILENT } from './database.ts'
import { contractId, lineId, load, PER_CONTRACT, START, settle, TENANT } from './load.ts'

const CONTRACTS = 100_000
const DEEP_EDITS = 50_000
const READS = 2_000
const BACKDATED = 300
const WRITERS = 16
const WRITE_S = 8
const DEEP = 0

/** Figures at one size. */
interface Figures {
  readonly current: number
  readonly asOf: number
  readonly backdated: number
  readonly deepBackdated: number
  readonly editsPerS: number
}

/**
 * A million edits over 100,000 contracts and one contract with 50,000, beside a tenth of both; prints a table and, as
 * its last line, JSON. `--quick` is a tenth of that.
 */
export async function run(args: readonly string[] = process.argv): Promise<void> {
  const scale = args.includes('--quick') ? 0.1 : 1
  console.log(
    `machine ${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  )
  const tenth = await measured(CONTRACTS * scale * 0.1, DEEP_EDITS * scale * 0.1)
  const whole = await measured(CONTRACTS * scale, DEEP_EDITS * scale)
  console.table({ tenth, whole })
  const growth = Math.max(whole.current / tenth.current, whole.asOf / tenth.asOf)
  const figures = {
    current_read_p99_ms: whole.current,
    as_of_read_p99_ms: whole.asOf,
    backdated_edit_p99_ms: whole.backdated,
    edits_per_s: whole.editsPerS,
    read_growth_10x: rounded(growth),
    deep_backdated_edit_p99_ms: whole.deepBackdated,
    edits: CONTRACTS * scale * PER_CONTRACT,
  }
  console.log(JSON.stringify(figures))
}

async function measured(contracts: number, deep: number): Promise<Figures> {
  const bench = await openBench()
  try {
    await load(bench.owner, DEEP, DEEP, deep)
    await load(bench.owner, 1, contracts, PER_CONTRACT)
    await settle(bench.owner)
    const any = () => contractId(1 + Math.floor(Math.random() * contracts))
    // Every second read is of the deep contract.
    const pick = (n: number) =>
      n % 2 === 0 ? { id: contractId(DEEP), edits: deep } : { id: any(), edits: PER_CONTRACT }
    await p99(200, (n) => readContract(contextOf(bench), pick(n).id))
    const current = await p99(READS, (n) => readContract(contextOf(bench), pick(n).id))
    const asOf = await p99(READS, async (n) => {
      const { id, edits } = pick(n)
      return readContract(contextOf(bench), id, { asOf: within(edits), knownAt: within(edits) })
    })
    const backdated = await p99(BACKDATED, () => late(bench, any(), within(PER_CONTRACT)))
    const deepBackdated = await p99(10, () => late(bench, contractId(DEEP), within(deep)))
    const editsPerS = await write(bench, contracts)
    return { current, asOf, backdated, deepBackdated, editsPerS }
  } finally {
    await bench.close()
  }
}

// From when the first line is there.
function within(edits: number): Instant {
  return addMs(START, Math.floor(Math.random() * (edits - 3) * HOUR_MS))
}

function late(bench: Bench, id: Id<'contract'>, effective_at: Instant) {
  const quantity = String(1 + Math.floor(Math.random() * 99))
  return changeQuantity(contextOf(bench), id, { line_id: lineId, quantity, effective_at })
}

/** Concurrent writers, each on contracts of its own, until all their events are published. */
async function write(bench: Bench, contracts: number): Promise<number> {
  const relay = bench.relay()
  await published(bench)
  const before = relay.published()
  const began = performance.now()
  let edits = 0
  const writer = async (own: number) => {
    for (let n = own; performance.now() - began < WRITE_S * 1000; n += WRITERS) {
      const quantity = String(1 + Math.floor(Math.random() * 99))
      await changeQuantity(contextOf(bench), contractId(1 + (n % contracts)), { line_id: lineId, quantity })
      edits += 1
    }
  }
  await Promise.all(Array.from({ length: WRITERS }, (_, own) => writer(own)))
  while (relay.published() - before < edits) await delay(5)
  const seconds = (performance.now() - began) / 1000
  await relay.stop()
  return Math.round(edits / seconds)
}

async function published({ db }: Bench): Promise<void> {
  for (;;) {
    const [row] = await db.sql<
      { n: number }[]
    >`select count(*)::int as n from outbox_publication where published_at is null`
    if (row?.n === 0) return
    await delay(50)
  }
}

function contextOf({ db }: Bench): Context {
  return contextFor({
    db,
    now: fromEpochMs(Math.floor(performance.timeOrigin + performance.now())),
    actor: 'key_bench',
    tenant: TENANT,
    trace: { correlationId: 'bench', causationId: null, traceparent: null },
    log: SILENT,
  })
}

async function p99(times: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let n = 0; n < times; n += 1) {
    const began = performance.now()
    await work(n)
    taken.push(performance.now() - began)
  }
  taken.sort((a, b) => a - b)
  return rounded(taken[Math.min(taken.length - 1, Math.floor(taken.length * 0.99))] ?? 0)
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
