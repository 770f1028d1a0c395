import { connect as open, type Socket } from 'node:net'
import { signInternal } from '@draupnir/http'
import { newId, parseId } from '@draupnir/ids'
import { wallClock } from './books.ts'

/** What the process of the clients is told. */
export interface ClientsTask {
  readonly port: number
  readonly secret: string
  readonly tenant: string
  readonly buyers: readonly string[]
  readonly sellers: readonly string[]
  readonly clients: number
  readonly seconds: number
}

export interface ClientsTold {
  readonly accepted: number
  readonly ms: number
  readonly taken: number[]
  /** CPU of the process meanwhile. */
  readonly cpuUs: number
}

const PATH = '/v1/ledger/transactions'
// More than any server here answers: signing is done before the clock starts.
const MOST_PER_SECOND = 10_000

/** Signed as the gateway signs them, as they go over the wire. */
function requests({ secret, tenant, buyers, sellers, seconds }: ClientsTask): Buffer[] {
  const pick = (from: readonly string[]) => from[Math.floor(Math.random() * from.length)]
  return Array.from({ length: MOST_PER_SECOND * seconds }, () => {
    const shares = [{ kind: 'seller_net', party_id: pick(sellers), amount: { amount: '100', currency: 'USD' } }]
    const body = JSON.stringify({ recipe: 'invoice.settle', input: { buyer_id: pick(buyers), shares } })
    const requestId = newId('request', wallClock())
    const claims = {
      tenant: parseId('tenant', tenant),
      actor: 'key_bench',
      scopes: ['ledger:write'],
      request_id: requestId,
    }
    const headers = {
      host: 'ledger',
      ...signInternal(secret, { method: 'POST', path: PATH, body }, claims),
      'x-request-id': requestId,
      'content-type': 'application/json',
      'content-length': `${Buffer.byteLength(body)}`,
      'idempotency-key': newId('request', wallClock()),
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.from(`POST ${PATH} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  })
}

/** One connection: asks, waits for the whole answer, asks again. */
function client(socket: Socket, next: () => Buffer | null, answered: (ms: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let asked = 0
    let text = ''
    const ask = () => {
      const request = next()
      if (request === null) return void socket.end(resolve)
      asked = performance.now()
      socket.write(request)
    }
    socket.on('data', (data) => {
      text += data.toString('latin1')
      if (!isWhole(text)) return
      if (!text.startsWith('HTTP/1.1 201')) return reject(new Error(text.slice(0, 2_000)))
      text = ''
      answered(performance.now() - asked)
      ask()
    })
    socket.on('error', reject)
    ask()
  })
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n')
  if (head < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1]
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= head + 4 + Number(length)
}

async function run(task: ClientsTask): Promise<ClientsTold> {
  const all = requests(task).values()
  const sockets = await Promise.all(
    Array.from({ length: task.clients }, async () => {
      const socket = open(task.port, '127.0.0.1').setNoDelay(true)
      await new Promise((resolve) => socket.once('connect', resolve))
      return socket
    }),
  )
  const taken: number[] = []
  const before = process.cpuUsage()
  const began = performance.now()
  const next = () => (performance.now() - began < task.seconds * 1_000 ? (all.next().value ?? null) : null)
  await Promise.all(sockets.map((socket) => client(socket, next, (ms) => void taken.push(ms))))
  const { user, system } = process.cpuUsage(before)
  return { accepted: taken.length, ms: performance.now() - began, taken, cpuUs: user + system }
}

process.once('message', (task: ClientsTask) => {
  run(task).then(
    (told) => process.send?.(told, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
