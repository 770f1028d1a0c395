import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { composeFile } from './deploy-compose.ts'
import { kubernetesFiles, requiredSecrets } from './deploy-kubernetes.ts'
import { natsConfiguration } from './deploy-nats.ts'
import { repositoryRoot } from './paths.ts'

const KUBERNETES = 'deploy/kubernetes'

/** The files that say how to run the system elsewhere, text by path from the root of the repository. */
export function deployFiles(): Map<string, string> {
  return new Map([
    ['docker-compose.yml', composeFile()],
    ['deploy/nats/nats.conf', natsConfiguration()],
    [`${KUBERNETES}/SECRETS`, `${requiredSecrets().join('\n')}\n`],
    ...[...kubernetesFiles()].map(([name, text]): [string, string] => [`${KUBERNETES}/${name}`, text]),
  ])
}

/** Writes them; returns the paths that changed. */
export function writeDeployFiles(root = repositoryRoot): string[] {
  const stale = staleDeployFiles(root)
  const files = deployFiles()
  for (const path of stale) {
    const text = files.get(path)
    mkdirSync(dirname(join(root, path)), { recursive: true })
    if (text === undefined) rmSync(join(root, path))
    else writeFileSync(join(root, path), text)
  }
  return stale
}

/** The paths whose content is not what the topology says, and manifests of processes that are no more. */
export function staleDeployFiles(root = repositoryRoot): string[] {
  const files = deployFiles()
  const folder = join(root, KUBERNETES)
  const there = existsSync(folder) ? readdirSync(folder).map((name) => `${KUBERNETES}/${name}`) : []
  const wrong = [...files].filter(([path, text]) => !existsSync(join(root, path)) || read(root, path) !== text)
  return [...wrong.map(([path]) => path), ...there.filter((path) => !files.has(path))]
}

function read(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
