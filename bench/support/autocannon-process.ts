/** Runs autocannon as it is in a process of its own; sends what it did and the CPU time that its thread used. */
import autocannon from 'autocannon';
import { wakeUps } from './wake-ups.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  connections: number;
  seconds: number;
};
const { seconds, ...rest } = options;
const play = async (duration: number): Promise<number> => {
  const { requests } = (await autocannon({ ...rest, duration })) as { requests: { total: number } };
  return requests.total;
};

await play(2);
const before = process.threadCpuUsage();
const wakeUpsBefore = wakeUps('thread-self');
const requests = await play(seconds);
const { user, system } = process.threadCpuUsage(before);
process.send?.({ requests, cpuUs: user + system, wakeUps: wakeUps('thread-self') - wakeUpsBefore });
