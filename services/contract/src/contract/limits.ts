// Every event carries the whole contract, and an event has at most 500,000 characters.
/** Lines of one contract. */
export const MAX_LINES = 200
/** Devices of one contract, over all its lines. */
export const MAX_DEVICES = 5000
