import type { EventLoopDelays } from '../system/machine.ts';
import { counter, gauge, type MetricDefinition, seconds } from './metric.ts';

const delay = (name: string, what: string, read: (delays: EventLoopDelays) => number): MetricDefinition =>
  gauge(
    name,
    `How late a timer was that is due twice a second, ${what}, since a scrape last began anew, which it does once a minute.`,
    ({ process }) => process.eventLoopDelays && seconds(read(process.eventLoopDelays)),
  );

/** The process, under the names that Prometheus client libraries use, and its event loop. */
export const PROCESS_METRICS: readonly MetricDefinition[] = [
  {
    name: 'birler_build_info',
    type: 'gauge',
    help: 'Always 1; the labels tell what runs.',
    labels: ['version', 'node_version', 'kernel'],
    samples: ({ agent, process, version }) => [
      { labels: { version, node_version: process.nodeVersion, kernel: agent.kernel }, value: 1 },
    ],
  },
  gauge(
    'birler_loop_age_seconds',
    "Since the agent's loop began its last pass; it makes one a second at least.",
    ({ agent }) => seconds(agent.loopAgeMs),
  ),
  delay('birler_event_loop_delay_p50_seconds', 'the median', ({ p50Ms }) => p50Ms),
  delay('birler_event_loop_delay_p99_seconds', 'the 99th percentile', ({ p99Ms }) => p99Ms),
  delay('birler_event_loop_delay_max_seconds', 'the most', ({ mostMs }) => mostMs),
  gauge('birler_taps', 'Taps (birler tap) that are open.', ({ taps }) => taps),
  counter('process_cpu_seconds_total', 'User and system CPU time.', ({ process }) => process.cpuSeconds),
  gauge('process_resident_memory_bytes', 'Resident memory.', ({ process }) => process.residentBytes),
  gauge(
    'process_start_time_seconds',
    'When the process was started, in seconds since 1970.',
    ({ process }) => process.startTimeSeconds,
  ),
  gauge('process_open_fds', 'Open file descriptors.', ({ process }) => process.openDescriptors),
  gauge(
    'process_max_fds',
    'How many file descriptors may be open.',
    ({ process }) => process.mostDescriptors,
  ),
  gauge(
    'nodejs_heap_size_used_bytes',
    "Used part of JavaScript's heap.",
    ({ process }) => process.heapUsedBytes,
  ),
  gauge(
    'nodejs_external_memory_bytes',
    'Memory outside of the heap: buffers.',
    ({ process }) => process.externalBytes,
  ),
];
