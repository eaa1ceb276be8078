import type { Descriptor, Files } from '../system/system.ts';
import type { ContainerStream } from './container-stream.ts';
import { keyOf } from './inspection.ts';
import type { LookTime, Opening } from './opening.ts';
import type { PostponedFile } from './postponed-files.ts';

/**
 * The open files of a tailing that ends, for the one that takes its place in the same process.
 *
 * A deleted file lives as long as somebody holds it open, and any other may be deleted before the next one looks. So the
 * descriptors themselves are passed on. They are known by the stream and the sequence number of their generation: the
 * checkpoint says all the rest, and a path would say nothing of a file without a name.
 */
interface HeldFile {
  readonly descriptor: Descriptor;
  readonly isCompressed: boolean;
}

export class HandOver {
  /** As many files as one tailing may hold open (limits.open_files). */
  readonly #held = new Map<string, Map<number, HeldFile>>();
  /** What was not judged yet. */
  readonly #postponed = new Map<string, readonly PostponedFile[]>();

  /** Takes the open files out of these streams, which have none then. */
  static of(streams: Iterable<ContainerStream>): HandOver {
    const files = new HandOver();
    for (const stream of streams) files.#collect(stream);
    return files;
  }

  #collect(stream: ContainerStream): void {
    const held = new Map<number, HeldFile>();
    for (const generation of stream.generations) {
      const source = generation.release();
      if (source === undefined) continue;
      held.set(generation.sequence, {
        descriptor: source.detach(),
        isCompressed: generation.isCompressedSource,
      });
    }
    if (held.size > 0) this.#held.set(stream.key, held);
    const postponed = stream.postponed.takeAll();
    if (postponed.length > 0) this.#postponed.set(stream.key, postponed);
  }

  holds(streamKey: string): boolean {
    return this.#held.has(streamKey);
  }

  /** Opens the generations of a stream through what is held of it. */
  openFor(stream: ContainerStream, opening: Opening, time: LookTime): void {
    const held = this.#held.get(stream.key);
    for (const generation of stream.generations) {
      const file = held?.get(generation.sequence);
      if (file === undefined) continue;
      held?.delete(generation.sequence);
      opening.resume(generation, file.descriptor, file.isCompressed, time);
    }
    if (held?.size === 0) this.#held.delete(stream.key);
    for (const file of this.#postponed.get(stream.key) ?? [])
      stream.postponed.hold(keyOf(file.identity), file);
    this.#postponed.delete(stream.key);
  }

  /** Closes what nobody has asked for. */
  close(files: Pick<Files, 'close'>): void {
    for (const held of this.#held.values())
      for (const { descriptor } of held.values()) files.close(descriptor);
    for (const postponed of this.#postponed.values())
      for (const { descriptor } of postponed) files.close(descriptor);
    this.#held.clear();
    this.#postponed.clear();
  }
}
