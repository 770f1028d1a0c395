import { Agent, request } from 'node:http'
import { createApp, internalAuth, signInternal } from '@draupnir/http'
import { listen } from '../../../packages/service/src/listen.ts'
import { postRoutes } from '../src/transaction/post.routes.ts'
import { type Market, wallClock } from './books.ts'
import type { Measured } from './drive.ts'

const SECRET = 'the secret of a bench'
const PATH = '/v1/ledger/transactions'

/** Single requests over HTTP, signed as the gateway signs them; server and clients share this process. */
export async function httpLoop(
  market: Market,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<Measured> {
  const ctx = market.context()
  const app = createApp({
    routes: postRoutes,
    db: market.database.db,
    now: async () => wallClock(),
    log: ctx.log,
    authenticate: internalAuth(SECRET),
  })
  const server = await listen('127.0.0.1', 0, async (request) => app.fetch(request))
  const port = Number(new URL(server.url).port)
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const taken: number[] = []
  const began = performance.now()
  const end = began + seconds * 1_000
  const client = async () => {
    while (performance.now() < end) {
      const asked = performance.now()
      await send(port, agent, market)
      taken.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const ms = performance.now() - began
  agent.destroy()
  await server.drain()
  taken.sort((a, b) => a - b)
  const quantile = (q: number) => Math.round((taken[Math.floor(taken.length * q)] ?? 0) * 100) / 100
  const tps = Math.round(taken.length / (ms / 1_000))
  return { tps, accepted: taken.length, replayed: 0, reads: 0, p50: quantile(0.5), p99: quantile(0.99) }
}

function send(port: number, agent: Agent, { context, buyers, sellers }: Market): Promise<void> {
  const ctx = context()
  const pick = (from: readonly string[]) => from[Math.floor(Math.random() * from.length)]
  const shares = [{ kind: 'seller_net', party_id: pick(sellers), amount: { amount: '100', currency: 'USD' } }]
  const body = JSON.stringify({ recipe: 'invoice.settle', input: { buyer_id: pick(buyers), shares } })
  const claims = { tenant: ctx.tenant, actor: 'key_bench', scopes: ['ledger:write'], request_id: ctx.newId('request') }
  const headers = {
    ...signInternal(SECRET, { method: 'POST', path: PATH, body }, claims),
    'x-request-id': claims.request_id,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'idempotency-key': ctx.newId('request'),
  }
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: PATH, method: 'POST', agent, headers }, (response) => {
      response.resume()
      response.once('end', () =>
        response.statusCode === 201 ? resolve() : reject(new Error(`${response.statusCode}`)),
      )
    })
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
