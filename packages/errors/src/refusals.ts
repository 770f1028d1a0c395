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

  'api-key.expiry-passed': { status: 422, consumer: 'park', title: 'The expiry has passed already' },
  'api-key.scope-not-held': { status: 403, consumer: 'park', title: 'A key cannot grant what it may not do itself' },
  'auth.missing': { status: 401, consumer: 'park', title: 'Authentication is required' },
  'auth.invalid': { status: 401, consumer: 'park', title: 'The credentials are not valid' },
  'auth.scope-missing': { status: 403, consumer: 'park', title: 'The API key lacks the scope of this route' },

  'money.invalid-amount': { status: 400, consumer: 'park', title: 'The amount is not valid' },
  'money.currency-unknown': { status: 400, consumer: 'park', title: 'The currency is not supported' },
  'money.currency-mismatch': { status: 422, consumer: 'park', title: 'The currencies differ' },
  'money.invalid-decimal': { status: 400, consumer: 'park', title: 'The decimal number is not valid' },
  'clock.cannot-go-back': { status: 422, consumer: 'park', title: 'Time only moves forward' },
  'clock.not-quiet': { status: 503, consumer: 'retry', title: 'The system did not come to rest in time' },
  'time.invalid-instant': { status: 400, consumer: 'park', title: 'The time is not an RFC 3339 UTC instant' },
  'time.invalid-duration': { status: 400, consumer: 'park', title: 'The duration is not ISO 8601' },
  'ids.invalid': { status: 400, consumer: 'park', title: 'The id is not valid' },

  'ledger.account-closed': { status: 409, consumer: 'park', title: 'The account is closed' },
  'ledger.account-frozen': { status: 409, consumer: 'park', title: 'The account is frozen until a person has looked' },
  'ledger.account-not-empty': {
    status: 409,
    consumer: 'park',
    title: 'An account that holds something cannot be closed',
  },
  'ledger.amount-not-positive': { status: 422, consumer: 'park', title: 'A posting must move more than zero' },
  'ledger.balance-insufficient': { status: 422, consumer: 'park', title: 'The account does not hold enough' },
  'ledger.cause-reused': { status: 422, consumer: 'park', title: 'The cause was booked with another content' },
  'ledger.cash-out-below-minimum': {
    status: 422,
    consumer: 'park',
    title: 'The amount is below the minimum of the cash-out policy',
  },
  'ledger.cash-out-too-many-legs': {
    status: 422,
    consumer: 'park',
    title: 'The amount takes more settlement legs than one cash-out may: ask for a part',
  },
  'ledger.cash-out-unknown': { status: 422, consumer: 'park', title: 'The payout is of no cash-out' },
  'ledger.closing-invalid': { status: 422, consumer: 'park', title: 'Only a period that is over can be closed' },
  'ledger.collection-unknown': { status: 422, consumer: 'park', title: 'No funds are committed for the collection' },
  'ledger.expiry-invalid': {
    status: 422,
    consumer: 'park',
    title: 'Only a pending transaction expires, and later than now',
  },
  'ledger.holding-not-mature': { status: 409, consumer: 'retry', title: 'The holding has not matured yet' },
  'ledger.invoice-unbalanced': { status: 422, consumer: 'park', title: 'The lines do not add up to the total' },
  'ledger.leg-not-seasoning': { status: 409, consumer: 'park', title: 'The leg is not seasoning any more' },
  'ledger.mirror-off': { status: 409, consumer: 'park', title: 'The books are not mirrored' },
  'ledger.pair-not-allowed': { status: 422, consumer: 'park', title: 'These accounts may not touch in this direction' },
  'ledger.pay-in-unknown': { status: 422, consumer: 'park', title: 'No cleared pay-in of this party is known' },
  'ledger.payment-exceeds-open': { status: 422, consumer: 'park', title: 'More is paid than is open of the invoice' },
  'ledger.period-closed': { status: 422, consumer: 'park', title: 'The period is closed' },
  'ledger.postings-invalid': { status: 422, consumer: 'park', title: 'A transaction has one to a thousand postings' },
  'ledger.recipe-input-invalid': { status: 422, consumer: 'park', title: 'The input does not fit the recipe' },
  'ledger.recipe-unknown': { status: 422, consumer: 'park', title: 'There is no such recipe' },
  'ledger.reference-reused': {
    status: 422,
    consumer: 'park',
    title: 'The recipe was booked for this before',
  },
  'ledger.second-person-needed': {
    status: 409,
    consumer: 'park',
    title: 'It takes two people: book it pending, another posts it',
  },
  'ledger.split-negative': {
    status: 422,
    consumer: 'park',
    title: 'A party would receive less than zero',
  },
  'ledger.time-zone-unknown': { status: 422, consumer: 'park', title: 'The time zone is not an IANA name' },
  'ledger.together-refused': { status: 422, consumer: 'park', title: 'Another of the transactions was refused' },
  'ledger.transaction-expired': { status: 409, consumer: 'park', title: 'The pending transaction has expired' },
  'ledger.transaction-not-found': { status: 404, consumer: 'park', title: 'No such transaction' },
  'ledger.transaction-not-pending': { status: 409, consumer: 'park', title: 'The transaction is not pending' },
  'ledger.transaction-undo-invalid': {
    status: 409,
    consumer: 'park',
    title: 'Only a posted transaction that undoes none can be undone',
  },
  'ledger.turnover-exceeded': { status: 422, consumer: 'park', title: 'The account has reached its limit of turnover' },
  'ledger.undo-breaks-settlement': {
    status: 409,
    consumer: 'park',
    title: 'A settlement stands on the transaction: its mirror would leave payments and legs as they are',
  },
  'ledger.undone-before': { status: 409, consumer: 'park', title: 'The transaction was undone before' },

  'contract.already-active': { status: 409, consumer: 'park', title: 'The contract is active already' },
  'contract.billing-anchor-in-future': {
    status: 422,
    consumer: 'park',
    title: 'The billing anchor must not lie in the future',
  },
  'contract.buyer-not-onboarded': { status: 422, consumer: 'park', title: 'The buyer is not an onboarded party' },
  'contract.buyer-role-missing': { status: 422, consumer: 'park', title: 'The party is not a buyer' },
  'contract.correction-differs': { status: 422, consumer: 'park', title: 'A correction is of the same operation' },
  'contract.create-not-voidable': {
    status: 422,
    consumer: 'park',
    title: 'The first edit of a contract cannot be voided',
  },
  'contract.currency-fixed': {
    status: 409,
    consumer: 'park',
    title: 'The currency is fixed once the contract was active',
  },
  'contract.currency-mismatch': {
    status: 422,
    consumer: 'park',
    title: 'The price is in another currency than the contract',
  },
  'contract.device-assigned': { status: 409, consumer: 'park', title: 'The device is on another live line' },
  'contract.device-owner-differs': {
    status: 422,
    consumer: 'park',
    title: 'The device does not belong to the seller of the line',
  },
  'contract.device-repeated': { status: 422, consumer: 'park', title: 'A device is named twice' },
  'contract.device-unknown': { status: 422, consumer: 'park', title: 'The device is not registered' },
  'contract.edit-breaks-later': { status: 409, consumer: 'park', title: 'A later edit would become impossible' },
  'contract.edit-not-standing': { status: 409, consumer: 'park', title: 'The edit was voided or replaced already' },
  'contract.edit-too-large': {
    status: 422,
    consumer: 'park',
    title: 'What the edit changes does not fit into one event',
  },
  'contract.edit-unknown': { status: 404, consumer: 'park', title: 'The contract has no such edit' },
  'contract.effective-too-far': {
    status: 422,
    consumer: 'park',
    title: 'The edit begins too long ago or too far ahead',
  },
  'contract.end-in-past': { status: 422, consumer: 'park', title: 'A contract cannot end in the past' },
  'contract.ended': { status: 409, consumer: 'park', title: 'The contract has ended' },
  'contract.exists': { status: 409, consumer: 'park', title: 'The contract was created already' },
  'contract.financing-unbalanced': {
    status: 422,
    consumer: 'park',
    title: 'The schedule does not sum to the principal',
  },
  'contract.last-line': {
    status: 409,
    consumer: 'park',
    title: 'The last line of an active contract cannot be removed',
  },
  'contract.line-exists': { status: 409, consumer: 'park', title: 'The contract has this line already' },
  'contract.lines-too-large': {
    status: 422,
    consumer: 'park',
    title: 'The lines of the contract say more than they may',
  },
  'contract.line-unknown': { status: 404, consumer: 'park', title: 'The contract has no such line' },
  'contract.no-lines': { status: 422, consumer: 'park', title: 'A contract without lines cannot be activated' },
  'contract.no-term': { status: 409, consumer: 'park', title: 'The contract has no term' },
  'contract.not-known-yet': { status: 422, consumer: 'park', title: 'What will be known then is not known yet' },
  'contract.not-active': { status: 409, consumer: 'park', title: 'The contract is not active' },
  'contract.not-begun': { status: 409, consumer: 'park', title: 'The contract does not exist yet at that time' },
  'contract.not-draft': { status: 409, consumer: 'park', title: 'The contract is no draft' },
  'contract.not-suspended': { status: 409, consumer: 'park', title: 'The contract is not suspended' },
  'contract.notice-date-passed': { status: 409, consumer: 'park', title: 'The notice date of the term has passed' },
  'contract.party-not-onboarded': { status: 422, consumer: 'park', title: 'The party is not onboarded' },
  'contract.price-type-fixed': { status: 422, consumer: 'park', title: 'A line keeps its kind of price' },
  'contract.quantity-not-positive': { status: 422, consumer: 'park', title: 'The quantity must be above zero' },
  'contract.renewal-off-term': { status: 409, consumer: 'park', title: 'A renewal begins when the term ends' },
  'contract.seller-is-buyer': { status: 422, consumer: 'park', title: 'A party cannot sell to itself' },
  'contract.seller-not-onboarded': { status: 422, consumer: 'park', title: 'The seller is not an onboarded party' },
  'contract.seller-role-missing': { status: 422, consumer: 'park', title: 'The party is not a seller' },
  'contract.sla-credits-unordered': {
    status: 422,
    consumer: 'park',
    title: 'Credits of an SLA must rise as availability falls',
  },
  'contract.split-repeated': { status: 422, consumer: 'park', title: 'A party is named twice in one role' },
  'contract.splits-exceed-one': { status: 422, consumer: 'park', title: 'The shares sum to more than the whole' },
  'contract.status-transition-illegal': {
    status: 409,
    consumer: 'park',
    title: 'The status cannot change in this way',
  },
  'contract.suspended': { status: 409, consumer: 'park', title: 'The contract is suspended' },
  'contract.term-too-short': { status: 422, consumer: 'park', title: 'The term must be longer than zero' },
  'contract.termination-scheduled': { status: 409, consumer: 'park', title: 'The contract ends earlier already' },
  'contract.terms-fixed': {
    status: 409,
    consumer: 'park',
    title: 'These terms are fixed once the contract was active',
  },
  'contract.tiers-not-ascending': { status: 422, consumer: 'park', title: 'The tiers of a price must ascend' },
  'contract.time-zone-unknown': { status: 422, consumer: 'park', title: 'The time zone is not an IANA name' },
  'contract.too-many-devices': { status: 422, consumer: 'park', title: 'The contract has as many devices as it may' },
  'contract.too-many-lines': { status: 422, consumer: 'park', title: 'The contract has as many lines as it may' },
  'contract.transfer-to-same-buyer': {
    status: 409,
    consumer: 'park',
    title: 'The contract is with this buyer already',
  },
  'contract.trial-end-too-early': { status: 422, consumer: 'park', title: 'A trial ends after it begins' },
  'contract.usage-quantity-not-one': {
    status: 422,
    consumer: 'park',
    title: 'The quantity of a usage line is metered, so it must be 1',
  },

  'device-health.heartbeat-in-future': {
    status: 422,
    consumer: 'park',
    title: 'A heartbeat must not lie in the future',
  },
  'device-health.heartbeat-too-old': {
    status: 422,
    consumer: 'park',
    title: 'The heartbeat is older than is kept open for corrections',
  },
  'device-health.range-invalid': {
    status: 422,
    consumer: 'park',
    title: 'The range must begin before it ends and be at most 31 days long',
  },
  'device-health.seller-not-onboarded': {
    status: 422,
    consumer: 'park',
    title: 'The seller is not an onboarded party',
  },
  'device-health.seller-role-missing': { status: 422, consumer: 'park', title: 'The party is not a seller' },
  'device-health.serial-taken': { status: 409, consumer: 'park', title: 'The seller has a device with this serial' },

  'billing.amount-exceeds-open': { status: 422, consumer: 'park', title: 'More is asked for than is open' },
  'billing.collection-not-committed': {
    status: 409,
    consumer: 'retry',
    title: 'The collection is not known to be committed',
  },
  'billing.collection-under-way': {
    status: 409,
    consumer: 'park',
    title: 'The ledger has not answered the last attempt yet',
  },
  'billing.contract-unknown': {
    status: 422,
    consumer: 'retry',
    title: 'No contract is known for this OpenMeter invoice',
  },
  'billing.buyer-unknown': {
    status: 422,
    consumer: 'retry',
    title: 'The contract is not known to have had this buyer',
  },
  'billing.invoice-not-open': { status: 409, consumer: 'park', title: 'Nothing is open of the invoice' },
  'billing.line-unknown': { status: 422, consumer: 'retry', title: 'The contract has no such line' },
  'payout.bank-account-not-active': { status: 409, consumer: 'park', title: 'The bank account cannot be used' },
  'payout.bank-account-refused': { status: 422, consumer: 'park', title: 'The bank partner refused the bank account' },
  'payout.party-not-onboarded': {
    status: 409,
    consumer: 'retry',
    title: 'The bank partner does not know the party yet',
  },

  'webhook.signature-invalid': { status: 401, consumer: 'park', title: 'The signature of the webhook is not valid' },
  'webhook.payload-unknown': { status: 400, consumer: 'park', title: 'The payload of the webhook is not known' },

  'parked.not-found': { status: 404, consumer: 'park', title: 'No such parked event' },
  'parked.not-first': { status: 409, consumer: 'park', title: 'An earlier event of this aggregate is parked' },
} as const satisfies Record<string, RefusalRule>

export type RefusalCode = keyof typeof REFUSALS
