// Every event carries the whole contract, and an event has at most 500,000 characters.
/** Lines of one contract. */
export const MAX_LINES = 200
/** Devices of one contract, over all its lines. */
export const MAX_DEVICES = 5000
/** Of the lines of one contract as JSON, devices apart: an event that changes all of them says them three times. */
export const MAX_LINE_CHARACTERS = 100_000
