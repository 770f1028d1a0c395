import type { DurableDeclaration, StreamDeclaration } from '@draupnir/wire'
import { inboxPrefix } from './connect.ts'

export interface NatsLogin {
  readonly user: string
  readonly password: string
}

export interface NatsUsersInput {
  readonly streams: readonly StreamDeclaration[]
  readonly durables: readonly DurableDeclaration[]
  /** Per service; the user's name is the service's. */
  readonly passwords: Readonly<Record<string, string>>
  /** May create and change streams and durables, and neither publish events nor read them. */
  readonly provisioner: NatsLogin
}

interface Permissions {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
}

/** Server configuration: one user per service with exactly its own subjects and durables, and the provisioner. Without a login nobody gets in. */
export function natsUsers(input: NatsUsersInput): string {
  const users = Object.entries(input.passwords).map(([user, password]) =>
    userBlock({ user, password }, servicePermissions(user, input)),
  )
  users.push(userBlock(input.provisioner, provisionerPermissions(input.provisioner.user)))
  return ['authorization {', '  users = [', ...users, '  ]', '}', ''].join('\n')
}

/** What a service may say and hear. Acknowledgements in both forms: servers from 2.15 on add a domain and an account. */
export function servicePermissions(
  service: string,
  { streams, durables }: Pick<NatsUsersInput, 'streams' | 'durables'>,
): Permissions {
  const own = streams.filter((stream) => stream.service === service)
  const read = durables.filter((durable) => durable.consumer === service)
  return {
    publish: [
      ...own.flatMap((stream) => [...stream.subjects, `$JS.API.STREAM.INFO.${stream.name}`]),
      ...read.flatMap(({ stream, name }) => [
        `$JS.API.CONSUMER.INFO.${stream}.${name}`,
        `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
        `$JS.ACK.${stream}.${name}.>`,
        `$JS.ACK.*.*.${stream}.${name}.>`,
      ]),
    ],
    subscribe: [`${inboxPrefix(service)}.>`],
  }
}

function provisionerPermissions(user: string): Permissions {
  const stream = ['INFO', 'CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.*`)
  const consumer = ['INFO.*.*', 'CREATE.*.>', 'DURABLE.CREATE.*.*'].map((verb) => `$JS.API.CONSUMER.${verb}`)
  return { publish: [...stream, ...consumer, '$JS.API.INFO'], subscribe: [`${inboxPrefix(user)}.>`] }
}

function userBlock({ user, password }: NatsLogin, { publish, subscribe }: Permissions): string {
  return [
    '    {',
    `      user: ${JSON.stringify(user)}, password: ${JSON.stringify(password)}`,
    '      permissions: {',
    `        publish: { allow: ${JSON.stringify(publish)} }`,
    `        subscribe: { allow: ${JSON.stringify(subscribe)} }`,
    '      }',
    '    }',
  ].join('\n')
}
