import { readRates } from '@draupnir/modern-treasury'
import { z } from 'zod'

/** What this service needs besides what every service does: where the books are mirrored. */
export const config = z
  .object({
    /** `none`: the books are mirrored nowhere, and no credentials are needed. */
    LEDGER_MIRROR: z.enum(['modern-treasury', 'none']).default('modern-treasury'),
    /** Calls, lists and bulk requests a second: less than the limits of the organization, which others share. */
    LEDGER_MIRROR_RATES: z
      .string()
      .default('60/10/0.5')
      .transform((text, issues) => {
        const rates = readRates(text)
        if (rates === null) issues.addIssue('must be three positive numbers: calls/lists/bulk requests a second')
        return rates ?? z.NEVER
      }),
    /** How often what changed is compared. */
    LEDGER_MIRROR_AUDIT_DAYS: z.coerce.number().int().min(1).max(30).default(1),
    MODERN_TREASURY_BASE_URL: z.url().default('https://app.moderntreasury.com'),
    MODERN_TREASURY_ORGANIZATION_ID: z.string().min(1).optional(),
    MODERN_TREASURY_API_KEY: z.string().min(1).optional(),
    MODERN_TREASURY_TIMEOUT_MS: z.coerce.number().int().min(100).default(20_000),
  })
  .refine(
    (it) =>
      it.LEDGER_MIRROR === 'none' ||
      (it.MODERN_TREASURY_ORGANIZATION_ID !== undefined && it.MODERN_TREASURY_API_KEY !== undefined),
    {
      path: ['LEDGER_MIRROR'],
      message: 'set MODERN_TREASURY_ORGANIZATION_ID and MODERN_TREASURY_API_KEY too, or LEDGER_MIRROR=none',
    },
  )
