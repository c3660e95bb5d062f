import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { pageOf, type StartedService, untilTrue } from './kafka-services.js';
import { useOf } from './process-use.js';

/** Reasons that a service gives on /ready for not being ready; none where it is ready. */
export async function unreadyBecause(service: StartedService): Promise<readonly string[]> {
  const { status, text } = await pageOf(service, '/ready');
  if (status === 200) return [];
  const { reasons } = JSON.parse(text) as { reasons: readonly { readonly text: string }[] };
  return reasons.map((reason) => reason.text);
}

/** Waits until a service is ready, or has ended with its work done: there is no page then to say so. */
export async function untilWell(service: StartedService): Promise<void> {
  let reasons: readonly string[] = [];
  const isWell = async () => {
    if (service.child.exitCode !== null) return true;
    reasons = await unreadyBecause(service);
    return reasons.length === 0;
  };
  await untilTrue(`${service.name} is well again, or has ended`, isWell).catch((error: Error) => {
    throw new Error(`${error.message}, since ${reasons.join('; ')}`);
  });
}

/** Whether a service is not ready, and says that it is for a full disk. */
export async function saysFullDisk(service: StartedService): Promise<boolean> {
  return (await unreadyBecause(service)).some((reason) => reason.includes('no room left on the disk'));
}

/** A process that holds something may have this much resident at most: Node, the learning runtime and what is held. */
export const mostResident = 320 << 20;

/**
 * Looks at services that wait for something, for `ms`: their memory stands still under its bound, and waiting costs no
 * core. @param look is called all the time, and throws where something is not as it should be
 * @returns a line about each
 */
export async function assertTheyWait(
  services: readonly StartedService[],
  ms: number,
  look: () => Promise<void>,
  garbage = 0,
): Promise<string[]> {
  let isOver = false;
  const looking = (async () => {
    for (; !isOver; await wait(100)) await look();
  })();
  const watched = useOf(
    services.map(({ child }) => child.pid!),
    ms,
  ).finally(() => {
    isOver = true;
  });
  const [uses] = await Promise.all([watched, looking]);
  return uses.map(({ firstHalf, secondHalf, cpuShare }, index) => {
    const { name } = services[index]!;
    const said = `${name}: ${megabytes(firstHalf)}, then ${megabytes(secondHalf)} MB, ${Math.round(cpuShare * 100)} % of a core`;
    assert.ok(Math.max(firstHalf, secondHalf) < mostResident, `more memory than it may have: ${said}`);
    assert.ok(secondHalf < firstHalf * 1.1 + garbage, `memory grows: ${said}`);
    assert.ok(cpuShare < 0.5, `it is busy while it waits: ${said}`);
    return said;
  });
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
