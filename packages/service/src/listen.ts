import { createServer, type Server } from 'node:http'
import type { Readable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { StartFailure } from './failure.ts'

const IDLE_CHECK_MS = 20

export interface Listening {
  readonly url: string
  /** Takes no new requests and waits for those under way; `force` cuts them off. */
  readonly drain: () => Promise<void>
  readonly force: () => void
}

/** The same request as Node has it: what is read of it costs less. */
interface Node {
  readonly incoming: Readable
}

/** Serves `fetch`. `StartFailure` when the port is taken. */
export async function listen(
  host: string,
  port: number,
  fetch: (request: Request, node: Node) => Response | Promise<Response>,
): Promise<Listening> {
  const server = createServer(getRequestListener(fetch))
  // Longer than any client of ours keeps an idle connection, so that it is never cut under a request.
  server.keepAliveTimeout = 75_000
  await bound(server, host, port)
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    drain: () =>
      new Promise((resolve) => {
        // A connection falls idle only when its last answer is out, and would then be kept open for the next request.
        const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
        server.close(() => {
          clearInterval(idle)
          resolve()
        })
      }),
    force: () => server.closeAllConnections(),
  }
}

function bound(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      reject(new StartFailure(taken ? `port ${port} of ${host} is in use` : `cannot listen: ${error.message}`))
    })
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}
