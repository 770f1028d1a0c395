import { z } from 'zod'

/** What this service needs besides what every service does. */
export const config = z.object({
  MODERN_TREASURY_BASE_URL: z.url().default('https://app.moderntreasury.com'),
  MODERN_TREASURY_ORGANIZATION_ID: z.string().min(1),
  MODERN_TREASURY_API_KEY: z.string().min(1),
  MODERN_TREASURY_WEBHOOK_KEY: z.string().min(1),
  MODERN_TREASURY_TIMEOUT_MS: z.coerce.number().int().min(100).default(20_000),
  /** The internal account that money moves through; the first of the currency when absent. */
  MODERN_TREASURY_INTERNAL_ACCOUNT_ID: z.string().optional(),
})
