import { z } from 'zod'

/** The token of a new key, in the answer that made it. */
export const tokenField = z
  .string()
  .nullable()
  .describe('Shown in this answer only: it is stored nowhere, so a replay of the request has null in its place')
