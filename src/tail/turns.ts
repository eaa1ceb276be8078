import type { Lane } from './lane.ts';

/**
 * Who reads next: deficit round robin over pods, so that a noisy pod takes its share and no more.
 *
 * Each pod in the ring may read `shareBytes` a round; what a turn took beyond that is taken off its next rounds. Within a
 * pod the lanes take turns; one whose file may vanish (rotated, unlinked) goes first.
 */
interface Pod {
  readonly key: string;
  readonly lanes: Lane[];
  credit: number;
}

/** A turn that found little still costs its system calls: so many bytes are charged at least. */
const LEAST_CHARGE_BYTES = 512;

export class Turns {
  readonly #shareBytes: number;
  readonly #pods = new Map<string, Pod>();
  readonly #ring: Pod[] = [];
  #at = 0;

  constructor(shareBytes: number) {
    this.#shareBytes = shareBytes;
  }

  get isEmpty(): boolean {
    return this.#ring.length === 0;
  }

  /** How many pods wait for their turn. */
  get waitingPods(): number {
    return this.#ring.length;
  }

  add(lane: Lane): void {
    if (lane.isQueued) return;
    lane.isQueued = true;
    const key = lane.stream.fairnessKey;
    let pod = this.#pods.get(key);
    if (pod === undefined) {
      pod = { key, lanes: [], credit: 0 };
      this.#pods.set(key, pod);
      this.#ring.push(pod);
    }
    if (lane.isUrgent) pod.lanes.unshift(lane);
    else pod.lanes.push(lane);
  }

  /** Takes the next lane out of the queue; whoever serves it charges its pod and adds it again if it wants more. */
  take(): Lane | undefined {
    while (this.#ring.length > 0) {
      if (this.#at >= this.#ring.length) this.#at = 0;
      const pod = this.#ring[this.#at];
      const lane = pod?.lanes[0];
      if (pod === undefined) return undefined;
      if (lane === undefined) {
        this.#pods.delete(pod.key);
        this.#ring.splice(this.#at, 1);
      } else if (pod.credit <= 0) {
        // A pod that is deep in debt waits for several rounds; one that is alone need not.
        pod.credit = this.#ring.length === 1 ? this.#shareBytes : pod.credit + this.#shareBytes;
        if (pod.credit <= 0) this.#at++;
      } else {
        pod.lanes.shift();
        lane.isQueued = false;
        return lane;
      }
    }
    return undefined;
  }

  /** Books what a turn took; the pod's round ends when its share is used up. */
  charge(lane: Lane, bytes: number): void {
    const pod = this.#pods.get(lane.stream.fairnessKey);
    if (pod === undefined) return;
    pod.credit -= Math.max(bytes, LEAST_CHARGE_BYTES);
    if (pod.credit <= 0) this.#at++;
  }

  remove(lane: Lane): void {
    if (!lane.isQueued) return;
    lane.isQueued = false;
    for (const pod of this.#ring) {
      const at = pod.lanes.indexOf(lane);
      if (at !== -1) pod.lanes.splice(at, 1);
    }
  }
}
