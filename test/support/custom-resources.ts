import * as z from 'zod';

/**
 * The little of the Prometheus operator's kinds that birler's manifests use. Strict on purpose: a field that is new here must
 * be looked up in the operator's API first.
 */
const metadata = z.strictObject({
  name: z.string(),
  namespace: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
});

const duration = z.string().regex(/^(?:\d+h)?(?:\d+m)?(?:\d+s)?$/);

const PodMonitor = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PodMonitor'),
  metadata,
  spec: z.strictObject({
    selector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    podMetricsEndpoints: z
      .array(
        z.strictObject({
          port: z.string(),
          path: z.string(),
          interval: duration,
          relabelings: z
            .array(z.strictObject({ sourceLabels: z.array(z.string()), targetLabel: z.string() }))
            .optional(),
        }),
      )
      .min(1),
  }),
});

const PrometheusRule = z.strictObject({
  apiVersion: z.literal('monitoring.coreos.com/v1'),
  kind: z.literal('PrometheusRule'),
  metadata,
  spec: z.strictObject({
    groups: z.array(
      z.strictObject({
        name: z.string(),
        rules: z.array(
          z.strictObject({
            alert: z.string(),
            expr: z.string(),
            for: duration.optional(),
            labels: z.record(z.string(), z.string()),
            annotations: z.record(z.string(), z.string()),
          }),
        ),
      }),
    ),
  }),
});

/** By `apiVersion/kind`. */
export const customResources: Readonly<Record<string, z.ZodType>> = {
  'monitoring.coreos.com/v1/PodMonitor': PodMonitor,
  'monitoring.coreos.com/v1/PrometheusRule': PrometheusRule,
};
