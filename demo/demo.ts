/**
 * `npm run demo [-- --seconds N]`: a node in a temporary directory whose containers really write, rotate, restart and die,
 * and the real agent over it, until Ctrl+C or for N seconds. At the end every line that was written is looked for in what
 * was delivered. Exit code 0 when the numbers agree, 1 when they do not, 2 for a wrong command line.
 */
import { parseArgs, styleText } from 'node:util';
import { DemoAgent } from './demo-agent.ts';
import { DemoNode } from './demo-node.ts';
import { EndOfDemo } from './end-of-demo.ts';
import { numbersAgree, outcomeOf, renderSummary } from './summary.ts';

const USAGE = 'usage: npm run demo [-- --seconds N]   (N from 1 to 86400; without it until Ctrl+C)\n';
const MOST_SECONDS = 86_400;

const isColored = process.stdout.isTTY && process.stdout.hasColors(256);
const dim = (text: string): string => (isColored ? styleText('dim', text) : text);
const bold = (text: string): string => (isColored ? styleText('bold', text) : text);
const say = (text: string): boolean => process.stdout.write(text);

// `npm run demo | head`: whoever was reading has gone, and there is nobody to tell.
process.stdout.on('error', () => undefined);
process.exitCode = await main();

async function main(): Promise<number> {
  const seconds = secondsAsked();
  if (seconds === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  await using demo = new DemoNode();
  await demo.writeBacklog();
  say(intro(demo, seconds));
  await using agent = new DemoAgent(demo.node, isColored);
  using end = new EndOfDemo(() => {
    agent.killHard();
    demo.node[Symbol.dispose]();
  });
  await agent.untilBegun();
  if (!agent.isRunning) {
    process.stderr.write(`birler has ended before it delivered anything:\n${agent.diagnostics}`);
    return 1;
  }
  demo.start();
  await Promise.race([end.after(seconds), agent.ended()]);
  await demo.stop();
  return await conclude(demo, agent);
}

/** Lets the agent finish, and counts. */
async function conclude(demo: DemoNode, agent: DemoAgent): Promise<number> {
  const status = await agent.untilDelivered(demo.written);
  const code = await agent.stop();
  const outcome = outcomeOf(demo.node.output, demo.streams, demo.podsDied, status);
  say(`\n${bold('The writers have stopped, birler has stopped. What became of every line:')}\n`);
  say(renderSummary(outcome));
  if (agent.diagnostics !== '') say(`\n${dim('birler said of itself:')}\n${agent.diagnostics}`);
  if (code !== 0) say(`birler ended with ${code}, not with 0\n`);
  return code === 0 && numbersAgree(outcome) ? 0 : 1;
}

function intro(demo: DemoNode, seconds: number): string {
  const end = seconds === MOST_SECONDS ? 'Ctrl+C ends it' : `It ends by itself after ${seconds} s`;
  return [
    bold(
      'A small Kubernetes node lives in a temporary directory, and birler stays on its logs while they roll.',
    ),
    `Logs rotate every 1.5 s (renamed, reopened, compressed), a container restarts, and a job's pod dies and its`,
    `files with it. ${end}; then each line that was written is compared with what was delivered.`,
    dim(`$ birler run --config ${demo.node.dir.join('birler.yaml')}`),
    '\n',
  ].join('\n');
}

/** @returns undefined for a command line that is wrong */
function secondsAsked(): number | undefined {
  try {
    const { values } = parseArgs({ options: { seconds: { type: 'string' } } });
    const seconds = Number(values.seconds ?? MOST_SECONDS);
    return seconds >= 1 && seconds <= MOST_SECONDS ? seconds : undefined;
  } catch {
    return undefined; // An option that there is not: the usage says which there are.
  }
}
