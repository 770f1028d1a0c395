/** Fires when a seasoning leg matures; its key is the leg's id. */
export const HOLDING_MATURE = 'ledger.holding-mature'
