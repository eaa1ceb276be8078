import { DEBUG_ACCESS, LISTEN } from './http.ts';
import { choice, section, text } from './options.ts';

export const httpSchema = section('Where birler answers: metrics, probes, and what it is doing just now.', {
  listen: text({
    description:
      'Address and port, or off. Port 0: any that is free. If another program has the port, birler delivers all the same, and tries again. Never with --once.',
    default: '127.0.0.1:7780',
    pattern: LISTEN,
    patternNote: 'an address and a port, like 127.0.0.1:7780, 0.0.0.0:7780 or "[::]:7780"; or off',
    example: '0.0.0.0:7780',
  }),
  debug: choice(DEBUG_ACCESS, {
    description:
      'Who may ask for /debug, which shows the logs themselves. loopback: programs on the same machine or in the same pod, and kubectl port-forward.',
    default: 'loopback',
  }),
});
