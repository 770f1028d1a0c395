import { refuse } from '@draupnir/errors'

export const MAX_BODY_BYTES = 1024 ** 2
/** A provider's webhook may carry an invoice with thousands of lines. */
export const MAX_WEBHOOK_BYTES = 5 * 1024 ** 2

/** The whole body. Refuses `request.too-large` as soon as it passes the limit, whatever Content-Length says. */
export async function readBytes(request: Request, limitBytes = MAX_BODY_BYTES): Promise<Uint8Array> {
  const tooLarge = (): never => refuse('request.too-large', { limit_bytes: limitBytes })
  const announced = request.headers.get('content-length')
  if (Number(announced ?? 0) > limitBytes) tooLarge()
  // Read at once, without a stream, when its length is known: the parser lets no more through than was announced.
  if (announced !== null) {
    const body = new Uint8Array(await request.arrayBuffer().catch(refuseCut))
    return body.length > limitBytes ? tooLarge() : body
  }
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
    refuseCut()
  }
}

function refuseCut(): never {
  refuse('request.invalid', {}, 'The body ended before it was complete')
}
