/** Fires when the clock of a party's cash-out schedule comes round; its key is the party. */
export const CASH_OUT_DUE = 'ledger.cash-out-due'
