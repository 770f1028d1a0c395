import { createHash } from 'node:crypto'
import { formatMoney, fromWire, type WireMoney } from '@draupnir/money'
import { StackFailure } from '../failure.ts'

/** The gateway's REST API as any client sees it. */
export interface Api {
  readonly get: <T>(path: string) => Promise<T>
  readonly post: <T>(path: string, body: object) => Promise<T>
  /** Moves the test clock by an ISO 8601 duration and waits until all is quiet; `PT0S` only waits. */
  readonly advance: (by: string) => Promise<string>
}

export interface Target {
  readonly gatewayUrl: string
  readonly apiKey: string
}

/** A client that fails loudly: the story is also a test. */
export function openApi({ gatewayUrl, apiKey }: Target): Api {
  let requests = 0
  const request = async <T>(method: string, path: string, body?: object): Promise<T> => {
    requests += 1
    const text = body === undefined ? undefined : JSON.stringify(body)
    const key = createHash('sha256')
      .update(`${requests} ${path} ${text ?? ''}`)
      .digest('hex')
      .slice(0, 32)
    const answer = await fetch(gatewayUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(text === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': `story-${key}` }),
      },
      ...(text === undefined ? {} : { body: text }),
    })
    const answered: unknown = await answer.json()
    if (!answer.ok) throw new StackFailure(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answered)}`)
    return answered as T
  }
  return {
    get: (path) => request('GET', path),
    post: (path, body) => request('POST', path, body),
    advance: async (by) => (await request<{ now: string }>('POST', '/sandbox/clock/advance', { by })).now,
  }
}

/** `1,250.00 USD` */
export function amount(wire: WireMoney): string {
  return formatMoney(fromWire(wire))
}
