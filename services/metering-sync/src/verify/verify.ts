import type { Db } from '@draupnir/db'
import { decimal, formatDecimal } from '@draupnir/money'
import { type OpenMeter, reached } from '@draupnir/openmeter'
import { type Check, checkOf, type Finding } from '@draupnir/service'
import { METER } from '../openmeter/meter.ts'

type Source = Pick<Db, 'sql'>

interface Metered {
  readonly contract_id: string
  readonly sent: string
}

// OpenMeter answers sums as float64; half of the last metered decimal tells two sums apart.
const TOLERANCE = 0.00005

/** OpenMeter equals the contracts, and what it metered is what was sent. */
export async function verify({ db, om }: { readonly db: Source; readonly om: OpenMeter }): Promise<readonly Check[]> {
  return [
    checkOf('metering-sync.synced', await behind(db)),
    checkOf('metering-sync.usage-counted', await miscounted(db, om)),
  ]
}

function behind({ sql }: Source): Promise<Finding[]> {
  return sql<Finding[]>`
    select 'contract ' || contract_id as row,
      sync_state || ' at version ' || synced_version || ' of ' || contract_version || coalesce(': ' || last_error, '') as detail
    from mirrors where sync_state <> 'synced' or synced_version <> contract_version`
}

async function miscounted({ sql }: Source, om: OpenMeter): Promise<Finding[]> {
  const sums = await sql<Metered[]>`
    select contract_id, sum(gpu_hours)::text as sent from usage_events where sent_at is not null group by contract_id`
  const findings: Finding[] = []
  for (const { contract_id, sent } of sums) {
    const answer = await reached('meters.query', () => om.meters.query(METER, { subject: [contract_id] }))
    const counted = answer.data.reduce((sum, row) => sum + row.value, 0)
    if (Math.abs(counted - Number(sent)) < TOLERANCE) continue
    const detail = `sent ${formatDecimal(decimal(sent))} GPU-hours, OpenMeter counts ${counted}`
    findings.push({ row: `contract ${contract_id}`, detail })
  }
  return findings
}
