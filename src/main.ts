import { runCommandLine } from './cli/program.ts';
import { realWorld } from './cli/real-world.ts';
import { reportError } from './cli/report-failure.ts';
import { useCompileCache } from './system/compile-cache.ts';

// The parts are loaded when they are needed, and so from here on.
useCompileCache(import.meta.dirname);
const world = realWorld();

// Node's own warnings (an experimental feature, a deprecation in a package) are for us, not for the people who run birler.
process.removeAllListeners('warning');
// A bug, here or in a package. The state on disk is right at every moment, so to end at once loses nothing.
process.on('uncaughtException', (error) => process.exit(reportError(error, world.complain)));

// Not process.exit: what is still on its way to a pipe would be cut off.
process.exitCode = await runCommandLine(process.argv.slice(2), world);
