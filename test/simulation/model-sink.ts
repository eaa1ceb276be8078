import { DELIVERED, type Outcome, type Sink } from '../../src/deliver/sink.ts';
import type { ModelDestination } from './model-destination.ts';

/** A sink that keeps nothing itself: what it was given has arrived, or has not. */
export const modelSink = (destination: ModelDestination): Sink => ({
  open: async () => 0,
  write: async (bytes, signal): Promise<Outcome> => {
    const answer = await destination.send(bytes, signal);
    if (answer === 'delivered') return DELIVERED;
    return answer === 'refused' ? REFUSED : BUSY;
  },
  state: () => null,
  sync: async () => {
    // The destination is responsible from its answer on.
  },
  reopen: async () => {
    // It has no name under which it could be opened anew.
  },
  close: async () => {
    // Nothing is held.
  },
});

const BUSY: Outcome = { kind: 'transient', error: new Error('the destination is busy') };
const REFUSED: Outcome = { kind: 'rejected', error: new Error('the destination refuses') };
