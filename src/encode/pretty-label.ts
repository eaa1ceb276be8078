import { displayNameOf, type Origin } from '../core/origin.ts';
import { type Paint, safeLine } from './terminal.ts';

/** Where a line comes from, for people: `shop/web-0 app`, ready to print and at most LABEL_WIDTH columns wide. */
export interface Label {
  readonly text: string;
  /** In characters. Kubernetes names are ASCII; a file's name with wide characters is aligned as well as can be. */
  readonly width: number;
}

export const LABEL_WIDTH = 44;
const SHORTEST_POD = 16;
const SHORTEST_NAMESPACE = 8;

export const labelOf = (origin: Origin, paint: Paint): Label => {
  const color = colorOf(origin);
  if (origin.kind === 'file') {
    const file = shorten(safeLine(origin.file, false), LABEL_WIDTH);
    return { text: paint.color(color, file), width: lengthOf(file) };
  }
  const restart = origin.restart === 0 ? '' : `#${origin.restart}`;
  let namespace = safeLine(origin.namespace, false);
  let pod = safeLine(origin.pod, false);
  let container = safeLine(origin.container, false);
  // The pod gives way first (it has the longest name, and both its ends stay), then the namespace, then the container.
  const room = LABEL_WIDTH - 2 - lengthOf(restart);
  pod = shorten(pod, Math.max(SHORTEST_POD, room - lengthOf(namespace) - lengthOf(container)));
  namespace = shorten(namespace, Math.max(SHORTEST_NAMESPACE, room - lengthOf(pod) - lengthOf(container)));
  container = shorten(container, Math.max(1, room - lengthOf(pod) - lengthOf(namespace)));
  return {
    text: `${paint.dim(`${namespace}/`)}${paint.color(color, pod)} ${paint.color(color, container)}${paint.dim(restart)}`,
    width: lengthOf(namespace) + 1 + lengthOf(pod) + 1 + lengthOf(container) + lengthOf(restart),
  };
};

const lengthOf = (text: string): number => Array.from(text).length;

/** Takes characters out of the middle: the end of a pod's name is what tells it from its siblings. */
const shorten = (text: string, width: number): string => {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  const head = width - 1 - tail;
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`;
};

/**
 * Colours of the 256-colour palette with a contrast of at least 3:1 on black and on white (WCAG 2.2, 1.4.11; a test
 * computes it). The sixteen basic colours look different in every terminal, and blue and yellow are lost on some.
 */
export const PALETTE = [31, 132, 29, 130, 98, 64, 167, 61, 100, 32, 169, 136, 68, 133] as const;

/** The same container has the same colour in every run, after a restart, and whoever else is there. */
const colorOf = (origin: Origin): number => {
  const name = displayNameOf(origin.kind === 'file' ? origin : { ...origin, restart: 0 });
  // FNV-1a
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++)
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return PALETTE[((hash ^ (hash >>> 16)) >>> 0) % PALETTE.length] ?? PALETTE[0];
};
