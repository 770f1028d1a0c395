/** What a consumer does with a message whose handler is refused. */
export type ConsumerOutcome = 'ack' | 'retry' | 'park'

export interface RefusalRule {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 429 | 503
  readonly consumer: ConsumerOutcome
  readonly title: string
}

/**
 * The one table that decides what HTTP and consumers do with each refusal. Codes are public and permanent:
 * `<owner>.<what>`; rows may be added, never renamed.
 */
export const REFUSALS = {
  'request.invalid': { status: 400, consumer: 'park', title: 'The request does not fit its schema' },
  'request.malformed-json': { status: 400, consumer: 'park', title: 'The body is not valid JSON' },
  'request.idempotency-key-missing': { status: 400, consumer: 'park', title: 'Idempotency-Key header is required' },
  'request.idempotency-key-reused': {
    status: 422,
    consumer: 'park',
    title: 'Idempotency-Key was used with another request',
  },
  'request.in-flight': { status: 409, consumer: 'retry', title: 'A request with this Idempotency-Key is in flight' },
  'request.too-large': { status: 413, consumer: 'park', title: 'The body is too large' },
  'request.unsupported-media-type': { status: 415, consumer: 'park', title: 'The body must be application/json' },
  'request.route-not-found': { status: 404, consumer: 'park', title: 'No such route' },
  'request.method-not-allowed': { status: 405, consumer: 'park', title: 'The route does not take this method' },
  'request.not-found': { status: 404, consumer: 'park', title: 'No such resource' },
  'request.conflict': { status: 409, consumer: 'retry', title: 'Somebody else changed this at the same time' },
  'request.precondition-failed': { status: 412, consumer: 'park', title: 'If-Match names another version' },
  'service.unavailable': { status: 503, consumer: 'retry', title: 'The service cannot answer now: try again' },

  'auth.missing': { status: 401, consumer: 'park', title: 'Authentication is required' },
  'auth.invalid': { status: 401, consumer: 'park', title: 'The credentials are not valid' },
  'auth.scope-missing': { status: 403, consumer: 'park', title: 'The API key lacks the scope of this route' },

  'money.invalid-amount': { status: 400, consumer: 'park', title: 'The amount is not valid' },
  'money.currency-unknown': { status: 400, consumer: 'park', title: 'The currency is not supported' },
  'money.currency-mismatch': { status: 422, consumer: 'park', title: 'The currencies differ' },
  'money.invalid-decimal': { status: 400, consumer: 'park', title: 'The decimal number is not valid' },
  'time.invalid-instant': { status: 400, consumer: 'park', title: 'The time is not an RFC 3339 UTC instant' },
  'time.invalid-duration': { status: 400, consumer: 'park', title: 'The duration is not ISO 8601' },
  'ids.invalid': { status: 400, consumer: 'park', title: 'The id is not valid' },
} as const satisfies Record<string, RefusalRule>

export type RefusalCode = keyof typeof REFUSALS
