import { describe, expect, it } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { Lane } from '../../../src/tail/lane.ts';
import { Turns } from '../../../src/tail/turns.ts';
import { addGeneration, MemoryFile, newStream, newTools } from './setup.ts';

const SHARE = 1000;
const tools = newTools();

/** A lane of one container of a pod; of a rotated file if it is urgent. */
const lane = (pod: string, container = 'app', isUrgent = false): Lane => {
  const stream = newStream(container, pod);
  addGeneration(stream, new MemoryFile());
  if (isUrgent) addGeneration(stream, new MemoryFile());
  return new Lane(stream, [], positionAt(1, 0), tools);
};

/** Serves turns in which each lane reads this much and wants more; who was served, in order. */
const serve = (turns: Turns, count: number, bytesOf: (lane: Lane) => number): readonly Lane[] => {
  const served: Lane[] = [];
  for (let turn = 0; turn < count; turn++) {
    const next = turns.take();
    if (next === undefined) break;
    served.push(next);
    turns.charge(next, bytesOf(next));
    turns.add(next);
  }
  return served;
};

describe('turns', () => {
  it('of a noisy pod leave half of the bytes to another one, however large its own are', () => {
    const turns = new Turns(SHARE);
    const [noisy, modest] = [lane('noisy'), lane('modest')];
    turns.add(noisy);
    turns.add(modest);
    const bytes = new Map([
      [noisy, 0],
      [modest, 0],
    ]);
    for (const each of serve(turns, 1000, (served) => (served === noisy ? 9000 : 500))) {
      bytes.set(each, (bytes.get(each) ?? 0) + (each === noisy ? 9000 : 500));
    }
    const ratio = (bytes.get(noisy) ?? 0) / (bytes.get(modest) ?? 1);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  it('come to a quiet pod at once, behind at most one turn of the noisy one', () => {
    const turns = new Turns(SHARE);
    const [noisy, quiet] = [lane('noisy'), lane('quiet')];
    turns.add(noisy);
    serve(turns, 10, () => 50_000);
    turns.add(quiet);
    expect(serve(turns, 2, () => 50_000)).toContain(quiet);
  });

  it('are the pod’s, not the container’s: ten containers get no more than one', () => {
    const turns = new Turns(SHARE);
    const many = Array.from({ length: 10 }, (_, at) => lane('many', `app-${at}`));
    const single = lane('single');
    for (const each of [...many, single]) turns.add(each);
    const served = serve(turns, 200, () => SHARE);
    expect(served.filter((each) => each === single).length).toBeCloseTo(100, -1);
    for (const each of many) expect(served.filter((other) => other === each).length).toBeGreaterThan(5);
  });

  it('that found next to nothing are still charged, so that empty ones do not go on for ever', () => {
    const turns = new Turns(SHARE);
    const [idle, busy] = [lane('idle'), lane('busy')];
    turns.add(idle);
    turns.add(busy);
    const served = serve(turns, 100, (each) => (each === idle ? 0 : SHARE));
    expect(served.filter((each) => each === busy).length).toBeGreaterThanOrEqual(30);
  });

  it('of a lane whose file may vanish come first within its pod', () => {
    const turns = new Turns(SHARE);
    const [live, rotated] = [lane('web', 'app'), lane('web', 'side', true)];
    turns.add(live);
    turns.add(rotated);
    expect(turns.take()).toBe(rotated);
    expect(turns.take()).toBe(live);
  });

  it('in debt are forgiven where nobody else waits', () => {
    const turns = new Turns(SHARE);
    const alone = lane('alone');
    turns.add(alone);
    expect(serve(turns, 3, () => 1_000_000)).toEqual([alone, alone, alone]);
  });

  it('are queued once, and over when all were taken', () => {
    const turns = new Turns(SHARE);
    const web = lane('web');
    turns.add(web);
    turns.add(web);
    expect(turns.take()).toBe(web);
    expect(turns.take()).toBeUndefined();
    expect(turns.isEmpty).toBe(true);
  });

  it('are not given to a lane that was removed, nor are the others disturbed', () => {
    const turns = new Turns(SHARE);
    const [a, b, c] = [lane('a'), lane('b'), lane('c')];
    for (const each of [a, b, c]) turns.add(each);
    turns.remove(b);
    expect([turns.take(), turns.take(), turns.take()]).toEqual([a, c, undefined]);
    turns.add(b);
    expect(turns.take()).toBe(b);
  });
});
