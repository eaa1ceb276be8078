import { Account } from './account.ts';

/** Bytes of a CRI line's header, `2026-11-20T21:05:32.770703694Z stdout F `, and its newline: about, as times differ. */
const HEADER_BYTES = 41;

/**
 * A numbered writer for a real container: a shell script, and the account of what it will have said when it has ended.
 * Every hundredth line goes to stderr; every `burst` lines it takes a breath, so that it runs for a while.
 */
export function shellWriter(
  stream: string,
  lines: number,
  burst = 50,
): { readonly script: string; readonly account: Account } {
  const script = [
    'i=0',
    `while [ $i -lt ${lines} ]; do`,
    '  case $((i % 100)) in 99) echo "oh #$i" >&2;; *) echo "line #$i of a shell, příliš žluťoučký kůň";; esac',
    '  i=$((i+1))',
    `  [ $((i % ${burst})) = 0 ] && usleep 10000`,
    'done',
    // A line longer than any runtime's buffer, and no newline at the end.
    `printf "%40000s #$i" x`,
  ].join('\n');
  const account = new Account(stream, true);
  for (let number = 0; number < lines; number++) {
    const isError = number % 100 === 99;
    const text = isError ? `oh #${number}` : `line #${number} of a shell, příliš žluťoučký kůň`;
    account.add(text, Buffer.byteLength(text) + HEADER_BYTES, isError ? 'stderr' : 'stdout');
  }
  const last = `${' '.repeat(39_999)}x #${lines}`;
  account.add(last, last.length, 'stdout');
  account.leaveLastOpen();
  return { script, account };
}
