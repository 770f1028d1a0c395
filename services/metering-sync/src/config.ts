import { z } from 'zod'

/** What this service needs besides what every service does. */
export const config = z.object({
  OPENMETER_URL: z.url(),
  OPENMETER_API_KEY: z.string().min(1),
  OPENMETER_TIMEOUT_MS: z.coerce.number().int().min(100).default(10_000),
})
