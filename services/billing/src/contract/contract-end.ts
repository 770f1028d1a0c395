/** The durable timer of a contract's end; its key is the contract's id. */
export const CONTRACT_END = 'billing.contract-end'
