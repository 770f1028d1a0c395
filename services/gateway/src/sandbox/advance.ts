import { type ActivityReport, type Advanced, advanceClock, type SandboxClock } from '@draupnir/clock'
import { internalRequest } from '@draupnir/http'
import type { Instant } from '@draupnir/time'
import { PROVIDERS, sandboxName } from './providers.ts'

export interface AdvanceTools {
  readonly clock: SandboxClock
  readonly services: Readonly<Record<string, string>>
  readonly secret: string
  readonly controlSecret: string
}

interface Participant {
  readonly name: string
  readonly url: string
}

const DEADLINE_MS = 120_000

/** Moves the test clock and answers when every process is quiet. */
export function advance(tools: AdvanceTools, to: Instant): Promise<Advanced> {
  return advanceClock<Participant>({
    clock: tools.clock,
    participants: () => participants(tools),
    fetchActivity: (participant, signal) => fetchActivity(tools, participant, signal),
    to,
    deadlineMs: DEADLINE_MS,
  })
}

/** Services enter themselves; the provider sandboxes are known by their URLs. One URL is one process, however often it restarted. */
async function participants({ clock, services }: AdvanceTools): Promise<Participant[]> {
  const sandboxes = PROVIDERS.flatMap((provider) => {
    const name = sandboxName(provider)
    const url = services[name]
    return url === undefined ? [] : [{ name, url }]
  })
  const known = [...(await clock.participants()).map(({ name, url }) => ({ name, url })), ...sandboxes]
  return [...new Map(known.map((participant) => [participant.url, participant])).values()]
}

async function fetchActivity(
  tools: AdvanceTools,
  { name, url }: Participant,
  signal: AbortSignal,
): Promise<ActivityReport> {
  const claims = { tenant: null, actor: 'service:gateway', scopes: ['internal'], request_id: `clock-${name}` }
  const headers = { authorization: `Bearer ${tools.controlSecret}` }
  const path = '/internal/activity'
  const answer = await internalRequest({ secret: tools.secret, claims, baseUrl: url, path, headers, signal })
  if (!answer.ok) throw new Error(`${name} answered ${answer.status}`)
  return (await answer.json()) as ActivityReport
}
