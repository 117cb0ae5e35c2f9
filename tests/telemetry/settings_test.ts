// Holds the settings of telemetry to what the variables of OpenTelemetry mean.
import assert from "node:assert/strict";
import { asksForTelemetry, readTelemetrySettings } from "../../src/telemetry/settings.ts";

Deno.test("asksForTelemetry() hears what turns it on and off", () => {
  const cases: readonly [Readonly<Record<string, string>>, boolean][] = [
    [{}, false],
    [{ OTEL_SERVICE_NAME: "x" }, false],
    [{ OTEL_DENO: "false" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
    [{ OTEL_DENO: "true" }, true],
    [{ OTEL_DENO: "1" }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4318" }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://h:4318" }, true],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://h:4318" }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4318", OTEL_SDK_DISABLED: "TRUE" }, false],
  ];
  for (const [environment, isAsked] of cases) {
    assert.equal(asksForTelemetry(environment), isAsked, JSON.stringify(environment));
  }
});

Deno.test("readTelemetrySettings() puts both kinds below one endpoint", () => {
  const { traces, metrics, troubles } = readTelemetrySettings({ OTEL_EXPORTER_OTLP_ENDPOINT: "https://h:1/base/" });
  assert.equal(traces?.url, "https://h:1/base/v1/traces");
  assert.equal(metrics?.url, "https://h:1/base/v1/metrics");
  assert.equal(traces?.timeoutMs, 10_000);
  assert.deepEqual(troubles, []);
});

Deno.test("readTelemetrySettings() sends to this machine when only OTEL_DENO asks", () => {
  assert.equal(readTelemetrySettings({ OTEL_DENO: "true" }).traces?.url, "http://localhost:4318/v1/traces");
});

Deno.test("readTelemetrySettings() takes what is said of one kind before what is said of both", () => {
  const { traces, metrics } = readTelemetrySettings({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t:1/here",
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: "a=1",
    OTEL_EXPORTER_OTLP_HEADERS: "a=2",
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "250",
    OTEL_EXPORTER_OTLP_CERTIFICATE: "/ca.pem",
  });
  assert.deepEqual(traces, {
    url: "http://t:1/here",
    headers: [["a", "1"]],
    timeoutMs: 250,
    certificate: "/ca.pem",
  });
  assert.equal(metrics, null);
});

Deno.test("readTelemetrySettings() leaves out a kind whose exporter is none", () => {
  const { traces, metrics } = readTelemetrySettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:1",
    OTEL_METRICS_EXPORTER: "none",
  });
  assert.notEqual(traces, null);
  assert.equal(metrics, null);
});

Deno.test("readTelemetrySettings() decodes pairs and drops what would break a request", () => {
  const { traces, resource } = readTelemetrySettings({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:1",
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20abc%3D, x-y = z ,,=1,bad name=1,evil=a%0d%0aHost: x,broken=%zz",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=one,team=a%2Cb",
    OTEL_SERVICE_NAME: "two",
  });
  assert.deepEqual(traces?.headers, [["authorization", "Basic abc="], ["x-y", "z"]]);
  assert.deepEqual(resource, { "service.name": "two", team: "a,b" });
});

Deno.test("readTelemetrySettings() says why it does not do what it was asked", () => {
  const bad: readonly [Readonly<Record<string, string>>, RegExp][] = [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /gRPC/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "file:///etc/passwd" }, /neither http/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "h:4318" }, /neither http/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "not an address" }, /neither http/],
  ];
  for (const [environment, why] of bad) {
    const { traces, metrics, troubles } = readTelemetrySettings(environment);
    assert.deepEqual([traces, metrics], [null, null]);
    assert.match(troubles.join("\n"), why);
  }
});

Deno.test("readTelemetrySettings() keeps the time for a request within bounds", () => {
  const timeoutOf = (OTEL_EXPORTER_OTLP_TIMEOUT: string) =>
    readTelemetrySettings({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h", OTEL_EXPORTER_OTLP_TIMEOUT }).traces?.timeoutMs;
  assert.deepEqual(["1", "9999999", "-5", "soon", "Infinity"].map(timeoutOf), [100, 60_000, 10_000, 10_000, 10_000]);
});
