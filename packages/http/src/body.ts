import { refuse } from '@draupnir/errors'

export const MAX_BODY_BYTES = 1024 ** 2
/** A provider's webhook may carry an invoice with thousands of lines. */
export const MAX_WEBHOOK_BYTES = 5 * 1024 ** 2

/** The whole body. Refuses `request.too-large` as soon as it passes the limit, whatever Content-Length says. */
export async function readBytes(request: Request, limitBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const tooLarge = (): never => refuse('request.too-large', { limit_bytes: limitBytes })
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) tooLarge()
  if (request.body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of whole(request.body)) {
    size += chunk.length
    if (size > limitBytes) tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* whole(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch {
    refuse('request.invalid', {}, 'The body ended before it was complete')
  }
}
