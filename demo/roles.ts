import type { MessageKind } from '../test/support/messages.ts';

/** What one container of the demo does for a living. */
export interface Role {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly linesPerSecond: number;
  readonly kindOf: (number: number) => MessageKind;
}

const always = (kind: MessageKind) => (): MessageKind => kind;

/** Traces begin where their first line is due (see messages.ts): Java's at multiples of five, Python's of four. */
const javaService = (number: number): MessageKind => (number % 30 < 5 ? 'java' : 'plain');
const pythonService = (number: number): MessageKind =>
  number % 20 >= 8 && number % 20 < 12 ? 'python' : 'json';
/** 33,600 bytes in one line: the runtime writes it in three pieces, and cuts characters in half. */
const auditLog = (number: number): MessageKind => (number % 20 === 8 ? 'long' : 'json');
const webServer = (number: number): MessageKind => (number % 9 === 4 ? 'unicode' : 'plain');

export const ROLES: readonly Role[] = [
  { namespace: 'shop', pod: 'web-7d9c6b5f4-x2x7k', container: 'nginx', linesPerSecond: 9, kindOf: webServer },
  {
    namespace: 'shop',
    pod: 'web-7d9c6b5f4-x2x7k',
    container: 'istio-proxy',
    linesPerSecond: 3,
    kindOf: always('json'),
  },
  {
    namespace: 'shop',
    pod: 'orders-5f6d8c9b7-q8wlm',
    container: 'orders',
    linesPerSecond: 6,
    kindOf: javaService,
  },
  { namespace: 'shop', pod: 'cart-0', container: 'cart', linesPerSecond: 4, kindOf: always('unicode') },
  {
    namespace: 'payments',
    pod: 'ledger-6b8f9d7c5-tn4zv',
    container: 'ledger',
    linesPerSecond: 5,
    kindOf: pythonService,
  },
  { namespace: 'payments', pod: 'audit-0', container: 'audit', linesPerSecond: 2, kindOf: auditLog },
  {
    namespace: 'ingress',
    pod: 'controller-76f75df574-9jxqp',
    container: 'controller',
    linesPerSecond: 4,
    kindOf: always('plain'),
  },
];

/** A job's pod: it says its piece, dies, and the kubelet takes its files away. */
export const JOB: Omit<Role, 'pod'> = {
  namespace: 'batch',
  container: 'report',
  linesPerSecond: 8,
  kindOf: pythonService,
};
