import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'

interface Release {
  readonly base: string
  /** Per platform: name of the archive without `.tar.gz`, its SHA-256. */
  readonly archives: Readonly<Record<string, readonly [name: string, sha256: string]>>
  /** The program inside the folder that the archive holds. */
  readonly program: string
}

// nats-server: the sums of the official image (github.com/nats-io/nats-docker, 2.14.x); hurl: those of
// github.com/cashapp/hermit-packages.
const RELEASES: Readonly<Record<string, Release>> = {
  'nats-server': {
    base: 'https://github.com/nats-io/nats-server/releases/download/v2.14.5',
    archives: {
      'linux-x64': [
        'nats-server-v2.14.5-linux-amd64',
        '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
      ],
      'linux-arm64': [
        'nats-server-v2.14.5-linux-arm64',
        '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
      ],
    },
    program: 'nats-server',
  },
  hurl: {
    base: 'https://github.com/Orange-OpenSource/hurl/releases/download/7.1.0',
    archives: {
      'linux-x64': [
        'hurl-7.1.0-x86_64-unknown-linux-gnu',
        'bed802fea307d330d899935e76614ae1d9bdd1b3139e5cf77cb717033260880c',
      ],
      'linux-arm64': [
        'hurl-7.1.0-aarch64-unknown-linux-gnu',
        '4c15c4fbef2aaee94d62e022623415d8148f7455c36adfa1402c645c610529b6',
      ],
      'darwin-x64': [
        'hurl-7.1.0-x86_64-apple-darwin',
        '1b3f2b3893f26d186b7ec2726cbe644c3309c9abda73451b2a2e0bc07539eee8',
      ],
      'darwin-arm64': [
        'hurl-7.1.0-aarch64-apple-darwin',
        'bb4103efdffeed83e96e368b7deab8bfcaff5ba7c12a8e02090e968ca9800508',
      ],
    },
    program: 'bin/hurl',
  },
}

/** Unpacks the official release of a tool, its SHA-256 checked, into `into/bin`. */
export async function unpackArchive(tool: string, into: string): Promise<void> {
  const release = RELEASES[tool]
  const archive = release?.archives[`${platform()}-${arch()}`]
  if (release === undefined || archive === undefined) throw new Error(`no pinned release for ${platform()}-${arch()}`)
  const [name, sha256] = archive
  const bytes = await download(`${release.base}/${name}.tar.gz`)
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Error(`${name}.tar.gz: wrong checksum`)
  const file = join(into, 'archive.tar.gz')
  writeFileSync(file, bytes)
  const unpacked = spawnSync('tar', ['-xzf', file, '-C', into])
  if (unpacked.status !== 0) throw new Error(`${name}.tar.gz does not unpack`)
  mkdirSync(join(into, 'bin'), { recursive: true })
  copyFileSync(join(into, name, release.program), join(into, 'bin', tool))
  chmodSync(join(into, 'bin', tool), 0o755)
}

/** A machine without internet must fall through in seconds, a slow line may take its time once bytes flow. */
async function download(url: string): Promise<Buffer> {
  const giveUp = new AbortController()
  const firstByte = setTimeout(() => giveUp.abort(), 5_000)
  try {
    const response = await fetch(url, { signal: giveUp.signal })
    clearTimeout(firstByte)
    if (!response.ok) throw new Error(`status ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  } catch {
    throw new Error('its release page cannot be reached')
  } finally {
    clearTimeout(firstByte)
  }
}
