import { fork } from 'node:child_process'
import { createApp, internalAuth } from '@draupnir/http'
import { listen } from '../../../packages/service/src/listen.ts'
import { postRoutes } from '../src/transaction/post.routes.ts'
import { type Market, wallClock } from './books.ts'
import { figures, type Measured } from './drive.ts'
import type { ClientsTask, ClientsTold } from './http-clients.ts'

const SECRET = 'the secret of a bench'

export interface Served extends Measured {
  /** CPU of the process of the clients for each request, in microseconds. */
  readonly clientsUs: number
}

/** Single requests over HTTP: the server is this process, its clients are another one, which sends what it has signed before. */
export async function httpLoop(market: Market, over: Pick<ClientsTask, 'clients' | 'seconds'>): Promise<Served> {
  const ctx = market.context()
  const app = createApp({
    routes: postRoutes,
    db: market.database.db,
    now: async () => wallClock(),
    log: ctx.log,
    authenticate: internalAuth(SECRET),
  })
  const server = await listen('127.0.0.1', 0, app.fetch)
  const { buyers, sellers } = market
  const port = Number(new URL(server.url).port)
  const { taken, ms, cpuUs } = await clients({ ...over, port, secret: SECRET, tenant: ctx.tenant, buyers, sellers })
  await server.drain()
  const clientsUs = Math.round((cpuUs / taken.length) * 10) / 10
  return { ...figures(taken, { accepted: taken.length, replayed: 0, reads: 0 }, ms), clientsUs }
}

function clients(task: ClientsTask): Promise<ClientsTold> {
  const child = fork(new URL('./http-clients.ts', import.meta.url))
  return new Promise((resolve, reject) => {
    child.once('message', (told: ClientsTold) => resolve(told))
    child.once('exit', (code) => reject(new Error(`the clients ended with ${code}`)))
    child.send(task)
  })
}
