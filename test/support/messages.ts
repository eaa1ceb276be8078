/** What a program may say. Every message carries its number as `#<n>`, so that a lost, doubled or moved one shows. */
export type MessageKind = 'plain' | 'json' | 'java' | 'python' | 'unicode' | 'long';

const JAVA_TRACE = [
  'java.lang.IllegalStateException: order %n is already paid',
  '\tat com.example.shop.Orders.pay(Orders.java:214) ~[orders.jar:%n]',
  '\tat com.example.shop.Checkout.run(Checkout.java:87) ~[orders.jar:%n]',
  'Caused by: java.net.SocketTimeoutException: Read timed out (attempt %n)',
  '\t... 12 common frames omitted %n',
];

const PYTHON_TRACE = [
  'Traceback (most recent call last): %n',
  '  File "/app/worker.py", line 42, in run  # %n',
  '    self.handle(order)  # %n',
  "KeyError: 'customer' in order %n",
];

const UNICODE = [
  'příliš žluťoučký kůň úpěl ďábelské ódy %n',
  '日本語のログ行 %n',
  'emoji 🪵🔥 family 👨‍👩‍👧‍👦 %n',
  'العربية من اليمين %n',
];

/** 16,384 is not a multiple of three: the runtime's cut goes through the middle of characters. */
const LONG_TEXT = '木が水に浮かぶ。'.repeat(1_800);

const template = (lines: readonly string[], at: number): string => lines[at % lines.length] ?? '%n';

/** The message with this number: the same every time it is asked for. */
export function messageText(kind: MessageKind, number: number): string {
  const mark = `#${number}`;
  switch (kind) {
    case 'plain':
      return `10.0.${number % 256}.7 - - "GET /orders/${number % 1_000} HTTP/1.1" 200 ${number % 5_000} ${mark}`;
    case 'json':
      return JSON.stringify({ level: 'info', msg: `paid "in full" \\o/ ${mark}`, tookMs: number % 300 });
    case 'java':
      return template(JAVA_TRACE, number).replace('%n', mark);
    case 'python':
      return template(PYTHON_TRACE, number).replace('%n', mark);
    case 'unicode':
      return template(UNICODE, number).replace('%n', mark);
    case 'long':
      // One to three pieces of 16,384 bytes; the lengths differ, so the cut falls on every byte of a character.
      return `long ${mark} ${'.'.repeat(number % 3)}${LONG_TEXT.slice(0, 4_000 + (number % 5) * 2_400)}`;
  }
}

/** A mix in which most lines are short, as on a real node, and every 97th is longer than a runtime's buffer. */
export function mixedKind(number: number): MessageKind {
  if (number % 97 === 50) return 'long';
  const turn = number % 20;
  if (turn < 5) return 'java';
  if (turn < 9) return 'python';
  if (turn < 11) return 'unicode';
  return turn < 15 ? 'json' : 'plain';
}

/** The number that a message carries, or undefined if it is not one of ours. */
export function numberOf(message: string): number | undefined {
  const found = /#(\d+)/.exec(message);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}
