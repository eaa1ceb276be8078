import type { ContainerStream } from './container-stream.ts';

/** Which restart of each container is the newest: older ones write no more. */
export class Restarts {
  readonly #newest = new Map<string, ContainerStream>();

  add(stream: ContainerStream): void {
    const container = containerOf(stream);
    if (container === undefined) return;
    const other = this.#newest.get(container);
    if (other !== undefined && restartOf(other) > restartOf(stream)) stream.isOver = true;
    else {
      if (other !== undefined) other.isOver = true;
      this.#newest.set(container, stream);
    }
  }

  forget(stream: ContainerStream): void {
    const container = containerOf(stream);
    if (container !== undefined && this.#newest.get(container) === stream) this.#newest.delete(container);
  }
}

const containerOf = ({ origin }: ContainerStream): string | undefined =>
  origin.kind === 'kubernetes' && origin.uid !== '' ? `${origin.uid}/${origin.container}` : undefined;

const restartOf = ({ origin }: ContainerStream): number =>
  origin.kind === 'kubernetes' ? origin.restart : -1;
