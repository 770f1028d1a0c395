import type { World } from './world.ts'

interface Stray {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly status: number
  readonly code: string
}

const STRAYS: readonly Stray[] = [
  { method: 'GET', path: '/v1/unheard-of', status: 404, code: 'request.route-not-found' },
  { method: 'GET', path: '/internal/verify', status: 403, code: 'auth.scope-missing' },
  { method: 'GET', path: '/v1/contracts/%zz', status: 400, code: 'request.invalid' },
  { method: 'DELETE', path: '/v1/contracts', status: 405, code: 'request.method-not-allowed' },
  { method: 'POST', path: '/webhooks/openmeter', body: '{}', status: 401, code: 'webhook.signature-invalid' },
  { method: 'POST', path: '/webhooks/modern-treasury', body: '{}', status: 401, code: 'webhook.signature-invalid' },
  { method: 'POST', path: '/webhooks/unheard-of', body: '{}', status: 404, code: 'request.route-not-found' },
]

/** Requests beside the document: unknown routes and methods, and webhooks that nobody signed. */
export async function strayRequests({ base, key }: World): Promise<string[]> {
  const wrong = await Promise.all(STRAYS.map((stray) => check(base, key, stray)))
  return wrong.flat()
}

async function check(base: string, key: string, { method, path, body, status, code }: Stray): Promise<string[]> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(base + path, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await answer.text()
  const fine = answer.status === status && text.includes(`"code":"${code}"`)
  return fine
    ? []
    : [`FAILED ${method} ${path}: ${answer.status} instead of ${status} ${code}\n       ${text.slice(0, 300)}`]
}
