import type { Consumer } from '../core/consumer.ts';
import { lowWater } from '../core/position.ts';
import { boundHeldBytes, lingerMs } from './bounds.ts';
import type { ContainerStream } from './container-stream.ts';
import type { Descriptors } from './descriptors.ts';
import type { Generation } from './generation.ts';
import type { Looker } from './looker.ts';

/**
 * Lets generations go that nobody needs any more. Of nearly all streams there is nothing to let go, so only those are asked that
 * a look, or their directory, has shown to be restless.
 */
export class Tidying {
  readonly #looker: Looker;
  readonly #consumers: readonly Consumer[];
  readonly #descriptors: Descriptors;
  readonly #restless = new Set<ContainerStream>();

  constructor(looker: Looker, consumers: readonly Consumer[], descriptors: Descriptors) {
    this.#looker = looker;
    this.#consumers = consumers;
    this.#descriptors = descriptors;
  }

  /** A stream was looked at, or its files were. */
  note(stream: ContainerStream): void {
    this.#descriptors.count(stream);
    if (stream.isRestless) this.#restless.add(stream);
  }

  remove(stream: ContainerStream): void {
    this.#descriptors.count(stream);
    this.#restless.delete(stream);
  }

  /**
   * Closes, and gives up what is over the bounds; about once a second.
   *
   * @param onEmpty called for a stream of which nothing is left
   */
  tidy(nowMs: number, heldDeletedBytes: number, onEmpty: (stream: ContainerStream) => void): void {
    for (const stream of this.#restless) {
      for (const generation of [...stream.generations]) this.#tidy(stream, generation, nowMs);
      const isRead = stream.lanes.every((lane) => lane.isDrained && lane.isAcknowledged);
      if (stream.generations.length === 0 && isRead && !stream.isUnsettled(nowMs)) onEmpty(stream);
    }
    boundHeldBytes(this.#restless, heldDeletedBytes);
    for (const stream of this.#restless) {
      this.#descriptors.count(stream);
      if (!stream.isRestless) this.#restless.delete(stream);
    }
    this.#descriptors.bound();
  }

  /** Closes what was left long enough ago, and removes what nobody needs to know of. */
  #tidy(stream: ContainerStream, generation: Generation, nowMs: number): void {
    const isLeft = stream.hasLeft(generation);
    const isAcknowledged = this.#consumers.every((consumer) => {
      const position = consumer.positionOf(stream.key);
      return position === undefined || lowWater(position).generation > generation.sequence;
    });
    if (isLeft) this.#linger(stream, generation, nowMs, isAcknowledged);
    else letGo(stream, generation, nowMs);
    const isUsed = !isLeft || generation.listed || generation.isOpen || !isAcknowledged;
    // A file that cannot be opened now may be this one: only who knows it can tell.
    if (!isUsed && !stream.isUnsettled(nowMs)) stream.remove(generation);
  }

  /** Everybody has left it; whatever is still written to it is at least counted. */
  #linger(stream: ContainerStream, generation: Generation, nowMs: number, isAcknowledged: boolean): void {
    if (!generation.isOpen) return;
    this.#looker.lookAt(stream, generation, nowMs);
    if (!generation.isEnded && !generation.isCompressedSource) {
      for (const lane of stream.lanes) lane.tellLate(generation);
    }
    // What was read may have to be read again by the agent that comes next, and by then there may be no name to find it by.
    if (!isAcknowledged && !generation.isEnded) return;
    const quietMs = nowMs - generation.changedAtMs;
    if (generation.isEnded || generation.isCompressedSource || quietMs >= lingerMs(generation))
      generation.close();
  }
}

/** A container's last file, gone and read to its end: nobody will ever leave it for a next one. */
const letGo = (stream: ContainerStream, generation: Generation, nowMs: number): void => {
  if (generation.listed || generation.isEnded || !isOver(stream)) return;
  if (nowMs - generation.changedAtMs < lingerMs(generation)) return;
  generation.end('deleted', generation.size);
  generation.close();
};

/** Everything was read, and has arrived: nobody will have to read it again. */
const isOver = ({ lanes }: ContainerStream): boolean =>
  lanes.every((lane) => lane.isDrained && lane.isAcknowledged);
