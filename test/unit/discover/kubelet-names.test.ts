import { describe, expect, it } from 'vitest';
import {
  parseContainerPath,
  parseLinkName,
  parsePodDirectory,
  parseRestart,
} from '../../../src/discover/kubelet-names.ts';

const ID = '0123456789abcdef'.repeat(4);

describe('a directory of the pods directory', () => {
  it('says namespace, pod and uid', () => {
    expect(parsePodDirectory('shop_web-0_4d0b1c3f-5a55-4f0e')).toEqual({
      namespace: 'shop',
      pod: 'web-0',
      uid: '4d0b1c3f-5a55-4f0e',
    });
  });

  it('is none if a part is missing or there is one too many', () => {
    for (const name of ['', '_', '__', 'shop', 'shop_web', 'shop__uid', '_web_uid', 'shop_web_', 'a_b_c_d']) {
      expect(parsePodDirectory(name)).toBeUndefined();
    }
  });
});

describe('a live file', () => {
  it('says how often its container was restarted', () => {
    expect(['0.log', '17.log', '999999999.log'].map(parseRestart)).toEqual([0, 17, 999_999_999]);
  });

  it('is none of a container if it is not named by a number', () => {
    for (const name of [
      '.log',
      'a.log',
      '-1.log',
      '1.5.log',
      '0.log.gz',
      '0xlog',
      '1234567890.log',
      '0.LOG',
      '0.log\n',
    ]) {
      expect(parseRestart(name)).toBeUndefined();
    }
  });

  it('says all that the path says', () => {
    expect(parseContainerPath('/var/log/pods/shop_web-0_u1/app/3.log')).toEqual({
      podsDirectory: '/var/log/pods',
      namespace: 'shop',
      pod: 'web-0',
      uid: 'u1',
      container: 'app',
      restart: 3,
    });
    expect(parseContainerPath('/shop_web-0_u1/app/3.log')).toMatchObject({ podsDirectory: '/' });
  });

  it('is no container of a pod elsewhere', () => {
    for (const path of [
      '0.log',
      'app/0.log',
      '/pods/shop_web/app/0.log',
      '/pods/shop_web_u//0.log',
      '/var/lib/docker/containers/x/x-json.log',
    ]) {
      expect(parseContainerPath(path)).toBeUndefined();
    }
  });
});

describe('a link of the kubelet', () => {
  it('says pod, namespace, container and container id', () => {
    expect(parseLinkName(`web-0_shop_my-app-${ID}.log`)).toEqual({
      namespace: 'shop',
      pod: 'web-0',
      container: 'my-app',
      containerId: ID,
    });
  });

  it('is none without a whole id, an extension or a name', () => {
    const names = [
      `web-0_shop_app-${ID}`,
      `web-0_shop_app-${ID.slice(1)}.log`,
      `web-0_shop_app-${ID}0.log`,
      `web-0_shop_app-${ID.toUpperCase()}.log`,
      'web-0_shop_app.log',
      `web-0_app-${ID}.log`,
      `web-0__app-${ID}.log`,
      `_shop_app-${ID}.log`,
      `web-0_shop_-${ID}.log`,
      `a_b_c_d-${ID}.log`,
      'app.log',
      '.log',
    ];
    expect(names.filter((name) => parseLinkName(name) !== undefined)).toEqual([]);
  });

  it('may have lost the end of its id, or all of it, where the kubelet cut the name', () => {
    const cutAt255 = (pod: string, container: string): string =>
      `${`${pod}_shop_${container}-${ID}`.slice(0, 251)}.log`;
    for (let podLength = 170; podLength <= 253; podLength++) {
      const pod = 'p'.repeat(podLength);
      const name = cutAt255(pod, 'sidecar');
      const whole = `${pod}_shop_sidecar-${ID}`;
      const left = Math.max(0, 251 - `${pod}_shop_sidecar-`.length);
      if (left >= ID.length || left === 0) continue;
      expect(name).toHaveLength(255);
      expect(whole.length).toBeGreaterThan(251);
      expect(parseLinkName(name)).toEqual({
        namespace: 'shop',
        pod,
        container: 'sidecar',
        containerId: ID.slice(0, left),
      });
    }
  });

  it('may have lost the end of its container name, and says what is left', () => {
    const name = `${`${'p'.repeat(240)}_shop_sidecar-${ID}`.slice(0, 251)}.log`;
    expect(parseLinkName(name)).toEqual({
      namespace: 'shop',
      pod: 'p'.repeat(240),
      container: 'sidec',
      containerId: '',
    });
  });
});
