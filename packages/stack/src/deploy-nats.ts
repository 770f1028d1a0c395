import { natsUsers } from '@draupnir/bus'
import { durables, streams } from '@draupnir/wire'
import { natsPasswordName } from './deploy-placeholders.ts'
import { services } from './topology.ts'

/** Everyone who logs in to the broker. */
export const NATS_LOGINS: readonly string[] = [...services().map(({ name }) => name), 'provisioner']

/** The broker's configuration; passwords are read by the server from its environment. */
export function natsConfiguration(): string {
  const secret = (user: string) => `$${natsPasswordName(user)}`
  const users = natsUsers({
    streams: streams(),
    durables: durables(),
    passwords: Object.fromEntries(services().map(({ name }) => [name, secret(name)])),
    provisioner: { user: 'provisioner', password: secret('provisioner') },
  })
  return [
    '# Generated from packages/stack/src/topology.ts: change it there and run `npm run generate`.',
    'listen: "0.0.0.0:4222"',
    'http: "0.0.0.0:8222"',
    'server_name: $SERVER_NAME',
    'jetstream { store_dir: "/data", max_file_store: 1TB }',
    // A quoted word is text to the server, a bare one that begins with a dollar sign is a variable.
    users.replaceAll(/password: "(\$\w+)"/g, 'password: $1'),
  ].join('\n')
}
