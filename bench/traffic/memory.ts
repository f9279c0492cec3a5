import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { findPeers, type Peer } from '../support/peers.ts';
import { arrivalsAt, type Ground, type Part } from './ground.ts';

const rate = 2000;
/** The first play only fills the cache of compiled code. */
const durationsMs = [1000, 8000];

/** The most memory each generator's process has while 2,000 connections each wait a second for their answer. */
export async function memory(ground: Ground): Promise<Part> {
  const rows: Part['rows'] = [];
  for (const peer of findPeers().peers) {
    let peakMb = 0;
    for (const durationMs of durationsMs) peakMb = await peakOf(peer, ground, durationMs);
    rows.push([`${peer.name} ${peer.version}`, `${peakMb.toFixed(0)} MB`]);
  }
  rows.push(['to reach', '150 MB']);
  return {
    title: 'Memory at 2,000 connections',
    note: `The most resident memory of the process (${rate}/s, answers after a second: all connections are waiting).`,
    columns: ['', 'peak'],
    rows,
  };
}

async function peakOf(peer: Peer, ground: Ground, durationMs: number): Promise<number> {
  const plan = {
    phases: [{ name: 'hold', durationMs, rate: { kind: 'constant' as const, rate } }],
    requests: [{ name: 'get', weight: 1, method: 'GET', path: '/1000', headers: {}, body: null }],
    connections: 2100,
    timeoutMs: 5000,
    connectionPolicy: { kind: 'keep' as const },
  };
  const { process, told } = peer.start({
    plan,
    rate,
    durationMs,
    url: new URL('/1000', ground.url),
    folder: ground.folder,
    caFile: '/dev/null',
    names: ground.folder,
    seed: 1,
  });
  let peakMb = 0;
  const timer = setInterval(() => {
    const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
    peakMb = Math.max(peakMb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  }, 200);
  await told();
  clearInterval(timer);
  if (process.exitCode === null) await once(process, 'exit');
  await arrivalsAt(ground);
  return peakMb;
}
