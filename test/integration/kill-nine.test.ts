import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Random } from '../simulation/random.ts';
import { readStatus } from '../support/agent-status.ts';
import { runBirler } from '../support/birler-process.ts';
import { configFlags } from '../support/config-file.ts';
import { LoadedNode } from '../support/loaded-node.ts';
import { TinyDisk } from '../support/mounted.ts';
import { NodeAgent, verifyNode } from '../support/node-agent.ts';
import { until } from '../support/until.ts';
import { allDelivered } from '../support/verify.ts';

/** For each kernel. */
const KILLS = 100;
const SEED = 20_261_120;
/** Lines a second, of all containers: a life of 900 lines lasts 0.75 s. */
const LINES_PER_SECOND = 1_200;

/** Everything written is in the output and in the checkpoint: from here on the kubelet may delete what is older. */
async function untilSafe(agent: NodeAgent, load: LoadedNode): Promise<void> {
  await load.pause();
  await agent.untilDelivered(load.accounts, 60_000);
  await agent.until('a checkpoint of it', async () => {
    const status = await readStatus(load.node.state);
    return status?.outputs[0]?.ledger.delivered.records === load.written;
  });
  load.allowDeletionUpToHere();
  load.resume();
}

/**
 * A life begins with the start of the process, or, every other one, when the agent says that it has started. It ends when
 * the load has written 60 to 900 lines more, 0.05 to 0.75 s later: some agents die before they have read their checkpoint,
 * others in the middle of writing. Every tenth is let to catch up first, so that the kubelet can go on deleting without
 * taking what no agent ever saw.
 */
describe('kill -9', () => {
  it.each([
    { kernel: 'wasm', place: 'in memory' },
    { kernel: 'typescript', place: 'on a disk' },
  ] as const)(
    `takes nothing and repeats nothing in the file output $place, ${KILLS} times under load and rotation (kernel $kernel)`,
    {
      timeout: 200_000,
    },
    async ({ kernel, place }) => {
      await using load = new LoadedNode({
        containers: 4,
        linesPerSecond: LINES_PER_SECOND,
        rotateEveryLines: 700,
      });
      const { node } = load;
      // What is written in memory goes in the loop's own thread, what is written to a disk in another.
      using disk = place === 'in memory' ? new TinyDisk(node.dir.join('memory'), '1g') : undefined;
      if (disk !== undefined) symlinkSync(join(disk.path, 'output.json'), node.output);
      const flags = configFlags(node, { kernel });
      const random = new Random(SEED);
      let livesThatDelivered = 0;
      load.resume();
      for (let kill = 1; kill <= KILLS; kill++) {
        await using agent = new NodeAgent(node, flags);
        if (kill % 10 === 0) await untilSafe(agent, load);
        else if (kill % 2 === 0) await agent.untilSaid(/started/);
        const before = agent.delivered;
        const last = load.written + random.between(60, 900);
        await until('the load has gone on', () => load.written >= last);
        if (agent.delivered !== before) livesThatDelivered++;
        if (!agent.isRunning) throw new Error(`the agent ended by itself: ${agent.stderr}`);
        await agent.killHard();
      }
      await load.pause();
      expect(await runBirler([...flags, '--once'])).toMatchObject({ code: 0 });
      expect(verifyNode(node, load.accounts)).toMatchObject(allDelivered(load.written));
      expect(livesThatDelivered).toBeGreaterThan(KILLS / 4);
      expect(load.rotations).toBeGreaterThan(50);
    },
  );
});
