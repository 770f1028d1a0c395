import { writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@draupnir/db'
import { contextFor } from '@draupnir/http'
import { parseId } from '@draupnir/ids'
import { fromEpochMs } from '@draupnir/time'
import { fundsCommit } from '../src/recipe/funds.recipes.ts'
import { createGatherer } from '../src/transaction/gatherer.ts'

// Clients of one engine, each with keys of its own, which it asks for until they are answered; told line by line.
const [url = '', tenant = '', buyer = '', clients = '0', keys = '0'] = process.argv.slice(2)
const db = connect({ url, applicationName: 'engine', maxConnections: 4 })
const gatherer = createGatherer({ db, maxRequests: 50 })
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const trace = { correlationId: 'kill', causationId: null, traceparent: null }
const at = { tenant: parseId('tenant', tenant), buyer: parseId('party', buyer) }

async function ask(cause: string): Promise<void> {
  const ctx = contextFor({ db, now: fromEpochMs(Date.now()), actor: 'key_kill', tenant: at.tenant, trace, log: silent })
  const postings = fundsCommit.post({ buyer_id: at.buyer, amount: { amount: '1', currency: 'USD' } })
  const draft = {
    id: ctx.newId('transaction'),
    recipe: fundsCommit.code,
    cause,
    reference: cause,
    state: 'posted',
    undoes: null,
    actor: 'key_kill',
    effectiveAt: null,
    expiresAt: null,
    postings,
  } as const
  const [outcome] = await gatherer.submit(ctx, [{ type: 'book', draft }])
  if (outcome === undefined || outcome.type === 'refused') throw new Error(`refused: ${JSON.stringify(outcome)}`)
  writeSync(1, `${cause}\n`)
}

async function client(index: number): Promise<void> {
  for (let key = 0; key < Number(keys); key += 1) {
    for (;;) {
      const failed = await ask(`key-${index}-${key}`).then(
        () => null,
        (error: unknown) => error,
      )
      if (failed === null) break
      await delay(50)
    }
  }
}

await Promise.all(Array.from({ length: Number(clients) }, (_, index) => client(index)))
await db.close()
writeSync(1, 'all answered\n')
