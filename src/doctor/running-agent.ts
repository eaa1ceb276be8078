import { messageOf } from '../core/errors.ts';
import { type Check, ok, type Patient, warn } from './finding.ts';

const AGENT = 'running agent';

/** What the agent that runs here says of itself, if one does. */
export const checkAgent: Check = async (patient) => {
  const { config, web } = patient;
  if (config.http === undefined) return [ok(AGENT, 'not asked (http.listen: off)')];
  const { host, port } = config.http;
  const address =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const url = `http://${address}:${port}`;
  if (port === 0) return [ok(AGENT, 'not asked: its port is not known (http.listen with port 0)')];
  try {
    const { status, body } = await web.get(`${url}/readyz`);
    if (status === 200 && body === 'ok\n') return [ok(AGENT, `${url} is ready`)];
    if (status === 503) return [warn(AGENT, `${url} is ${body.trim()}`, 'see what it says on stderr')];
    return [
      warn(
        AGENT,
        `${url} answers ${status}, which is not birler`,
        'another program has the port: choose another one (http.listen)',
      ),
    ];
  } catch (error) {
    const isHeld = isStateHeld(patient);
    const message = `none answers at ${url}: ${messageOf(error)}`;
    return [
      isHeld
        ? warn(
            AGENT,
            message,
            'but one uses the state directory: see its http.listen, and what it says on stderr',
          )
        : ok(AGENT, message),
    ];
  }
};

const isStateHeld = ({ files, config }: Patient): boolean => {
  try {
    if (files.statusOf(config.state.directory) === undefined) return false;
    const lock = files.lock(config.state.directory);
    lock?.release();
    return lock === undefined;
  } catch {
    return false; // What is wrong with the directory is told elsewhere.
  }
};
