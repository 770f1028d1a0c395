import { cpus, loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Context } from '@draupnir/db'
import { contextFor } from '@draupnir/http'
import type { Id } from '@draupnir/ids'
import { addMs, fromEpochMs, HOUR_MS, type Instant } from '@draupnir/time'
import { changeQuantity } from '../src/contract/change-quantity.ts'
import type { EditOptions } from '../src/contract/edit-contract.ts'
import { readContract } from '../src/contract/read-contract.ts'
import { readTimeline } from '../src/contract/read-timeline.ts'
import { setTerms } from '../src/contract/set-terms.ts'
import { type Bench, openBench, SILENT } from './database.ts'
import { contractId, lineId, load, PER_CONTRACT, START, settle, TENANT } from './load.ts'

const CONTRACTS = 100_000
const DEEP_EDITS = 50_000
const READS = 2_000
const BACKDATED = 300
const DEEP_BACKDATED = 40
const LASTING = 5
const REHEARSED = 200
const WINDOW = 50
const WRITERS = 16
const WRITE_S = 8
const DEEP = 0

/** Figures at one size. */
interface Figures {
  readonly current: number
  readonly asOf: number
  readonly timeline: number
  readonly rehearsed: number
  readonly backdated: number
  readonly deepBackdated: number
  /** Of terms, which hold on to the end of the log. */
  readonly lasting: number
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
  const sizes = [
    await loaded(CONTRACTS * scale * 0.1, DEEP_EDITS * scale * 0.1),
    await loaded(CONTRACTS * scale, DEEP_EDITS * scale),
  ]
  const [tenth, whole] = await measured(sizes).finally(() => Promise.all(sizes.map(({ bench }) => bench.close())))
  if (tenth === undefined || whole === undefined) throw new Error('two sizes give two rows')
  console.table({ tenth, whole })
  const growth = Math.max(...(['current', 'asOf', 'timeline'] as const).map((read) => whole[read] / tenth[read]))
  const figures = {
    current_read_p99_ms: whole.current,
    as_of_read_p99_ms: whole.asOf,
    backdated_edit_p99_ms: whole.backdated,
    edits_per_s: whole.editsPerS,
    read_growth_10x: rounded(growth),
    timeline_read_p99_ms: whole.timeline,
    dry_run_p99_ms: whole.rehearsed,
    deep_backdated_edit_p99_ms: whole.deepBackdated,
    deep_lasting_edit_p99_ms: whole.lasting,
    edits: CONTRACTS * scale * PER_CONTRACT,
  }
  console.log(JSON.stringify(figures))
}

interface Size {
  readonly bench: Bench
  readonly contracts: number
  readonly deep: number
}

async function loaded(contracts: number, deep: number): Promise<Size> {
  const bench = await openBench()
  await load(bench.owner, DEEP, DEEP, deep)
  await load(bench.owner, 1, contracts, PER_CONTRACT)
  await settle(bench.owner)
  return { bench, contracts, deep }
}

/** Both sizes in turn, one by one, so that what else the machine does falls on both. */
async function measured(sizes: readonly Size[]): Promise<Figures[]> {
  const read = (size: Size, n: number) => readContract(contextOf(size.bench), pick(size, n).id)
  const readAsOf = (size: Size, n: number) => {
    const { id, edits } = pick(size, n)
    return readContract(contextOf(size.bench), id, { asOf: within(edits), knownAt: within(edits) })
  }
  await p99(sizes, 200, read)
  const current = await p99(sizes, READS, read)
  const asOf = await p99(sizes, READS, readAsOf)
  const timeline = await p99(sizes, READS, (size, n) => readWindow(size, n))
  const rehearsed = await p99(sizes, REHEARSED, ({ bench, ...size }, n) => {
    const { id, edits } = pick({ bench, ...size }, n)
    return late(bench, id, within(edits), { dryRun: true })
  })
  const backdated = await p99(sizes, BACKDATED, ({ bench, contracts }) =>
    late(bench, any(contracts), within(PER_CONTRACT)),
  )
  const deepest = await p99(sizes, DEEP_BACKDATED, ({ bench, deep }) => late(bench, contractId(DEEP), within(deep)))
  const lasting = await p99(sizes, LASTING, ({ bench, deep }) => {
    const net_days = Math.floor(Math.random() * 99)
    return setTerms(contextOf(bench), contractId(DEEP), { net_days, effective_at: within(deep) })
  })
  const rates: number[] = []
  for (const { bench, contracts } of sizes) rates.push(await write(bench, contracts))
  return sizes.map((_, i) => ({
    current: current[i] ?? 0,
    asOf: asOf[i] ?? 0,
    timeline: timeline[i] ?? 0,
    rehearsed: rehearsed[i] ?? 0,
    backdated: backdated[i] ?? 0,
    deepBackdated: deepest[i] ?? 0,
    lasting: lasting[i] ?? 0,
    editsPerS: rates[i] ?? 0,
  }))
}

function any(contracts: number): Id<'contract'> {
  return contractId(1 + Math.floor(Math.random() * contracts))
}

// Every second read is of the deep contract.
function pick({ contracts, deep }: Size, n: number) {
  return n % 2 === 0 ? { id: contractId(DEEP), edits: deep } : { id: any(contracts), edits: PER_CONTRACT }
}

// From when the first line is there.
function within(edits: number): Instant {
  return addMs(START, Math.floor(Math.random() * (edits - 3) * HOUR_MS))
}

function late(bench: Bench, id: Id<'contract'>, effective_at: Instant, options: EditOptions = {}) {
  const quantity = String(1 + Math.floor(Math.random() * 99))
  return changeQuantity(contextOf(bench), id, { line_id: lineId, quantity, effective_at }, options)
}

function readWindow(size: Size, n: number) {
  const { id, edits } = pick(size, n)
  const asked = { knownAt: within(edits), from: within(edits), to: null, limit: WINDOW }
  return readTimeline(contextOf(size.bench), id, asked)
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

async function p99(
  sizes: readonly Size[],
  times: number,
  work: (size: Size, n: number) => Promise<unknown>,
): Promise<number[]> {
  const taken = sizes.map((): number[] => [])
  for (let n = 0; n < times; n += 1)
    for (const [i, size] of sizes.entries()) {
      const began = performance.now()
      await work(size, n)
      taken[i]?.push(performance.now() - began)
    }
  return taken.map((list) => rounded(list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * 0.99)] ?? 0))
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
