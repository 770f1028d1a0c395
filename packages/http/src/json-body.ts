import { refuse } from '@draupnir/errors'

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i
// One for all: it keeps nothing from one body to the next.
const UTF_8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a JSON body. Refuses `request.unsupported-media-type` and `request.malformed-json`. */
export function parseJsonBody({ headers, body }: { headers: Headers; body: Uint8Array }): unknown {
  const contentType = headers.get('content-type')
  if (contentType === null || !JSON_TYPE.test(contentType.trim())) {
    refuse('request.unsupported-media-type', { content_type: contentType?.slice(0, 100).toWellFormed() ?? null })
  }
  try {
    return JSON.parse(UTF_8.decode(body))
  } catch {
    return refuse('request.malformed-json')
  }
}
