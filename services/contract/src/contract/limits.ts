/** Lines of one contract. */
export const MAX_LINES = 500
