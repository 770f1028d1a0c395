import { cpus } from 'node:os'
import { createGatherer, type Gatherer } from '../src/transaction/gatherer.ts'
import { verify } from '../src/verify/verify.ts'
import { prepareBaseline } from './baseline.ts'
import { type Market, openMarket } from './books.ts'
import { type BenchDatabase, openDatabase } from './database.ts'
import { baselineLoop, closedLoop, type Drive, type Measured, openLoop } from './drive.ts'
import { httpLoop } from './http-loop.ts'
import { loadJournal } from './load-journal.ts'
import { UNIFORM, WORKLOADS, type Workload } from './workloads.ts'

interface Row {
  readonly name: string
  readonly batch: number
  readonly clients: number
  readonly verified_tps: number
  readonly baseline_tps: number | null
  readonly ratio: number | null
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
]

/**
 * Measures the posting engine beside the textbook design; prints a table and, as its last line, JSON. `--quick` is a
 * look in a minute or two, `--full` loads ten million rows too.
 */
export async function run(args: readonly string[] = process.argv): Promise<void> {
  const quick = args.includes('--quick')
  const bench = new Bench(await openDatabase(), quick ? 1.5 : 4)
  try {
    await bench.prepare()
    const singles = quick ? WORKLOADS.filter(({ parties }) => parties <= 10_000) : WORKLOADS
    for (const workload of singles) await bench.workload(workload)
    for (const batch of [10, 100, 1_000]) await bench.workload(UNIFORM, { batch, clients: Math.ceil(1_000 / batch) })
    for (const clients of [1, 20, 200])
      await bench.workload({ ...UNIFORM, name: `${UNIFORM.name}-x${clients}` }, { clients })
    const half = await bench.halfLoad()
    const http = await bench.http()
    const growth = quick ? null : await bench.growth(1_000_000)
    const growth10 = args.includes('--full') ? await bench.growth(10_000_000) : null
    bench.report({ half, http, growth, growth10 })
  } finally {
    await bench.close()
  }
}

interface Rest {
  readonly half: Measured
  readonly http: Measured
  readonly growth: number | null
  readonly growth10: number | null
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
    console.log(
      `${cpus().length} cores, shared with Postgres · ${rows.map((it) => `${it.name}=${it.setting}`).join(' ')}`,
    )
    const market = await openMarket(this.#database, 100)
    const warm = { market, workload: UNIFORM, clients: 100, seconds: 1, batch: 1 }
    await closedLoop(warm, this.#gatherer)
    await baselineLoop({ ...warm, clients: 20 })
  }

  async workload(workload: Workload, over: Partial<Drive> = {}): Promise<void> {
    const market = await openMarket(this.#database, workload.parties)
    const drive = { market, workload, clients: 1_000, seconds: this.#seconds, batch: 1, ...over }
    const withBaseline = over.batch === undefined && workload.twoPhase !== true && workload.repeats === undefined
    const baseline = withBaseline ? await baselineLoop({ ...drive, clients: Math.min(drive.clients, 32) }) : null
    const measured = await closedLoop(drive, this.#gatherer)
    await this.#verified(workload.name, market, measured)
    const ratio = baseline === null ? null : Math.round((measured.tps / baseline.tps) * 10) / 10
    const row = {
      name: workload.name,
      batch: drive.batch,
      clients: drive.clients,
      verified_tps: measured.tps,
      baseline_tps: baseline?.tps ?? null,
      ratio,
      p50_ms: measured.p50,
      p99_ms: measured.p99,
    }
    this.#rows.push(row)
    console.log(Object.values(row).join('\t'))
  }

  async halfLoad(): Promise<Measured> {
    const market = await openMarket(this.#database, UNIFORM.parties)
    const most = this.#best(UNIFORM.name)
    const drive = { market, workload: UNIFORM, clients: 0, seconds: this.#seconds * 2, batch: 1 }
    const measured = await openLoop(drive, this.#gatherer, Math.max(100, most / 2))
    await this.#verified('half load', market, measured)
    return measured
  }

  async http(): Promise<Measured> {
    const market = await openMarket(this.#database, UNIFORM.parties)
    const measured = await httpLoop(market, { clients: 200, seconds: this.#seconds })
    await this.#verified('http', market, measured)
    return measured
  }

  /** Throughput over a journal of `rows` as a share of that over an empty one, measured right before it. */
  async growth(rows: number): Promise<number> {
    const market = await openMarket(this.#database, UNIFORM.parties)
    const drive = { market, workload: UNIFORM, clients: 1_000, seconds: this.#seconds, batch: 1 }
    const before = await closedLoop(drive, this.#gatherer)
    await loadJournal(market, rows)
    const after = await closedLoop(drive, this.#gatherer)
    console.log(`${rows} rows: ${after.tps} tps, empty: ${before.tps} tps`)
    await this.#verified(`${rows} rows`, market, null)
    return Math.round((after.tps / before.tps) * 100) / 100
  }

  report({ half, http, growth, growth10 }: Rest): void {
    const idle = this.#rows.find((row) => row.clients === 1 && row.batch === 1)
    console.log(
      JSON.stringify({
        workloads: this.#rows,
        in_process_tps: Math.max(...this.#rows.map((row) => row.verified_tps)),
        http_single_tps: http.tps,
        idle_p50_ms: idle?.p50_ms ?? null,
        half_load_p50_ms: half.p50,
        half_load_p99_ms: half.p99,
        growth_1m: growth,
        growth_10m: growth10,
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
