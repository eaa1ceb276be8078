import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { messageText, mixedKind } from '../support/messages.ts';
import { readCri, readGenerations } from '../support/reference-reader.ts';
import { TempNode } from '../support/temp-node.ts';
import { allDelivered, verifyOutput } from '../support/verify.ts';
import { WrittenContainer } from '../support/written-container.ts';

/** What birler would print for these messages. */
const outputOf = (container: WrittenContainer, numbers: readonly number[]): string =>
  numbers
    .map((number) => {
      const { pod, name, restart } = container.container;
      const kubernetes = { pod_id: pod.uid, container_name: name, restart_count: restart };
      const log = messageText(mixedKind(number), number);
      return `${JSON.stringify({ stream: container.account.stdOf(number), log, kubernetes })}\n`;
    })
    .join('');

const upTo = (count: number): number[] => Array.from({ length: count }, (_, number) => number);

describe('the laboratory itself', () => {
  it('writes CRI lines that a plain reader puts together again, over rotations', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(150);
    await app.rotate();
    app.write(150);
    await app.rotate();
    app.write(50);
    const records = readCri(readGenerations(app.container.log));
    expect(records).toHaveLength(350);
    for (const [number, record] of records.entries()) {
      expect(app.account.matches(number, record.message.toString('utf8'), record.std)).toBe(true);
    }
  });

  it('cuts long lines at 16,384 bytes, through the middle of a character', () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container(), { kindOf: () => 'long' });
    app.write(10);
    const lines = readFileSync(app.container.log, 'latin1').trimEnd().split('\n');
    const pieces = lines
      .filter((line) => / std(out|err) P /.test(line))
      .map((line) => line.replace(/^\S+ \S+ P /, ''));
    expect(pieces.length).toBeGreaterThan(5);
    expect(new Set(pieces.map((piece) => piece.length))).toEqual(new Set([16_384]));
    expect(pieces.some((piece) => Buffer.from(piece, 'latin1').toString('utf8').endsWith('\u{FFFD}'))).toBe(
      true,
    );
  });

  it('rotates as the kubelet does: live, one plain and three compressed generations', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    for (let turn = 0; turn < 7; turn++) {
      app.write(10);
      await app.rotate();
    }
    const names = readdirSync(app.container.directory).toSorted();
    expect(names).toEqual([
      '0.log',
      expect.stringMatching(/^0\.log\.\d{8}-\d{6}\.gz$/),
      expect.stringMatching(/^0\.log\.\d{8}-\d{6}\.gz$/),
      expect.stringMatching(/^0\.log\.\d{8}-\d{6}\.gz$/),
      expect.stringMatching(/^0\.log\.\d{8}-\d{6}$/),
    ]);
  });

  it('puts the log back when the runtime does not reopen it', async () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(3);
    const failing = app.rotate({ reopen: () => Promise.reject(new Error('the runtime is busy')) });
    await expect(failing).rejects.toThrow('the runtime is busy');
    expect(readdirSync(app.container.directory)).toEqual(['0.log']);
  });

  it('accepts an output that holds every message once, in order', () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(200);
    writeFileSync(node.output, outputOf(app, upTo(200)));
    expect(verifyOutput(node.output, [app.account])).toMatchObject(allDelivered(200));
  });

  it.each([
    ['a lost message', [0, 1, 2, 4], { missing: 1, doubled: 0, swapped: 0 }],
    ['a message that came twice', [0, 1, 1, 2, 3, 4], { missing: 0, doubled: 1, swapped: 0 }],
    ['two messages that changed places', [0, 2, 1, 3, 4], { missing: 0, doubled: 0, swapped: 1 }],
  ])('notices %s', (_, numbers, wrong) => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(5);
    writeFileSync(node.output, outputOf(app, numbers));
    expect(verifyOutput(node.output, [app.account])).toMatchObject(wrong);
  });

  it('notices a changed text, a moved std stream, an unknown stream and a cut last line', () => {
    using node = new TempNode();
    using app = new WrittenContainer(node.container());
    app.write(1);
    const good = outputOf(app, [0]);
    for (const wrong of [
      good.replace('order', 'older'),
      good.replace('stdout', 'stderr'),
      good.replace('"app"', '"ppa"'),
    ]) {
      writeFileSync(node.output, wrong);
      expect(verifyOutput(node.output, [app.account])).toMatchObject({ changed: 1, missing: 1 });
    }
    writeFileSync(node.output, good);
    appendFileSync(node.output, '{"log":"cut');
    expect(verifyOutput(node.output, [app.account])).toMatchObject({ changed: 1, delivered: 1 });
  });
});
