import { SUBSCRIPTIONS } from '@draupnir/wire'
import postgres from 'postgres'
import { StackFailure } from './failure.ts'
import { findRunningSystem, type RunningSystem } from './running.ts'
import { services } from './topology.ts'
import { undelivered } from './verify/undelivered.ts'
import { unordered } from './verify/unordered.ts'

/** One invariant with the rows that break it; the same shape as `GET /v1/operations/verify` answers. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly findings: readonly { readonly row: string; readonly detail: string }[]
}

/** Checks what "working" means on the running system (`--ledger`: only the books, from genesis), prints each check and every wrong row; 0 when all is well. */
export async function verify(args: readonly string[], print: (line: string) => void): Promise<number> {
  const data = args.indexOf('--data')
  const dataDir = data < 0 ? undefined : args[data + 1]
  const system = findRunningSystem(dataDir)
  if (system === undefined) throw new StackFailure('Draupnir is not running here: start it with npm start')
  const all = args.includes('--ledger') ? await askServices(system) : await verifySystem(system)
  const checks = all.filter(({ name }) => !args.includes('--ledger') || name.startsWith('ledger.'))
  for (const { name, ok, findings } of checks) {
    print(`${ok ? 'ok   ' : 'WRONG'} ${name}`)
    for (const { row, detail } of findings) print(`      ${row}: ${detail}`)
  }
  const wrong = checks.filter(({ ok }) => !ok).length
  print(wrong === 0 ? `All ${checks.length} checks hold.` : `${wrong} of ${checks.length} checks do not hold.`)
  return wrong === 0 ? 0 : 1
}

/** Every service's own invariants, then those between services: every event published in order and settled by whom it concerns. */
export async function verifySystem(system: RunningSystem): Promise<Check[]> {
  const own = await askServices(system)
  const sql = postgres(system.databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    const schemas = services().map(({ name, database }) => ({ service: name, schema: database.schema ?? name }))
    return [...own, await unordered(sql, schemas), await undelivered(sql, schemas, SUBSCRIPTIONS)]
  } finally {
    await sql.end({ timeout: 5 })
  }
}

async function askServices({ gatewayUrl, apiKey }: RunningSystem): Promise<Check[]> {
  const answer = await fetch(`${gatewayUrl}/v1/operations/verify`, { headers: { authorization: `Bearer ${apiKey}` } })
  const body = (await answer.json()) as { services?: { checks: Check[] }[]; detail?: string }
  if (body.services === undefined)
    throw new StackFailure(`The services could not be asked: ${body.detail ?? answer.status}`)
  return body.services.flatMap(({ checks }) => checks)
}
