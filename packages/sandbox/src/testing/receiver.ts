import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** Status of the next answers; the last one stays. */
  answer(...statuses: number[]): void
  close(): Promise<void>
}

/** A receiver of webhooks that remembers what came. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let statuses = [204]
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') })
      response.statusCode = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 204
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (...next) => {
      statuses = next
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
