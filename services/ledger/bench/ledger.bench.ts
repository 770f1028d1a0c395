import { cpus } from 'node:os'
import { tuneCollector } from '@draupnir/service'
import { createGatherer, type Gatherer } from '../src/transaction/gatherer.ts'
import { verify } from '../src/verify/verify.ts'
import { prepareBaseline } from './baseline.ts'
import { type Market, openMarket } from './books.ts'
import { kernelSettings, perTransaction, spent, ticks } from './cost.ts'
import { type BenchDatabase, openDatabase } from './database.ts'
import { baselineLoop, closedLoop, type Drive, type Measured, openLoop } from './drive.ts'
import { httpLoop } from './http-loop.ts'
import { loadJournal } from './load-journal.ts'
import { readLatencies } from './read-latencies.ts'
import { HOT, SPLIT, UNIFORM, WORKLOADS, type Workload } from './workloads.ts'

interface Row {
  readonly name: string
  readonly batch: number
  readonly verified_tps: number
  readonly baseline_tps: number
  readonly ratio: number
  readonly p50_ms: number
  readonly p99_ms: number
}

const SETTINGS = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'wal_sync_method',
  'shared_buffers',
  'max_wal_size',
  'min_wal_size',
]

const CLIENTS = [1, 20, 200]
const HALF_LOAD_WINDOWS = 5
const GROWTH_WINDOWS = 4
const LARGE = [1_000_000, 10_000_000]

/**
 * Measures the posting engine beside the textbook design; prints a table and, as its last line, JSON. `--quick` is a
 * look in two minutes or three, `--full` goes on to a journal of ten million rows, `--growth` measures that
 * alone, `--half-load` the latency at half the maximum.
 */
export async function run(args: readonly string[] = process.argv): Promise<void> {
  tuneCollector()
  const quick = args.includes('--quick')
  const bench = new Bench(await openDatabase(), quick ? 1.5 : 4)
  try {
    await bench.prepare()
    if (args.includes('--growth')) return bench.report({ half: null, http: null, growth: await bench.growth(LARGE) })
    if (args.includes('--half-load')) {
      await bench.workload(UNIFORM)
      return bench.report({ half: await bench.halfLoad(), http: null, growth: null })
    }
    const singles = quick ? WORKLOADS.filter(({ parties }) => parties <= 10_000) : WORKLOADS
    for (const workload of singles) await bench.workload(workload)
    for (const batch of [10, 100, 1_000]) await bench.workload(UNIFORM, { batch, clients: Math.max(4, 1_000 / batch) })
    for (const clients of CLIENTS)
      for (const workload of quick ? [UNIFORM] : [UNIFORM, HOT, SPLIT]) await bench.workload(workload, { clients })
    const half = await bench.halfLoad()
    const http = await bench.http()
    const growth = args.includes('--full') ? await bench.growth(LARGE) : null
    bench.report({ half, http, growth })
  } finally {
    await bench.close()
  }
}

interface Window extends Measured {
  /** What of the CPUs the host took for others, in per cent. */
  readonly taken: number
}

interface Rest {
  readonly half: Window | null
  readonly http: Measured | null
  readonly growth: number | null
}

async function watched(work: () => Promise<Measured>): Promise<Window> {
  const before = ticks()
  const measured = await work()
  const after = ticks()
  return { ...measured, taken: Math.round(((after.taken - before.taken) / (after.all - before.all)) * 1_000) / 10 }
}

function calmestOf(windows: readonly Window[]): Window {
  return windows.reduce((calmest, window) => (window.taken < calmest.taken ? window : calmest))
}

function acceptedIn(windows: readonly Window[]): number {
  return windows.reduce((sum, { accepted }) => sum + accepted, 0)
}

class Bench {
  readonly #database: BenchDatabase
  readonly #seconds: number
  readonly #gatherer: Gatherer
  readonly #rows: Row[] = []
  #audit = 'ok'

  constructor(database: BenchDatabase, seconds: number) {
    this.#database = database
    this.#seconds = seconds
    this.#gatherer = createGatherer({ db: database.db })
  }

  async prepare(): Promise<void> {
    await prepareBaseline(this.#database)
    const rows = await this.#database.owner.sql<{ name: string; setting: string }[]>`
      select name, setting from pg_settings where name = any(${SETTINGS}) order by name`
    const settings = [...rows.map((it) => `${it.name}=${it.setting}`), ...kernelSettings()]
    console.log(`${cpus().length} cores, shared with Postgres · ${settings.join(' ')}`)
    const market = await openMarket(this.#database, 100)
    const warm = { market, workload: UNIFORM, clients: 100, seconds: 1, batch: 1 }
    await closedLoop(warm, this.#gatherer)
    await baselineLoop({ ...warm, clients: 20 })
  }

  async workload(workload: Workload, over: Partial<Drive> = {}): Promise<void> {
    const market = await openMarket(this.#database, workload.parties)
    const drive = { market, workload, clients: 1_000, seconds: this.#seconds, batch: 1, ...over }
    // The textbook knows no batches: beside them it shows what it does with as many clients as it has connections.
    const baseline = await baselineLoop({ ...drive, clients: drive.batch > 1 ? 32 : Math.min(drive.clients, 32) })
    const before = await spent(this.#database)
    const measured = await closedLoop(drive, this.#gatherer)
    const cost = perTransaction(before, await spent(this.#database), measured.accepted)
    await this.#verified(workload.name, market, measured)
    const row = {
      name: over.clients === undefined || drive.batch > 1 ? workload.name : `${workload.name}-x${drive.clients}`,
      batch: drive.batch,
      verified_tps: measured.tps,
      baseline_tps: baseline.tps,
      ratio: Math.round((measured.tps / baseline.tps) * 10) / 10,
      p50_ms: measured.p50,
      p99_ms: measured.p99,
    }
    this.#rows.push(row)
    const { node_us, postgres_us, wal_bytes } = cost
    console.log(`${Object.values(row).join('\t')}\t${node_us} + ${postgres_us} us\t${wal_bytes} bytes of log`)
  }

  /**
   * Calls at half the rate of the best run, several windows of them. What the host of this machine does meanwhile decides
   * about the slowest hundredth: the window counts in which it took the least of the CPUs for others.
   */
  async halfLoad(): Promise<Window> {
    const market = await openMarket(this.#database, UNIFORM.parties)
    const most = this.#best(UNIFORM.name)
    const drive = { market, workload: UNIFORM, clients: 20, seconds: this.#seconds * 2, batch: 1 }
    // The first second over new tables is that of a start: plans are made, accounts are seen for the first time.
    const start = await closedLoop({ ...drive, seconds: 1 }, this.#gatherer)
    const windows: Window[] = []
    while (windows.length < HALF_LOAD_WINDOWS) {
      const window = await watched(() => openLoop(drive, this.#gatherer, Math.max(100, most / 2)))
      const { tps, p50, p99, taken } = window
      console.log(`half load\t${tps} tps\tp50 ${p50} ms\tp99 ${p99} ms\thost took ${taken} %`)
      windows.push(window)
    }
    const calmest = calmestOf(windows)
    await this.#verified('half load', market, { ...calmest, accepted: start.accepted + acceptedIn(windows) })
    return calmest
  }

  async http(): Promise<Measured> {
    const market = await openMarket(this.#database, UNIFORM.parties)
    const seconds = Math.ceil(this.#seconds)
    // What serves requests was not asked before: its first thousands pay for compiling it.
    const warm = await httpLoop(market, { clients: 200, seconds })
    const runs: Measured[] = []
    for (const clients of [200, 1_000]) {
      const before = await spent(this.#database)
      const measured = await httpLoop(market, { clients, seconds })
      const { node_us, postgres_us } = perTransaction(before, await spent(this.#database), measured.accepted)
      const { tps, p50, p99, clientsUs } = measured
      const cost = `${node_us} (the server) + ${clientsUs} (the clients) + ${postgres_us} us`
      console.log(`http-x${clients}\t${tps} tps\tp50 ${p50} ms\tp99 ${p99} ms\t${cost}`)
      runs.push(measured)
    }
    const accepted = [warm, ...runs].reduce((sum, run) => sum + run.accepted, 0)
    const best = runs.reduce((a, b) => (b.tps > a.tps ? b : a))
    await this.#verified('http', market, { ...best, accepted })
    return best
  }

  /**
   * Throughput over a journal of so many rows as a share of that over an empty one, measured right before; the last one's.
   * Each time the first window is not counted: tables that were just made, or loaded in bulk, are read from the disk once.
   */
  async growth(sizes: readonly number[]): Promise<number> {
    const market = await openMarket(this.#database, UNIFORM.parties)
    const drive = { market, workload: UNIFORM, clients: 1_000, seconds: this.#seconds * 2, batch: 1 }
    let accepted = 0
    const run = async (name: string) => {
      const windows: Window[] = []
      while (windows.length < GROWTH_WINDOWS) windows.push(await watched(() => closedLoop(drive, this.#gatherer)))
      accepted += acceptedIn(windows)
      console.log(`${name}: ${windows.map(({ tps, taken }) => `${tps} tps (host took ${taken} %)`).join(', ')}`)
      return calmestOf(windows.slice(1))
    }
    const before = await run('empty')
    let loaded = 0
    let share = 1
    for (const rows of sizes) {
      await loadJournal(market, loaded, rows)
      loaded = rows
      const after = await run(`${rows} rows`)
      share = Math.round((after.tps / before.tps) * 100) / 100
      console.log(`${rows} rows: ${after.tps} tps, empty: ${before.tps} tps, ${share}`)
      await readLatencies(market)
    }
    const began = performance.now()
    await this.#verified(`${loaded} rows`, market, { ...before, accepted })
    console.log(`audited in ${Math.round((performance.now() - began) / 1_000)} s`)
    return share
  }

  report({ half, http, growth }: Rest): void {
    const idle = this.#rows.find((row) => row.name === `${UNIFORM.name}-x1`)
    console.log(
      JSON.stringify({
        workloads: this.#rows,
        in_process_tps: this.#rows.length === 0 ? null : Math.max(...this.#rows.map((row) => row.verified_tps)),
        http_single_tps: http?.tps ?? null,
        idle_p50_ms: idle?.p50_ms ?? null,
        half_load_p99_ms: half?.p99 ?? null,
        half_load_host_took_percent: half?.taken ?? null,
        growth_10m: growth,
        audit: this.#audit,
      }),
    )
  }

  close(): Promise<void> {
    return this.#database.remove()
  }

  #best(name: string): number {
    return Math.max(
      0,
      ...this.#rows.filter((row) => row.name === name && row.batch === 1).map((row) => row.verified_tps),
    )
  }

  // A run counts when the whole audit holds and every accepted transaction is there once.
  async #verified(name: string, { database }: Market, measured: Measured | null): Promise<void> {
    const wrong = (await verify({ db: database.db })).flatMap((check) => check.findings)
    const [booked] = await database.owner.sql<{ count: number }[]>`
      select count(*)::int as count from transactions where recipe = 'invoice.settle'`
    if (measured !== null && booked?.count !== measured.accepted) {
      wrong.push({ row: `${name}`, detail: `${booked?.count} booked, ${measured.accepted} accepted` })
    }
    const [first] = wrong
    if (first !== undefined) {
      this.#audit = `${name}: ${first.row}: ${first.detail}`
      throw new Error(this.#audit)
    }
  }
}
