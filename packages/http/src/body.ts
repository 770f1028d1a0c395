import type { Readable } from 'node:stream'
import { Refusal } from '@draupnir/errors'
import type { Context as HonoContext } from 'hono'
import type { AppEnv } from './app.ts'

export const MAX_BODY_BYTES = 1024 ** 2
/** A provider's webhook may carry an invoice with thousands of lines. */
export const MAX_WEBHOOK_BYTES = 5 * 1024 ** 2

/** The whole body. Refuses `request.too-large` as soon as it passes the limit, whatever Content-Length says. */
export async function readBytes(c: HonoContext<AppEnv>, limitBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const { method, headers } = c.req.raw
  if (method === 'GET' || method === 'HEAD') return new Uint8Array()
  if (Number(headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  // As Node has it, where a server of Node's asks: to read it as the web would costs a tenth of a whole request.
  const incoming = c.env?.incoming
  return incoming === undefined ? readWeb(c.req.raw, limitBytes) : readNode(incoming, limitBytes)
}

function readNode(incoming: Readable, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const take = (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= limitBytes) return
      incoming.off('data', take)
      reject(tooLarge(limitBytes))
    }
    const cut = () => {
      // Every request closes in the end, and a refusal takes the trace of who made it.
      if (incoming.readableEnded) return
      reject(new Refusal('request.invalid', {}, 'The body ended before it was complete'))
    }
    incoming.on('data', take).on('error', cut).once('close', cut)
    incoming.once('end', () => resolve(Buffer.concat(chunks)))
    if (incoming.destroyed) cut()
  })
}

async function readWeb(request: Request, limitBytes: number): Promise<Uint8Array> {
  const body = new Uint8Array(await request.arrayBuffer())
  if (body.length > limitBytes) throw tooLarge(limitBytes)
  return body
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal('request.too-large', { limit_bytes: limitBytes })
}
