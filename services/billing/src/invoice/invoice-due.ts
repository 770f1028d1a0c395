/** The durable timer of an invoice's due date; its key is the invoice's id. */
export const INVOICE_DUE = 'billing.invoice-due'
