import { startAgent } from '../../src/index.ts';
import { createSink } from '../../src/sinks/catalog.ts';
import { silentLogger } from '../../src/telemetry/logger.ts';
import type { AgentUnderTest } from './agent-host.ts';
import { modelSink } from './model-sink.ts';

/** The agent itself, with a silent log, in the simulated world. */
export const realAgent: AgentUnderTest = ({ config, system, destinations }) =>
  startAgent({
    config,
    system,
    logger: silentLogger(),
    once: false,
    sinkFactory: (output, onClosed) => {
      const destination = destinations.get(output.name);
      return destination === undefined ? createSink(output, system, onClosed) : modelSink(destination);
    },
  });
